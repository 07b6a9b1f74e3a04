import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { failure, type FakeProvider, type Script } from '../tools/fake-provider.ts'
import type { Reply, TestGateway } from '../tools/gateway.ts'
import { models, shapes, type ClientShape } from '../tools/shapes.ts'
import { openStage, type Stage } from '../tools/stage.ts'

const noRetry = { litellm_settings: { num_retries: 0 } }

describe('a provider that breaks (reliability facts §4a)', () => {
  let stage: Stage
  let gateway: TestGateway
  let provider: FakeProvider
  before(async () => {
    stage = await openStage({ sections: { ...noRetry, switchyard_settings: { idle_timeout: 0.3, first_byte_timeout: 1 } } })
    gateway = stage.gateway
    provider = stage.provider
  })
  after(() => stage.close())

  const stream = (shape: ClientShape, model: string, ...script: readonly Script[]): Promise<Reply> => {
    provider.reset()
    provider.next(...script)
    return gateway.call('POST', shape.path(model), shape.body(model, 'count 12'))
  }

  /** After content was sent: an error in the client's dialect, and never a stop that the provider did not send. */
  const broken: readonly (readonly [string, Script])[] = [
    ['FIN in the middle', { paceMs: 3, cut: { at: 8, by: 'fin' } }],
    ['RST in the middle', { paceMs: 3, cut: { at: 8, by: 'reset' } }],
    ['a clean end without a terminal event', { paceMs: 3, edit: (events) => events.slice(0, 8) }],
    ['a stall', { paceMs: 3, stallAfter: 8 }],
    // A relay passes bytes and does not parse them all, so only translations notice this one.
    [
      'an event that is not JSON',
      { paceMs: 3, edit: (events) => [...events.slice(0, 8), 'data: {"broken\n\n', ...events.slice(8)] },
    ],
  ]

  for (const shape of shapes) {
    it(`${shape.name}: streams that break after their first content end with an error`, async () => {
      const pairs = models.flatMap((model) =>
        broken.slice(0, shape.relays === model ? -1 : undefined).map(([what, script]) => ({ what, script, model })),
      )
      // Counting to different numbers tells the calls apart.
      const asked = pairs.map((pair, index) => ({ ...pair, text: `count ${index + 100}` }))
      provider.reset()
      provider.next(...asked.map(({ script, text }) => ({ ...script, when: text })))
      await Promise.all(
        asked.map(async ({ what, model, text: question }) => {
          const { status, text } = await gateway.call('POST', shape.path(model), shape.body(model, question))
          assert.doesNotMatch(text, shape.success, `${what} ← ${model}`)
          // On a busy machine the break may overtake the first content: then it is a status.
          if (status === 200) assert.match(text, shape.failed, `${what} ← ${model}`)
          else assert.deepEqual([status, /"error":\{/.test(text)], [502, true], `${what} ← ${model}: ${text}`)
        }),
      )
    })

    for (const model of models) {
      it(`${shape.name} ← ${model}: every byte alone gives the same text`, async () => {
        const usual = await stream(shape, model)
        const split = await stream(shape, model, { split: 1 })
        assert.equal(anonymous(split.text), anonymous(usual.text))
        assert.match(split.text, shape.success)
      })
    }
  }

  /** Before any content: a status, and a body in the client's dialect. */
  const early: readonly (readonly [string, Script, readonly number[]])[] = [
    ['no reply at all', { silent: true }, [504]],
    ['a connection that closes', { cut: { at: 'head', by: 'fin' } }, [502]],
    ['a connection that is reset', { cut: { at: 'head', by: 'reset' } }, [502]],
    ['an empty body', { body: '' }, [502]],
    ['HTML with 200', { body: '<html>hi</html>', headers: { 'content-type': 'text/html' } }, [502]],
    [
      'an error with 200',
      { body: '{"error":{"message":"no","code":503}}', headers: { 'content-type': 'application/json' } },
      [502, 503],
    ],
    ['a redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/' }, body: '' }, [502]],
    ['500', failure(500), [500]],
    ['503', failure(503), [503]],
    ['a stream without events', { edit: () => [] }, [502]],
  ]
  for (const [what, script, statuses] of early) {
    it(`${what} is a ${statuses.join(' or ')} in every dialect`, async () => {
      provider.reset()
      const pairs = shapes.flatMap((shape) => models.map((model) => ({ shape, model, mark: `${shape.name}-${model}` })))
      // Twice, for the call that is made again when the connection of the pool may have been a stale one.
      provider.next(...[...pairs, ...pairs].map(({ mark }) => ({ ...script, when: mark })))
      await Promise.all(
        pairs.map(async ({ shape, model, mark }) => {
          const { status, json, text } = await gateway.call('POST', shape.path(model), shape.body(model, mark))
          const about = `${mark}: ${status} ${text}`
          assert.ok(statuses.includes(status), about)
          assert.ok('error' in json, about)
          assert.doesNotMatch(text, shape.success, about)
        }),
      )
    })
  }

  it('an error event that comes first is a status', async () => {
    for (const model of ['chat', 'claude', 'gemini']) {
      const { status, text } = await stream(shapes[0] ?? assert.fail(), model, {
        edit: () => [
          'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded","code":503}}\n\n',
        ],
      })
      assert.equal(status, 503, `${model}: ${text}`)
    }
  })

  it('a JSON reply to a streaming call becomes a stream', async () => {
    const json = { 'content-type': 'application/json' }
    const whole =
      '{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"all at once"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":3,"total_tokens":4}}'
    const shape = shapes[0] ?? assert.fail()
    const { text, headers } = await stream(shape, 'chat', { body: whole, headers: json })
    assert.match(headers.get('content-type') ?? '', /event-stream/)
    assert.match(text, /all at once/)
    assert.match(text, shape.success)
    assert.match(text, /data: \[DONE\]\n\n$/)
  })

  it('a huge reply is refused, and memory stays', async () => {
    const shape = shapes[0] ?? assert.fail()
    const body = JSON.parse(shape.body('chat', 'hi'))
    provider.reset()
    provider.next({ body: Buffer.alloc(40 * 1024 * 1024, 0x20), headers: { 'content-type': 'application/json' } })
    const { status } = await gateway.call('POST', shape.path('chat'), { ...body, stream: false })
    assert.equal(status, 502)
  })

  it('a refused connection is a 502 that says so', async () => {
    const closed = await openStage({ sections: noRetry })
    try {
      await closed.provider.stop()
      const { status, json } = await closed.gateway.call('POST', '/v1/chat/completions', shapes[0]?.body('chat', 'hi'))
      assert.equal(status, 502)
      assert.match(JSON.stringify(json), /upstream_unreachable/)
    } finally {
      await closed.gateway.stop()
    }
  })
})

/** Without what differs between two calls: ids made here, and the time. */
const anonymous = (text: string): string =>
  text
    .replace(/"(id|item_id|responseId|response_id)":"[^"]*"/g, '"$1":""')
    .replace(/"(created|created_at|completed_at)":\d+/g, '"$1":0')
    .replace(/[0-9a-f]{8}-?[0-9a-f-]{8,}/g, '')
