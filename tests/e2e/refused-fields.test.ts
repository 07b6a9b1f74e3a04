import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { JsonObject } from '@switchyard/wire'
import { dialectModels, model, openStage, type Stage } from '../tools/stage.ts'

const refusal = (message: string, more: JsonObject = {}, status = 400) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code: null, ...more } }),
})

/** As a coding agent asks a model of Anthropic's, which here is another house's. */
const asked = (name: string, more: JsonObject = {}): JsonObject => ({
  model: name,
  max_tokens: 2000,
  thinking: { type: 'enabled', budget_tokens: 1024 },
  messages: [{ role: 'user', content: 'hi' }],
  ...more,
})

describe('a hint of a translated request that the provider refuses by name', () => {
  let stage: Stage
  /** What is refused is remembered by model: each case has its own. */
  const names = Array.from({ length: 12 }, (_, index) => `model-${index}`)
  let next = 0
  before(async () => {
    stage = await openStage({
      models: (origin) => [
        ...dialectModels(origin),
        ...names.map((name) => model(name, `anyscale/${name}`, { api_base: `${origin}/v1` })),
      ],
      sections: { litellm_settings: { num_retries: 0 } },
    })
  })
  beforeEach(() => stage.provider.reset())
  after(() => stage.close())

  const fresh = (): string => names[next++] ?? assert.fail()
  const efforts = (): readonly unknown[] => stage.provider.requests.map(({ json }) => json['reasoning_effort'])

  const refusals: readonly (readonly [string, ReturnType<typeof refusal>])[] = [
    ['as an argument', refusal('Unrecognized request argument supplied: reasoning_effort')],
    ['by its param', refusal('Unsupported parameter', { param: 'reasoning_effort', code: 'unsupported_parameter' })],
    ['with its model', refusal("Unsupported parameter: 'reasoning_effort' is not supported with this model.")],
    [
      'by a schema',
      refusal(
        "[{'type': 'extra_forbidden', 'loc': ('body', 'reasoning_effort'), 'msg': 'Extra inputs are not permitted'}]",
        {},
        422,
      ),
    ],
  ]
  for (const [how, refused] of refusals) {
    it(`${how} is left out of one more attempt, told, and left out of the calls of the hour`, async () => {
      const { gateway, provider } = stage
      const name = fresh()
      const key = await gateway.newKey()
      provider.next(refused)
      const first = await gateway.call('POST', '/v1/messages', asked(name), key)
      assert.equal(first.status, 200, first.text)
      assert.deepEqual(efforts(), ['low', undefined])
      assert.match(first.headers.get('x-switchyard-loss') ?? '', /reasoning_effort/)
      const streamed = await gateway.call('POST', '/v1/messages', asked(name, { stream: true }), key)
      assert.match(streamed.text, /message_stop/)
      assert.deepEqual(efforts(), ['low', undefined, undefined])
      const rows = await gateway.spendRows(key, 3)
      assert.deepEqual(rows.map((row) => [row['status'], row['upstream_status']]).toSorted(), [
        ['failure', refused.status],
        ['success', 200],
        ['success', 200],
      ])
    })
  }

  it('stays where the message is of something else, and for other models', async () => {
    const { gateway, provider } = stage
    const others = [
      refusal('The user messages are not supported'),
      refusal('reasoning_effort.level is unsupported'),
      refusal('This model is not supported'),
      refusal('Unsupported parameter: reasoning_effort', {}, 403),
    ]
    for (const other of others) {
      provider.reset()
      provider.next(other)
      const { status } = await gateway.call('POST', '/v1/messages', asked(fresh()))
      assert.ok(status >= 400)
      assert.deepEqual(efforts(), ['low'], other.body)
    }
  })

  it('is the client’s own where it wrote the word itself', async () => {
    const { gateway, provider } = stage
    const name = fresh()
    provider.next(refusal('Unrecognized request argument supplied: reasoning_effort'))
    const body = { model: name, reasoning_effort: 'low', messages: [{ role: 'user', content: 'hi' }] }
    assert.equal((await gateway.call('POST', '/v1/chat/completions', body)).status, 400)
    assert.equal((await gateway.call('POST', '/v1/chat/completions', body)).status, 200)
    assert.deepEqual(efforts(), ['low', 'low'])
  })
})
