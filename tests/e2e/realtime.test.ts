import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import OpenAI from 'openai'
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket'
import { isObject, type JsonObject } from '@switchyard/wire'
import { FakeLive } from '../tools/fake/live.ts'
import { FakeRealtime } from '../tools/fake/realtime.ts'
import { TestGateway } from '../tools/gateway.ts'
import { RealtimeClient } from '../tools/realtime-client.ts'
import { configText } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

/** Dollars a token. */
const prices = {
  input_cost_per_token: 1e-6,
  output_cost_per_token: 2e-6,
  input_cost_per_audio_token: 1e-5,
  output_cost_per_audio_token: 2e-5,
  cache_read_input_token_cost: 1e-7,
  cache_read_input_audio_token_cost: 1e-6,
}
const nanoOfUsual = 50 * 1000 + 10 * 100 + 30 * 10_000 + 10 * 1000 + 10 * 2000 + 20 * 20_000

const voice = (name: string, upstream: string, base: string): JsonObject => ({
  model_name: name,
  litellm_params: { model: upstream, api_base: base, api_key: 'sk-of-the-provider' },
  model_info: { ...prices, max_input_tokens: 32_000, max_output_tokens: 4096 },
})

/** OpenAI's client insists on TLS, which the gateway leaves to who stands in front of it. */
function withoutTls<T>(act: () => T): T {
  const Native = globalThis.WebSocket
  globalThis.WebSocket = class extends Native {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(String(url).replace(/^wss:/, 'ws:'), protocols)
    }
  }
  try {
    return act()
  } finally {
    globalThis.WebSocket = Native
  }
}

describe('realtime sessions', () => {
  let provider: FakeRealtime
  let live: FakeLive
  let gateway: TestGateway
  const clients: RealtimeClient[] = []

  before(async () => {
    provider = new FakeRealtime()
    live = new FakeLive()
    const { origin } = provider
    const models = [
      voice('voice', 'openai/gpt-realtime', `${origin}/v1`),
      voice('azure-voice', 'azure/my-voice', origin),
      voice('azure-v1-voice', 'azure/my-voice', `${origin}/openai/v1`),
      voice('live', 'gemini/gemini-live', live.origin),
      voice('chat-only', 'anthropic/claude-sonnet-4-5', origin),
      voice('unreachable', 'openai/gpt-realtime', 'http://127.0.0.1:9/v1'),
    ]
    gateway = await TestGateway.start({ config: configText(models) })
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.cut()
    provider.refuses = undefined
    provider.ignoresCancel = false
    await until(() => provider.sessions === 0)
  })
  after(async () => {
    await gateway.stop()
    await provider.stop()
    await live.stop()
  })

  const open = async (key: string, path = '/v1/realtime?model=voice', protocols: string[] = []): Promise<RealtimeClient> => {
    const client = await RealtimeClient.open(gateway.url + path, {
      headers: { authorization: `Bearer ${key}` },
      ...(protocols.length === 0 ? {} : { protocols }),
    })
    clients.push(client)
    return client
  }

  /** The handshake as plain HTTP, to read what a refusal says. */
  const refusal = async (key: string, path: string): Promise<{ status: number; text: string }> => {
    const reply = await fetch(gateway.url + path, {
      headers: {
        authorization: `Bearer ${key}`,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    })
    return { status: reply.status, text: await reply.text() }
  }

  const spent = (rows: readonly JsonObject[]): readonly unknown[] => rows.map((row) => row['spend_nano_usd']).toSorted()

  it('events pass unchanged both ways, and a response is one row at its own prices', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    const client = await open(key)
    assert.deepEqual(await client.heard('session.created'), { type: 'session.created', session: { model: 'upstream-model' } })
    client.send('{"type":"echo",  "n": 1.50, "ü":"ß"}')
    assert.deepEqual(await client.heard('echoed'), { type: 'echoed', n: 1.5, ü: 'ß' })
    client.send({ type: 'response.create' })
    const { response } = await client.heard('response.done')
    assert(isObject(response))
    client.close()
    const rows = await gateway.spendRows(key, 2)
    assert.deepEqual(spent(rows), [0, nanoOfUsual])
    const row = rows.find((one) => one['spend_nano_usd'] === nanoOfUsual)
    assert.deepEqual(
      [row?.['prompt_tokens'], row?.['completion_tokens'], row?.['cache_read_input_tokens'], row?.['status'], row?.['call_type']],
      [100, 30, 20, 'success', 'realtime'],
    )
    const info = await gateway.call('GET', '/key/info', undefined, key)
    assert.match(info.text, /"spend":0\.000781,/)
  })

  it('the provider gets its own key and model name, and none of ours', async () => {
    const key = await gateway.newKey()
    const client = await open(key, '/realtime?model=voice', [
      'realtime',
      `openai-insecure-api-key.${key}`,
      'openai-beta.realtime-v1',
    ])
    assert.equal(client.protocol, 'realtime')
    const { url, headers } = provider.seen.at(-1) ?? assert.fail('nothing came')
    assert.equal(url, `${provider.origin}/v1/realtime?model=gpt-realtime`)
    assert.equal(headers.get('authorization'), 'Bearer sk-of-the-provider')
    assert.equal(headers.get('openai-beta'), 'realtime=v1')
    assert(![...headers].some(([, value]) => value.includes(key)))
  })

  describe('client secrets', () => {
    const make = (body: JsonObject, key: string) => gateway.call('POST', '/v1/realtime/client_secrets', body, key)
    const secretOf = async (session: JsonObject, key: string, seconds = 600): Promise<string> => {
      const { status, text, json } = await make({ session, expires_after: { anchor: 'created_at', seconds } }, key)
      assert.equal(status, 200, text)
      return String(json['value'])
    }

    it('a browser opens a session with one, which begins as it was asked for and is charged to the key', async () => {
      const key = await gateway.newKey({ max_budget: 5 })
      const value = await secretOf({ type: 'realtime', model: 'voice', instructions: 'Be terse.' }, key)
      assert.match(value, /^ek_/)
      assert.equal(provider.seen.filter(({ url }) => url.includes('client_secrets')).length, 0)
      const client = await RealtimeClient.open(`${gateway.url}/v1/realtime?model=voice`, {
        protocols: ['realtime', `openai-insecure-api-key.${value}`],
      })
      clients.push(client)
      await client.heard('session.created')
      await until(() => provider.events.some((event) => JSON.stringify(event).includes('Be terse.')))
      assert.deepEqual(
        provider.events.find((event) => JSON.stringify(event).includes('Be terse.')),
        { type: 'session.update', session: { type: 'realtime', instructions: 'Be terse.' } },
      )
      client.send({ type: 'response.create' })
      await client.heard('response.done')
      client.close()
      assert.deepEqual(spent(await gateway.spendRows(key, 2)), [0, nanoOfUsual])
    })

    it('it opens one model’s sessions and nothing else, and dies with its key', async () => {
      const key = await gateway.newKey({ models: ['voice', 'live'] })
      const value = await secretOf({ model: 'voice' }, key)
      assert.equal((await refusal(value, '/v1/realtime?model=live')).status, 403)
      const chat = { model: 'chat-only', messages: [{ role: 'user', content: 'x' }] }
      assert.equal((await gateway.call('POST', '/v1/chat/completions', chat, value)).status, 401)
      assert.equal((await gateway.call('GET', '/key/info', undefined, value)).status, 401)
      assert.equal((await make({ session: { model: 'voice' } }, value)).status, 401)
      const changed = value.slice(0, -1) + (value.endsWith('0') ? '1' : '0')
      assert.equal((await refusal(changed, '/v1/realtime?model=voice')).status, 401)
      await gateway.call('POST', '/key/update', { key, models: ['live'] })
      assert.equal((await refusal(value, '/v1/realtime?model=voice')).status, 403)
      await gateway.call('POST', '/key/delete', { keys: [key] })
      assert.equal((await refusal(value, '/v1/realtime?model=voice')).status, 401)
    })

    it('it is made for a model that the key may use, by a virtual key, and for a while', async () => {
      const key = await gateway.newKey({ models: ['voice'] })
      assert.equal((await make({ session: { model: 'live' } }, key)).status, 403)
      assert.equal((await make({ session: {} }, key)).status, 400)
      assert.equal((await make({ session: { model: 'voice' } }, gateway.masterKey)).status, 400)
      assert.equal((await make({ session: { model: 'voice' }, expires_after: { seconds: 7201 } }, key)).status, 400)
      assert.equal((await make({ session: { model: 'voice', type: 'transcription' } }, key)).status, 400)
      assert.equal((await make({ session: { model: 'voice', instructions: 'x'.repeat(6000) } }, key)).status, 400)
    })

    it('what would go past the gateway is refused, and says what to use', async () => {
      for (const path of ['/v1/realtime/calls', '/realtime/transcription_sessions', '/openai/v1/realtime/calls']) {
        const { status, text } = await gateway.call('POST', path, {})
        assert.equal(status, 501, text)
        assert.match(text, /WebSocket at \/v1\/realtime/)
      }
      const key = await gateway.newKey()
      const passed = await gateway.call('POST', '/openai_passthrough/v1/realtime/client_secrets', {}, key)
      assert.equal(passed.status, 403, passed.text)
    })
  })

  it('azure: the deployment stands where its API version wants it', async () => {
    await open(gateway.masterKey, '/openai/realtime?api-version=2024-10-01-preview&deployment=azure-voice')
    const seen = provider.seen.at(-1)
    assert.equal(seen?.url, `${provider.origin}/openai/realtime?api-version=2025-02-01-preview&deployment=my-voice`)
    assert.equal(seen.headers.get('api-key'), 'sk-of-the-provider')
    await open(gateway.masterKey, '/openai/v1/realtime?model=azure-v1-voice')
    assert.equal(provider.seen.at(-1)?.url, `${provider.origin}/openai/v1/realtime?model=my-voice`)
  })

  it("OpenAI's own client, with its key in a subprotocol", async () => {
    const apiKey = await gateway.newKey()
    const openai = new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, dangerouslyAllowBrowser: true })
    const session = withoutTls(() => new OpenAIRealtimeWebSocket({ model: 'voice', dangerouslyAllowBrowser: true }, openai))
    const done = new Promise<unknown>((resolve, reject) => {
      session.on('response.done', resolve)
      session.on('error', reject)
      session.on('session.created', () => session.send({ type: 'response.create' }))
    })
    assert(isObject(await done))
    session.close()
    assert.deepEqual(spent(await gateway.spendRows(apiKey, 2)), [0, nanoOfUsual])
  })

  it('the session keeps its model; its name becomes the provider’s', async () => {
    const client = await open(await gateway.newKey())
    client.send('{"type":"session.update","session":{"model":"voice", "x":1}}')
    await until(() => provider.events.at(-1)?.['type'] === 'session.update')
    assert.deepEqual(provider.events.at(-1)?.['session'], { model: 'gpt-realtime', x: 1 })
    const count = provider.events.length
    for (const [event, why] of [
      ['{"type":"session.update","event_id":"e1","session":{"model":"dearer"}}', /keeps the model/],
      ['{"type":"session.update","session":{"model":"voice","model":"dearer"}}', /stands twice/],
      ['{"type":"a","type":"session.update","session":{"model":"dearer"}}', /stands twice/],
      ['no json', /JSON/],
      ['{}', /no type/],
    ] as const) {
      const before = client.events.length
      client.send(event)
      await until(() => client.events.length > before)
      const { type, error } = client.events.at(-1) ?? {}
      assert(type === 'error' && isObject(error))
      assert.match(String(error['message']), why)
      if (event.includes('e1')) assert.equal(error['event_id'], 'e1')
    }
    client.send(new TextEncoder().encode('{"type":"session.update","session":{"model":"dearer"}}'))
    await client.heard('error', 6)
    assert.equal(provider.events.length, count)
  })

  it('what cannot be served is refused before the session begins', async () => {
    const key = await gateway.newKey({ models: ['voice', 'chat-only', 'unreachable', 'nothing'] })
    const cases: readonly (readonly [string, string, number, RegExp])[] = [
      ['sk-unknown', '/v1/realtime?model=voice', 401, /not known here/],
      [key, '/v1/realtime', 400, /Name the model/],
      [key, '/v1/realtime?model=azure-voice', 403, /may not use the model/],
      [key, '/v1/realtime?model=nothing', 400, /no model/],
      [key, '/v1/realtime?model=chat-only', 400, /no realtime/],
      [key, '/v1/realtime?model=unreachable', 502, /could not be reached/],
      [await gateway.newKey({ max_budget: 0.000001 }), '/v1/realtime?model=voice', 422, /budget/i],
    ]
    for (const [who, path, status, why] of cases) {
      const reply = await refusal(who, path)
      assert.equal(reply.status, status, `${path}: ${reply.text}`)
      assert.match(reply.text, why)
    }
    const plain = await gateway.call('GET', '/v1/realtime?model=voice', undefined, key)
    assert.equal(plain.status, 400)
    assert.match(plain.text, /WebSocket/)
  })

  it("a provider's refusal is told, without its words, and is a row", async () => {
    const key = await gateway.newKey()
    provider.refuses = 401
    const reply = await refusal(key, '/v1/realtime?model=voice')
    assert.equal(reply.status, 502)
    assert.match(reply.text, /does not accept this gateway's own credential/)
    const [row] = await gateway.spendRows(key, 1)
    assert.deepEqual([row?.['status'], row?.['spend_nano_usd']], ['failure', 0])
  })

  it('a budget that runs out ends the session with an error event and 1008', async () => {
    // A response may cost 4096 tokens of audio and 2048 of input: 0.1024 dollars. The budget pays for one, and a bit.
    const key = await gateway.newKey({ max_budget: 0.103 })
    const client = await open(key)
    client.send({ type: 'response.create' })
    await client.heard('response.done')
    const { error } = await client.heard('error')
    assert(isObject(error))
    assert.equal(error['type'], 'budget_exceeded')
    assert.equal((await client.ended()).code, 1008)
    const rows = await gateway.spendRows(key, 2)
    assert.deepEqual(spent(rows), [0, nanoOfUsual])
    await until(() => provider.sessions === 0)
  })

  it('a second response beside a running one is paid for, or refused alone', async () => {
    const client = await open(await gateway.newKey({ max_budget: 0.15 }))
    provider.plan({ hangs: true })
    client.send({ type: 'response.create' })
    await client.heard('response.created')
    client.send({ type: 'response.create', event_id: 'mine' })
    const { error } = await client.heard('error')
    assert(isObject(error) && error['event_id'] === 'mine')
    assert(client.isOpen)
  })

  it('long input is paid for before it goes out', async () => {
    const key = await gateway.newKey({ max_budget: 0.15 })
    const client = await open(key)
    client.send({ type: 'conversation.item.create', item: { text: 'x'.repeat(20_000) } })
    await client.heard('error')
    assert.equal((await client.ended()).code, 1008)
    assert(!provider.events.some(({ type }) => type === 'conversation.item.create'))
  })

  it('a client that is cut pays what the provider says when it is stopped', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    const client = await open(key)
    provider.plan({ hangs: true })
    client.send({ type: 'response.create' })
    await client.heard('response.output_text.delta')
    client.cut()
    const rows = await gateway.spendRows(key, 2)
    assert.deepEqual(spent(rows), [0, nanoOfUsual])
    assert.deepEqual([...new Set(rows.map((row) => row['status']))], ['cancelled'])
    await until(() => provider.sessions === 0)
  })

  it('and an estimate where the provider says nothing', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    const client = await open(key)
    provider.ignoresCancel = true
    provider.plan({ hangs: true })
    client.send({ type: 'response.create' })
    await client.heard('response.output_text.delta')
    client.cut()
    const rows = await gateway.spendRows(key, 2)
    const row = rows.find(({ estimated }) => estimated === true)
    assert.equal(row?.['completion_tokens'], 10)
    assert(Number(row['spend_nano_usd']) > 0)
  })

  it('a provider that is cut ends the session with an error event; what it made is charged', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    const client = await open(key)
    provider.plan({ hangs: true })
    client.send({ type: 'response.create' })
    await client.heard('response.output_text.delta')
    provider.leave()
    await client.heard('error')
    assert.equal((await client.ended()).code, 1011)
    const rows = await gateway.spendRows(key, 2)
    assert(rows.every((row) => row['status'] === 'failure'))
    assert(rows.some((row) => row['completion_tokens'] === 10))
  })

  it('a provider’s goodbye is passed on', async () => {
    const client = await open(await gateway.newKey())
    await client.heard('session.created')
    provider.leave(4001)
    assert.deepEqual(await client.ended(), { code: 4001, reason: 'the fake leaves' })
  })

  it('a response without usage is estimated, and one that nobody asked for is charged', async () => {
    const key = await gateway.newKey()
    const client = await open(key)
    provider.plan({ usage: null })
    client.send({ type: 'input_audio_buffer.append', audio: 'A'.repeat(64_000) })
    client.send({ type: 'input_audio_buffer.commit' })
    await client.heard('response.done')
    provider.say({
      type: 'conversation.item.input_audio_transcription.completed',
      usage: { type: 'duration', seconds: 3 },
    })
    await client.heard('conversation.item.input_audio_transcription.completed')
    client.close()
    const rows = await gateway.spendRows(key, 3)
    const tokens = rows.map((row) => [row['prompt_tokens'], row['completion_tokens'], row['estimated']])
    assert(tokens.some(([input, output, estimated]) => Number(input) >= 10 && output === 10 && estimated === true))
    assert(tokens.some(([input, output, estimated]) => input === 30 && output === 0 && estimated === true))
  })

  it('sessions take places among the parallel requests, and give them back', async () => {
    const key = await gateway.newKey({ max_parallel_requests: 1 })
    const client = await open(key)
    assert.equal((await refusal(key, '/v1/realtime?model=voice')).status, 429)
    client.close()
    await until(async () => {
      const again = await open(key)
      return again.isOpen
    })
  })

  it('messages of megabytes pass, and what is larger than 16 MiB ends the session', async () => {
    const client = await open(gateway.masterKey)
    const text = 'y'.repeat(3_000_000)
    client.send({ type: 'echo', text })
    assert.equal((await client.heard('echoed'))['text'], text)
    client.send({ type: 'echo', text: 'y'.repeat(17 * 1024 * 1024) })
    assert.equal((await client.ended()).code, 1009)
  })

  it('a client that reads slowly slows the provider down, and loses nothing', async () => {
    const { port } = new URL(gateway.url)
    const socket = connect(Number(port), '127.0.0.1')
    let received = 0
    socket.on('data', (bytes: Buffer) => (received += bytes.length))
    const fields = ['host: x', `api-key: ${gateway.masterKey}`, 'connection: Upgrade', 'upgrade: websocket']
    const handshake = ['sec-websocket-version: 13', 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==']
    socket.write(`GET /v1/realtime?model=voice HTTP/1.1\r\n${[...fields, ...handshake].join('\r\n')}\r\n\r\n`)
    await until(() => provider.sessions === 1 && received > 0)
    socket.pause()
    const [count, size] = [64, 1024 * 1024]
    for (let said = 0; said < count; said++) provider.say({ type: 'rate_limits.updated', filler: 'z'.repeat(size) })
    await sleep(300)
    assert(provider.unsent > (count * size) / 2, `only ${provider.unsent} bytes wait at the provider`)
    socket.resume()
    await until(() => received > count * size)
    socket.destroy()
  })

  it('a provider that speaks another protocol is translated, and metered as the others', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    const client = await open(key, '/v1/realtime?model=live')
    await client.heard('session.created')
    client.send({ type: 'session.update', session: { model: 'live', output_modalities: ['text'], instructions: 'Be kind.' } })
    await client.heard('session.updated')
    client.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
    })
    client.send({ type: 'response.create' })
    assert.equal((await client.heard('response.output_text.done'))['text'], 'I hear you.')
    await client.heard('response.done')
    client.send({ type: 'session.update', session: {} })
    await client.heard('error')
    client.close()
    assert.equal(live.seen[0]?.headers.get('x-goog-api-key'), 'sk-of-the-provider')
    assert.deepEqual(
      live.messages.map((message) => Object.keys(message)[0]),
      ['setup', 'clientContent', 'clientContent'],
    )
    assert.deepEqual(spent(await gateway.spendRows(key, 2)), [0, 9 * 1000 + 12 * 2000])
  })

  it('usage that cannot be is not believed', async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    const client = await open(key)
    provider.plan({ usage: { input_tokens: 1e12, output_tokens: 1e12 } })
    client.send({ type: 'response.create' })
    await client.heard('response.done')
    client.close()
    const rows = await gateway.spendRows(key, 2)
    assert(rows.some((row) => row['estimated'] === true && row['completion_tokens'] === 10))
  })

  it('a gateway that stops says so to who is silent, and writes its rows', { timeout: 60_000 }, async () => {
    const config = configText([voice('voice', 'openai/gpt-realtime', `${provider.origin}/v1`)])
    const dataDir = await mkdtemp(join(tmpdir(), 'switchyard-realtime-'))
    const first = await TestGateway.start({ config, dataDir })
    const key = await first.newKey({ max_budget: 5 })
    const client = await RealtimeClient.open(`${first.url}/v1/realtime?model=voice`, {
      headers: { authorization: `Bearer ${key}` },
    })
    client.send({ type: 'response.create' })
    await client.heard('response.done')
    await first.stop()
    assert.equal((await client.ended()).code, 1001)
    const second = await TestGateway.start({ config, dataDir })
    assert.deepEqual(spent(await second.spendRows(key, 2)), [0, nanoOfUsual])
    const again = await RealtimeClient.open(`${second.url}/v1/realtime?model=voice`, {
      headers: { authorization: `Bearer ${key}` },
    })
    provider.plan({ hangs: true })
    again.send({ type: 'response.create' })
    await again.heard('response.output_text.delta')
    await second.kill9()
    assert.equal((await again.ended()).code, 1006)
    const third = await TestGateway.start({ config, dataDir })
    const rows = await third.spendRows(key, 4)
    assert.equal(rows.filter((row) => row['status'] === 'lost').length, 2)
    await third.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
})
