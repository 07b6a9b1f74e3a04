import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Script } from '../tools/fake-provider.ts'
import type { Reply } from '../tools/gateway.ts'
import { models, openaiChat, shapes, type ClientShape } from '../tools/shapes.ts'
import { openStage, type Stage } from '../tools/stage.ts'

type Model = (typeof models)[number]

/** An error event as each provider sends it, and the status that it means when it comes first. */
const errors: Readonly<Record<Model, readonly (readonly [event: string, status: number])[]>> = {
  chat: [
    ['data: {"error":{"message":"Overloaded","type":"server_error","code":503}}\n\n', 503],
    ['data: {"error":{"message":"slow down","type":"rate_limit_error","code":429}}\n\n', 429],
    ['data: {"error":"it broke"}\n\n', 500],
  ],
  responses: [
    [
      'event: response.failed\ndata: {"type":"response.failed","sequence_number":1,"response":{"id":"resp_1","object":"response","status":"failed","error":{"code":"server_error","message":"it broke"},"output":[]}}\n\n',
      500,
    ],
    [
      'event: error\ndata: {"type":"error","code":"rate_limit_exceeded","message":"slow down","param":null,"sequence_number":1}\n\n',
      429,
    ],
  ],
  claude: [
    ['event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n', 503],
    ['event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}\n\n', 429],
  ],
  gemini: [
    ['data: {"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}\n\n', 503],
    ['data: {"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}\n\n', 429],
  ],
}

const kinds: Readonly<Record<number, string>> = { 429: 'rate_limited', 500: 'internal', 503: 'unavailable' }

/** Events that no provider should send. They may be skipped or end the stream, but neither pass as half an object nor as an end. */
const malformed: readonly (readonly [string, string])[] = [
  ['half an object', 'data: {"choices":[{"delta":{"content":"half\n\n'],
  ['an array', 'data: [1]\n\n'],
  ['a string', 'data: "text"\n\n'],
  ['a number', 'data: 1e400\n\n'],
  ['null', 'data: null\n\n'],
  ['an empty object', 'data: {}\n\n'],
  ['empty data', 'data:\n\n'],
  ['nulls where objects should be', 'data: {"choices":null,"candidates":null,"type":null,"delta":null,"usage":null}\n\n'],
  ['wrong types', 'data: {"choices":"a","candidates":7,"type":{},"delta":[],"usage":"x","usageMetadata":[]}\n\n'],
  ['nulls in lists', 'data: {"choices":[null],"candidates":[null],"type":"content_block_delta","index":null,"delta":null}\n\n'],
  ['prototype keys', 'data: {"__proto__":{"choices":[{"delta":{"content":"x"}}]},"constructor":null}\n\n'],
  ['50,000 levels', `data: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n\n`],
  ['a line of 17 MB', `data: {"x":"${'y'.repeat(17_000_000)}"}\n\n`],
  ['comments and unknown fields', ': ping\nid: 7\nretry: 0\nfoo: bar\n\n'],
]

const anyError = /"error":\{|"type":"response\.failed"|event: error/

describe('events of a hostile provider', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({
      sections: {
        litellm_settings: { num_retries: 0 },
        router_settings: { disable_cooldowns: true },
        switchyard_settings: { idle_timeout: 2 },
      },
    })
  })
  after(() => stage.close())

  const stream = (shape: ClientShape, model: Model, mark: string, script: Script) => {
    stage.provider.next({ ...script, when: mark })
    return stage.gateway.call('POST', shape.path(model), shape.body(model, mark))
  }
  /** One row, which tells what the provider answered: the error was in its body. */
  const checkRow = async (
    reply: Reply,
    { kind, ...is }: { readonly status: string; readonly isCharged: boolean; readonly kind?: string | undefined },
  ): Promise<void> => {
    const row = await stage.gateway.rowOf(reply)
    const isCharged = Number(row['spend_nano_usd']) > 0
    assert.deepEqual([{ status: row['status'], isCharged }, row['upstream_status']], [is, 200], JSON.stringify(row))
    if (kind !== undefined) assert.equal(row['error_kind'], kind)
  }
  const everyPair = async (run: (shape: ClientShape, model: Model, mark: string) => Promise<void>): Promise<void> => {
    await Promise.all(
      shapes.flatMap((shape) => models.map((model) => run(shape, model, `one two three ${shape.name}-${model}.`))),
    )
  }

  it('an error that comes first is a status, in every dialect', async () => {
    for (let index = 0; index < 3; index++) {
      await everyPair(async (shape, model, mark) => {
        const error = errors[model][index]
        if (error === undefined) return
        const reply = await stream(shape, model, mark, { edit: () => [error[0]] })
        assert.equal(reply.status, error[1], `${mark} ${error[0]}: ${reply.text}`)
        assert.match(reply.text, /"error":\{/, mark)
        await checkRow(reply, { status: 'failure', kind: kinds[error[1]], isCharged: false })
      })
    }
  })

  it('an error in the middle ends the stream with an error of the client’s dialect', async () => {
    for (let index = 0; index < 3; index++) {
      await everyPair(async (shape, model, mark) => {
        const error = errors[model][index]
        if (error === undefined) return
        const edit = (events: readonly string[]): readonly string[] => [...events.slice(0, -4), error[0], ...events.slice(-4)]
        const reply = await stream(shape, model, mark, { paceMs: 3, edit })
        const { status, text } = reply
        assert.doesNotMatch(text, shape.success, mark)
        if (status === 200) assert.match(text, shape.failed, mark)
        else assert.equal(status, error[1], `${mark}: ${text}`)
        await checkRow(reply, { status: 'failure', kind: kinds[error[1]], isCharged: status === 200 })
      })
    }
  })

  for (const [what, event] of malformed) {
    it(`${what} in the middle: the whole answer or an error, never both and never neither`, async () => {
      await everyPair(async (shape, model, mark) => {
        const edit = (events: readonly string[]): readonly string[] => [...events.slice(0, -3), event, ...events.slice(-3)]
        const reply = await stream(shape, model, mark, { edit })
        const { status, text } = reply
        const about = `${mark}: ${status} ${text.slice(0, 2000)}`
        if (status !== 200) {
          assert.ok(status === 502 || status === 500, about)
          return checkRow(reply, { status: 'failure', isCharged: false })
        }
        const failed = anyError.test(text.replaceAll('"error":null', ''))
        assert.match(text, failed ? shape.failed : shape.success, about)
        return checkRow(reply, { status: failed ? 'failure' : 'success', isCharged: true })
      })
    })
  }

  it('a whole reply to a streaming call becomes a stream, in every dialect', async () => {
    await everyPair(async (shape, model, mark) => {
      const own = shapes.find(({ relays }) => relays === model) ?? openaiChat
      const asked = { ...JSON.parse(own.body(model, mark)), stream: false }
      const path = own.path(model).replace('streamGenerateContent?alt=sse', 'generateContent')
      const { text: body } = await stage.gateway.call('POST', path, asked)
      const reply = await stream(shape, model, mark, { body, headers: { 'content-type': 'application/json' } })
      assert.match(reply.headers.get('content-type') ?? '', /event-stream/, mark)
      assert.match(reply.text, shape.success, mark)
      assert.match(reply.text, /one two three/, mark)
      await checkRow(reply, { status: 'success', isCharged: true })
    })
  })
})
