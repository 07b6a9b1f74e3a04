import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { arrayOf, type JsonObject } from '@switchyard/wire'
import { failure, type FakeProvider } from '../tools/fake-provider.ts'
import type { Reply, TestGateway } from '../tools/gateway.ts'
import { model, openStage, type Stage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

/** The upstream's model names tell which deployment was asked. */
const models = (origin: string): readonly JsonObject[] => {
  const at = (name: string, upstream: string, more: JsonObject = {}): JsonObject =>
    model(name, `anyscale/${upstream}`, { api_base: `${origin}/v1`, ...more })
  return [
    at('single', 'single'),
    at('pair', 'pair-a'),
    at('pair', 'pair-b'),
    at('ordered', 'first', { order: 1 }),
    at('ordered', 'second', { order: 2 }),
    at('heavy', 'light', { weight: 1 }),
    at('heavy', 'heavy', { weight: 9 }),
    at('slow', 'slow', { timeout: 0.3, num_retries: 0 }),
    at('main', 'main', { num_retries: 0 }),
    at('backup', 'backup'),
    at('long', 'long', { num_retries: 0 }),
    at('longer', 'longer'),
    at('strict', 'strict', { num_retries: 0 }),
    at('lenient', 'lenient'),
    at('any/*', 'any-*'),
  ]
}

const sections = {
  router_settings: {
    num_retries: 1,
    cooldown_time: 0.5,
    fallbacks: [{ main: ['backup'] }],
    context_window_fallbacks: [{ long: ['longer'] }],
    content_policy_fallbacks: [{ strict: ['lenient'] }],
    model_group_alias: { nickname: 'single' },
  },
}

describe('routing', () => {
  let stage: Stage
  let gateway: TestGateway
  let provider: FakeProvider
  before(async () => {
    stage = await openStage({ models, sections })
    gateway = stage.gateway
    provider = stage.provider
  })
  after(() => stage.close())
  afterEach(() => provider.reset())

  const ask = (name: string, more: JsonObject = {}): Promise<Reply> =>
    gateway.call('POST', '/v1/chat/completions', { model: name, messages: [{ role: 'user', content: 'hi' }], ...more })
  const asked = (): readonly unknown[] => provider.requests.map(({ json }) => json['model'])

  it('a failure is retried, and the reply says so', async () => {
    provider.next(failure(500))
    const { status, headers } = await ask('single')
    assert.equal(status, 200)
    assert.deepEqual(asked(), ['single', 'single'])
    assert.equal(headers.get('x-litellm-attempted-retries'), '1')
    assert.equal(headers.get('x-litellm-model-group'), 'single')
  })

  it('what the client did wrong is not retried', async () => {
    provider.next(failure(400))
    assert.equal((await ask('single')).status, 400)
    assert.deepEqual(asked(), ['single'])
  })

  it('retries end', async () => {
    provider.next(failure(503), failure(503), failure(503))
    assert.equal((await ask('single')).status, 503)
    assert.equal(asked().length, 2)
  })

  it('a retry goes to the other deployment at once, and the failed one rests', async () => {
    provider.next(failure(429, { 'retry-after': '1' }))
    const started = performance.now()
    assert.equal((await ask('pair')).status, 200)
    assert.ok(performance.now() - started < 400, 'no waiting where another deployment is free')
    assert.equal(new Set(asked()).size, 2)
    const [limited] = asked()
    provider.requests.length = 0
    for (let call = 0; call < 6; call++) assert.equal((await ask('pair')).status, 200)
    assert.ok(!asked().includes(limited), 'the deployment that said 429 is left alone')
    await until(async () => {
      await ask('pair')
      return asked().includes(limited)
    }, 4000)
  })

  it('when all rest, the answer is a 429 with the time to wait', async () => {
    provider.next(failure(429, { 'retry-after': '1' }), failure(429, { 'retry-after': '1' }))
    assert.equal((await ask('pair')).status, 429)
    const { status, headers } = await ask('pair')
    assert.equal(status, 429)
    assert.ok(Number(headers.get('retry-after')) >= 1)
    await until(async () => (await ask('pair')).status === 200, 4000)
  })

  it('order comes before chance, weight steers it', async () => {
    for (let call = 0; call < 5; call++) await ask('ordered')
    assert.deepEqual(
      asked(),
      Array.from({ length: 5 }, () => 'first'),
    )
    provider.reset()
    await Promise.all(Array.from({ length: 100 }, () => ask('heavy')))
    const heavy = asked().filter((name) => name === 'heavy').length
    assert.ok(heavy > 70 && heavy < 100, `${heavy} of 100`)
  })

  it('a fallback answers, and says so', async () => {
    provider.next(failure(500))
    const { status, headers } = await ask('main')
    assert.equal(status, 200)
    assert.deepEqual(asked(), ['main', 'backup'])
    assert.equal(headers.get('x-litellm-attempted-fallbacks'), '1')
    assert.equal(headers.get('x-litellm-model-group'), 'backup')
  })

  it('a stream falls back before its first content and never after', async () => {
    provider.next({ edit: () => [] })
    const early = await ask('main', { stream: true })
    assert.match(early.text, /"finish_reason":"stop"/)
    assert.deepEqual(asked(), ['main', 'backup'])
    provider.reset()
    provider.next({ paceMs: 20, cut: { at: 2, by: 'reset' } })
    const late = await ask('main', { stream: true })
    assert.doesNotMatch(late.text, /"finish_reason":"stop"/)
    assert.deepEqual(asked(), ['main'])
  })

  it('too long a prompt and a filtered answer have fallbacks of their own', async () => {
    const refusal = (code: string): { status: number; headers: { 'content-type': string }; body: string } => ({
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ error: { message: code, type: 'invalid_request_error', code } }),
    })
    provider.next(refusal('context_length_exceeded'))
    assert.equal((await ask('long')).status, 200)
    provider.next(refusal('content_policy_violation'))
    assert.equal((await ask('strict')).status, 200)
    assert.deepEqual(asked(), ['long', 'longer', 'strict', 'lenient'])
  })

  it('the client may bring its own fallbacks and switch off the retries', async () => {
    provider.next(failure(500))
    assert.equal((await ask('single', { num_retries: 0, fallbacks: ['backup'] })).status, 200)
    assert.deepEqual(asked(), ['single', 'backup'])
  })

  it('a deployment that is too slow is a 504 in time', async () => {
    provider.next({ delayMs: 2000 })
    const started = performance.now()
    assert.equal((await ask('slow')).status, 504)
    assert.ok(performance.now() - started < 1500)
    await until(() => provider.last.abortedAtMs !== undefined)
  })

  it('a client may ask for less time', async () => {
    provider.next({ delayMs: 2000 })
    assert.equal((await ask('single', { timeout: 0.2, num_retries: 0 })).status, 504)
  })

  it('a client may do without the configured fallbacks', async () => {
    provider.next(failure(500))
    assert.equal((await ask('main', { disable_fallbacks: true })).status, 500)
    assert.deepEqual(asked(), ['main'])
  })

  it('names: aliases, wildcards and what is listed', async () => {
    await ask('nickname')
    await ask('any/thing')
    assert.deepEqual(asked(), ['single', 'any-thing'])
    const { json } = await gateway.call('GET', '/v1/models')
    const names = arrayOf(json['data']).map((row) => JSON.stringify(row))
    assert.ok(names.some((row) => row.includes('"nickname"')))
    assert.equal(names.filter((row) => row.includes('"pair"')).length, 1)
  })

  it('every attempt has its row, and only the last one costs', async () => {
    const key = await gateway.newKey()
    provider.next(failure(500))
    await gateway.call('POST', '/v1/chat/completions', { model: 'main', messages: [{ role: 'user', content: 'hi' }] }, key)
    const rows = await gateway.spendRows(key, 2)
    const byAttempt = rows.toSorted((a, b) => Number(a['attempt']) - Number(b['attempt']))
    assert.deepEqual(
      byAttempt.map((row) => row['status']),
      ['failure', 'success'],
    )
    assert.equal(new Set(rows.map((row) => row['litellm_call_id'])).size, 1)
    assert.equal(byAttempt[0]?.['spend_nano_usd'], 0)
    assert.ok(Number(byAttempt[1]?.['spend_nano_usd']) > 0)
  })
})
