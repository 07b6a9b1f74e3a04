import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { openStage, type Stage } from '../tools/stage.ts'

const list = '[{"model":"claude-opus-4-8","max_tokens":50}, {"model":"claude-haiku-4-5"}]'

describe('`fallbacks` of a provider’s own beta', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ sections: { litellm_settings: { num_retries: 0 } } })
  })
  beforeEach(() => stage.provider.reset())
  after(() => stage.close())

  const post = (fallbacks: string, { key = stage.gateway.masterKey, beta = '', model = 'claude' } = {}): Promise<Response> =>
    fetch(`${stage.gateway.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'x-api-key': key,
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
        ...(beta === '' ? {} : { 'anthropic-beta': beta }),
      },
      body: `{"model":"${model}","max_tokens":99,"fallbacks":${fallbacks},"messages":[{"role":"user","content":"h\\u0069"}]}`,
    })

  it('travel as they came, with its header or in its own form', async () => {
    const cases: readonly (readonly [string, string])[] = [
      [list, 'context-1m-2025-08-07, server-side-fallback-2026-06-01'],
      ['"default"', 'server-side-fallback-2026-07-01'],
      ['"default"', ''],
    ]
    for (const [fallbacks, beta] of cases) {
      assert.equal((await post(fallbacks, { beta })).status, 200)
      const { body, headers } = stage.provider.last
      assert.ok(
        body.toString().includes(`"fallbacks":${fallbacks},"messages":[{"role":"user","content":"h\\u0069"}]`),
        String(body),
      )
      assert.equal(headers['anthropic-beta'] ?? '', beta)
    }
  })

  it('do not travel to a provider of another dialect', async () => {
    const { status } = await post(list, { beta: 'server-side-fallback-2026-06-01', model: 'chat' })
    assert.equal(status, 200)
    assert.equal(stage.provider.last.json['fallbacks'], undefined)
  })

  it('are ours without the header: they name models of the gateway, and do not travel', async () => {
    stage.provider.next({ status: 500, body: '{}' })
    assert.equal((await post('["chat"]')).status, 200)
    assert.deepEqual(
      stage.provider.requests.map(({ json }) => [json['model'], json['fallbacks']]),
      [
        ['claude-sonnet-4-5', undefined],
        ['fake-chat', undefined],
      ],
    )
  })

  it('reach no model that the key may not use', async () => {
    const beta = 'server-side-fallback-2026-06-01'
    const narrow = await stage.gateway.newKey({ models: ['claude', 'claude-haiku-4-5'] })
    const refused = await post(list, { beta, key: narrow })
    assert.equal(refused.status, 403)
    assert.match(await refused.text(), /claude-opus-4-8/)
    assert.equal(stage.provider.requests.length, 0)
    assert.equal((await post('[{"model":"claude-haiku-4-5"}]', { beta, key: narrow })).status, 200)
  })

  it('lead nowhere else, and are what they should be', async () => {
    const beta = 'server-side-fallback-2026-06-01'
    for (const fallbacks of ['[{"model":"x","api_base":"http://127.0.0.1:1"}]', '["x"]', '[{}]', '[{"model":1}]', '[null]']) {
      assert.equal((await post(fallbacks, { beta })).status, 400, fallbacks)
    }
    assert.equal((await post('{"model":"x"}')).status, 400)
    assert.equal(stage.provider.requests.length, 0)
  })
})
