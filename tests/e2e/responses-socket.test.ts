import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { RealtimeClient } from '../tools/realtime-client.ts'
import { openStage, type Stage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

describe('/responses as a WebSocket', () => {
  let stage: Stage
  const clients: RealtimeClient[] = []
  before(async () => (stage = await openStage()))
  afterEach(() => clients.splice(0).forEach((client) => client.cut()))
  after(() => stage.close())

  const open = async (key: string, path = '/v1/responses'): Promise<RealtimeClient> => {
    const client = await RealtimeClient.open(stage.gateway.url + path, {
      headers: { authorization: `Bearer ${key}`, 'openai-beta': 'responses_websockets=2026-02-06' },
    })
    clients.push(client)
    return client
  }
  const create = (more: JsonObject): JsonObject => ({ type: 'response.create', ...more })
  const idOf = (event: JsonObject): string => stringOf(objectOf(event['response'])?.['id']) ?? ''
  const errorOf = (event: JsonObject): JsonObject => objectOf(event['error']) ?? {}

  for (const model of ['claude', 'gemini', 'chat', 'openai']) {
    it(`${model}: events of the stream as frames, and a row for each response`, async () => {
      const key = await stage.gateway.newKey()
      const client = await open(key, model === 'claude' ? '/responses' : '/v1/responses')
      client.send(create({ model, input: 'my name is Ada' }))
      const first = await client.heard('response.completed')
      assert.equal(client.events[0]?.['type'], 'response.created')
      assert.match(JSON.stringify(first), /echo: my name is Ada/)
      client.send(create({ model, input: 'what is my name', previous_response_id: idOf(first) }))
      const second = await client.heard('response.completed', 2)
      assert.match(JSON.stringify(second), /echo: what is my name/)
      const { json } = stage.provider.last
      if (model === 'openai') assert.equal(json['previous_response_id'], idOf(first))
      else assert.match(JSON.stringify(json), /my name is Ada/)
      assert.equal(stage.provider.last.headers['openai-beta'], undefined)
      for (const field of ['type', 'generate', 'background']) assert.ok(!(field in json), field)
      const rows = await stage.gateway.spendRows(key, 2)
      assert.ok(rows.every((row) => row['status'] === 'success' && Number(row['spend']) > 0))
      assert.equal(rows.length, 2)
    })

    it(`${model}: what is not stored continues within the connection, and nowhere else`, async () => {
      const key = await stage.gateway.newKey()
      const client = await open(key)
      client.send(create({ model, input: 'remember the bridge', store: false }))
      const first = idOf(await client.heard('response.completed'))
      const goOn = create({ model, input: 'go on', store: false, previous_response_id: first })
      const other = await open(key)
      other.send(goOn)
      assert.equal(errorOf(await other.heard('error'))['code'], 'previous_response_not_found')
      client.send(goOn)
      await client.heard('response.completed', 2)
      assert.match(stage.provider.last.body.toString(), /remember the bridge.*go on/)
    })
  }

  it('a warm-up asks nobody, and the next response continues it', async () => {
    const client = await open(await stage.gateway.newKey())
    const calls = stage.provider.requests.length
    client.send(create({ model: 'claude', input: 'the long story', generate: false, store: false }))
    const warm = idOf(await client.heard('response.completed'))
    assert.equal(stage.provider.requests.length, calls)
    client.send(create({ model: 'claude', input: 'go on', previous_response_id: warm, store: false }))
    await client.heard('response.completed', 2)
    assert.match(stage.provider.last.body.toString(), /the long story.*go on/)
  })

  it('errors are frames, and the connection goes on', async () => {
    const key = await stage.gateway.newKey({ models: ['claude'] })
    const client = await open(key)
    const wrong: readonly (readonly [JsonObject | string, number])[] = [
      ['{', 400],
      [{ type: 'response.steer' }, 400],
      [create({ input: 'no model' }), 400],
      [create({ model: 'claude', input: 'hi', stream_id: 'a' }), 400],
      [create({ model: 'chat', input: 'hi' }), 403],
    ]
    for (const [index, [event, status]] of wrong.entries()) {
      client.send(event)
      assert.equal((await client.heard('error', index + 1))['status'], status, JSON.stringify(event))
    }
    client.send(create({ model: 'claude', input: 'still here' }))
    client.send(create({ model: 'claude', input: 'and in order' }))
    assert.match(JSON.stringify(await client.heard('response.completed', 2)), /echo: and in order/)
    await stage.gateway.call('POST', '/key/block', { key })
    client.send(create({ model: 'claude', input: 'blocked' }))
    assert.equal((await client.heard('error', wrong.length + 1))['status'], 401)
  })

  it('a client that leaves ends its response at the provider', async () => {
    const key = await stage.gateway.newKey()
    const client = await open(key)
    stage.provider.next({ paceMs: 200 })
    client.send(create({ model: 'chat', input: 'a long answer' }))
    await client.heard('response.created')
    client.cut()
    await until(() => stage.provider.last.abortedAtMs !== undefined)
    const [row] = await stage.gateway.spendRows(key, 1)
    assert.notEqual(row?.['status'], 'success')
  })

  it('a key is needed to open it, and WebSocket to speak it', async () => {
    assert.equal((await fetch(`${stage.gateway.url}/v1/responses`)).status, 401)
    const headers = { authorization: `Bearer ${await stage.gateway.newKey()}` }
    assert.equal((await fetch(`${stage.gateway.url}/v1/responses`, { headers })).status, 400)
  })
})
