import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { failure } from '../tools/fake-provider.ts'
import { openaiChat } from '../tools/shapes.ts'
import { openStage, type Stage } from '../tools/stage.ts'

/** What the provider says it used, as JSON text; and what is written: its figures, or an estimate. */
const usages: readonly (readonly [string, string | undefined, 'said' | 'estimated'])[] = [
  ['missing', undefined, 'estimated'],
  ['null', 'null', 'estimated'],
  ['a string', '"7"', 'estimated'],
  ['empty', '{}', 'estimated'],
  ['strings', '{"prompt_tokens":"7","completion_tokens":"5","total_tokens":"12"}', 'estimated'],
  ['zero', '{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}', 'estimated'],
  ['negative', '{"prompt_tokens":-1000000,"completion_tokens":-1000000,"total_tokens":-2000000}', 'estimated'],
  ['absurd', '{"prompt_tokens":1e15,"completion_tokens":1e15,"total_tokens":2e15}', 'estimated'],
  ['infinite', '{"prompt_tokens":1e400,"completion_tokens":1e400}', 'estimated'],
  ['right', '{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}', 'said'],
  ['more cached than read', '{"prompt_tokens":7,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":900}}', 'said'],
  [
    'more thought than said',
    '{"prompt_tokens":7,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":900}}',
    'said',
  ],
]

const chunk = (fields: string): string =>
  `data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m",${fields}}\n\n`
const usageEvent = (usage: string): string => chunk(`"choices":[],"usage":${usage}`)
const begin = chunk('"choices":[{"index":0,"delta":{"role":"assistant","content":"one two three four"},"finish_reason":null}]')
const stop = chunk('"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]')
const done = 'data: [DONE]\n\n'

describe('what a provider says of its usage, and storms (reliability facts U14, U20)', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ sections: { litellm_settings: { num_retries: 2 }, router_settings: { disable_cooldowns: true } } })
  })
  after(() => stage.close())

  /** The row of one call whose provider answers this. */
  const rowOf = async (body: string, stream: boolean, model = 'chat') => {
    const key = await stage.gateway.newKey({ max_budget: 1 })
    const type = stream ? 'text/event-stream' : 'application/json'
    stage.provider.next({ when: key.slice(-8), body, headers: { 'content-type': type } })
    const asked = { ...JSON.parse(openaiChat.body(model, `hi ${key.slice(-8)}`)), stream, max_tokens: 50 }
    const reply = await stage.gateway.call('POST', '/v1/chat/completions', asked, key)
    assert.equal(reply.status, 200, reply.text)
    assert.match(reply.text, /one two three four/)
    const rows = await stage.gateway.spendRows(key, 1)
    assert.equal(rows.length, 1)
    return { row: rows[0] ?? {}, text: reply.text }
  }
  const checkRow = (row: Readonly<Record<string, unknown>>, as: 'said' | 'estimated', about: string): void => {
    const spend = Number(row['spend'])
    assert.ok(spend > 0 && spend < 0.001, `${about}: ${JSON.stringify(row)}`)
    if (as === 'said') assert.deepEqual([row['prompt_tokens'], row['completion_tokens']], [7, 5], about)
    else assert.ok(Number(row['prompt_tokens']) > 0 && Number(row['completion_tokens']) > 0, about)
  }

  it('whole: is believed where it can be, else estimated; the answer is unchanged', async () => {
    for (const [what, usage, as] of usages) {
      const more = usage === undefined ? '' : `,"usage":${usage}`
      const body = `{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"one two three four"},"finish_reason":"stop"}]${more}}`
      const { row, text } = await rowOf(body, false)
      assert.equal(text, body, what)
      checkRow(row, as, what)
    }
  })

  it('in a stream: the same, and the last one counts, however often and late it comes', async () => {
    const right = '{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}'
    const early = '{"prompt_tokens":7,"completion_tokens":1,"total_tokens":8}'
    const streams: readonly (readonly [string, string, 'said' | 'estimated'])[] = [
      ...usages.map(
        ([what, usage, as]) => [what, begin + stop + (usage === undefined ? '' : usageEvent(usage)) + done, as] as const,
      ),
      ['twice', begin + stop + usageEvent(right) + usageEvent(right) + done, 'said'],
      ['growing', begin + usageEvent(early) + stop + usageEvent(right) + done, 'said'],
      ['in the last chunk', begin + stop.replace('"choices"', `"usage":${right},"choices"`) + done, 'said'],
      ['behind [DONE]', begin + stop + done + usageEvent(right), 'said'],
    ]
    for (const [what, body, as] of streams) checkRow((await rowOf(body, true)).row, as, what)
  })

  it('a storm of 503 costs a bounded number of attempts', { timeout: 30_000 }, async () => {
    const calls = 60
    stage.provider.reset()
    stage.provider.next(...Array.from({ length: calls * 3 }, () => ({ ...failure(503), when: 'storm' })))
    const statuses = await Promise.all(
      Array.from(
        { length: calls },
        async () => (await stage.gateway.call('POST', '/v1/chat/completions', openaiChat.body('chat', 'storm'))).status,
      ),
    )
    assert.deepEqual(new Set(statuses), new Set([503]))
    assert.ok(stage.provider.requests.length <= calls * 1.5, `${stage.provider.requests.length} attempts for ${calls} calls`)
  })
})
