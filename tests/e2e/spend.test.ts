import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { JsonObject } from '@switchyard/wire'
import { failure, type FakeProvider, type Script } from '../tools/fake-provider.ts'
import type { TestGateway } from '../tools/gateway.ts'
import { nanoOf, openStage, type Stage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

const chatBody = (more: JsonObject = {}): JsonObject => ({
  model: 'chat',
  messages: [{ role: 'user', content: 'count 12' }],
  ...more,
})

describe('the ledger', () => {
  let stage: Stage
  let gateway: TestGateway
  let provider: FakeProvider
  before(async () => {
    stage = await openStage({ sections: { litellm_settings: { num_retries: 0 } } })
    gateway = stage.gateway
    provider = stage.provider
  })
  after(() => stage.close())

  const rowOf = async (key: string): Promise<JsonObject> => (await gateway.spendRows(key, 1))[0] ?? assert.fail('no row')

  const paths: readonly (readonly [string, string, JsonObject])[] = [
    ['chat', '/v1/chat/completions', chatBody()],
    ['chat, streamed', '/v1/chat/completions', chatBody({ stream: true })],
    ['chat → anthropic', '/v1/chat/completions', chatBody({ model: 'claude' })],
    ['chat → gemini, streamed', '/v1/chat/completions', chatBody({ model: 'gemini', stream: true })],
    ['responses', '/v1/responses', { model: 'openai', input: 'count 12' }],
    ['messages', '/v1/messages', { ...chatBody({ model: 'claude' }), max_tokens: 99 }],
    ['messages, streamed', '/v1/messages', { ...chatBody({ model: 'claude', stream: true }), max_tokens: 99 }],
    ['gemini', '/v1beta/models/gemini:generateContent', { contents: [{ role: 'user', parts: [{ text: 'count 12' }] }] }],
    [
      'gemini, streamed',
      '/v1beta/models/gemini:streamGenerateContent?alt=sse',
      { contents: [{ role: 'user', parts: [{ text: 'count 12' }] }] },
    ],
  ]
  for (const [what, path, body] of paths) {
    it(`${what}: one call, one row, the provider's own figures`, async () => {
      const key = await gateway.newKey({ max_budget: 1 })
      const { headers } = await gateway.call('POST', path, body, key)
      const row = await rowOf(key)
      assert.deepEqual([row['prompt_tokens'], row['completion_tokens'], row['total_tokens']], [9, 12, 21])
      assert.equal(row['spend_nano_usd'], nanoOf({ input: 9, output: 12 }))
      assert.deepEqual([row['status'], row['estimated'], row['unpriced']], ['success', false, false])
      assert.equal(row['litellm_call_id'], headers.get('x-litellm-call-id'))
      const info = await gateway.call('GET', '/key/info', undefined, key)
      assert.match(info.text, /"spend":0\.000033,/)
    })
  }

  it('a whole reply tells its cost', async () => {
    const { headers } = await gateway.call('POST', '/v1/chat/completions', chatBody())
    assert.equal(headers.get('x-litellm-response-cost'), '0.000033')
  })

  const strange: readonly (readonly [string, Script['usage'], (row: JsonObject) => void])[] = [
    ['none', 'missing', (row) => assert.ok(row['estimated'] === true && Number(row['spend_nano_usd']) > 0)],
    ['negative', { input: -5, output: -100 }, (row) => assert.ok(Number(row['spend_nano_usd']) >= 0)],
    ['absurd', { input: 1e18, output: 1e18 }, (row) => assert.ok(Number.isSafeInteger(row['spend_nano_usd']))],
    [
      'more cached than read',
      { cacheRead: 1e6 },
      (row) => assert.ok(Number(row['cache_read_input_tokens']) <= Number(row['prompt_tokens'])),
    ],
    ['fractions', { input: 1.5 }, (row) => assert.ok(Number.isInteger(row['prompt_tokens']))],
  ]
  for (const [what, usage, check] of strange) {
    for (const stream of [false, true]) {
      it(`usage that is ${what}, ${stream ? 'streamed' : 'whole'}: the answer stands, the row is sane`, async () => {
        const key = await gateway.newKey()
        provider.next(usage === undefined ? {} : { usage })
        const { status, text } = await gateway.call('POST', '/v1/chat/completions', chatBody({ stream }), key)
        assert.equal(status, 200, text)
        const row = await rowOf(key)
        for (const name of ['prompt_tokens', 'completion_tokens', 'spend_nano_usd']) assert.ok(Number(row[name]) >= 0, name)
        check(row)
      })
    }
  }

  it('a failure costs nothing and has a row', async () => {
    const key = await gateway.newKey()
    provider.next(failure(500))
    await gateway.call('POST', '/v1/chat/completions', chatBody(), key)
    const row = await rowOf(key)
    assert.deepEqual([row['status'], row['spend_nano_usd'], row['error_kind']], ['failure', 0, 'internal'])
  })

  it('a stream that breaks is charged for what came', async () => {
    const key = await gateway.newKey()
    provider.next({ paceMs: 3, cut: { at: 8, by: 'reset' } })
    await gateway.call('POST', '/v1/chat/completions', chatBody({ stream: true }), key)
    const row = await rowOf(key)
    assert.equal(row['status'], 'failure')
    assert.ok(row['estimated'] === true && Number(row['spend_nano_usd']) > 0)
  })

  for (const model of ['chat', 'claude']) {
    it(`${model}: a client that leaves aborts the provider within a second and is charged for what came`, async () => {
      const key = await gateway.newKey({ max_budget: 1 })
      provider.next({ paceMs: 20 })
      const leaving = new AbortController()
      const reply = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(chatBody({ model, stream: true, messages: [{ role: 'user', content: 'count 500' }] })),
        signal: leaving.signal,
      })
      const reader = reply.body?.getReader() ?? assert.fail()
      for (let pieces = 0; pieces < 5; pieces++) await reader.read()
      const { last } = provider
      const leftMs = Date.now()
      leaving.abort()
      await until(() => last.abortedAtMs !== undefined, 2000)
      assert.ok((last.abortedAtMs ?? 0) - leftMs < 1000)
      const row = await rowOf(key)
      assert.equal(row['status'], 'cancelled')
      assert.ok(Number(row['spend_nano_usd']) > 0 && Number(row['completion_tokens']) < 500)
      // The reservation is gone: only what was charged is spent.
      await until(async () =>
        (await gateway.call('GET', '/key/info', undefined, key)).text.includes(`"spend":${Number(row['spend'])}`),
      )
    })
  }

  it('a client that leaves before the reply begins pays nothing', async () => {
    const key = await gateway.newKey()
    provider.next({ silent: true })
    const call = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(chatBody()),
      signal: AbortSignal.timeout(200),
    })
    await assert.rejects(call)
    await until(() => provider.last.abortedAtMs !== undefined, 2000)
    const row = await rowOf(key)
    assert.deepEqual([row['status'], row['spend_nano_usd']], ['cancelled', 0])
  })

  it('a key sees its own rows and nobody else’s', async () => {
    const [mine, other] = [await gateway.newKey(), await gateway.newKey()]
    await gateway.call('POST', '/v1/chat/completions', chatBody(), mine)
    await gateway.spendRows(mine, 1)
    const rows: unknown = JSON.parse((await gateway.call('GET', '/spend/logs', undefined, other)).text)
    assert.deepEqual(rows, [])
    assert.equal((await gateway.call('GET', `/spend/logs?api_key=${mine}`, undefined, other)).status, 403)
  })

  it('a budget that is used up refuses before the provider is asked', async () => {
    const key = await gateway.newKey({ max_budget: 0.00005 })
    await gateway.call('POST', '/v1/chat/completions', chatBody({ max_tokens: 12 }), key)
    await until(async () => {
      const { status } = await gateway.call('POST', '/v1/chat/completions', chatBody({ max_tokens: 12 }), key)
      return status === 422
    })
    const calls = provider.requests.length
    const { status, json } = await gateway.call('POST', '/v1/chat/completions', chatBody({ max_tokens: 12 }), key)
    assert.equal(status, 422)
    assert.match(JSON.stringify(json), /"type":"budget_exceeded"/)
    assert.equal(provider.requests.length, calls)
  })
})
