import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openaiChat, shapes } from '../tools/shapes.ts'
import { openStage, type Stage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'
import { exchange } from '../tools/wire.ts'

const capacity = 20
const delayMs = 400

describe('more calls than can be served (reliability facts P8)', () => {
  let stage: Stage
  before(async () => {
    // One hiccup of a busy test machine must not look like overload: here the number alone decides.
    stage = await openStage({ sections: { switchyard_settings: { max_calls_in_work: capacity, max_loop_delay: 0 } } })
  })
  after(() => stage.close())

  const whole = (text: string): string =>
    JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: text }], max_tokens: 5 })
  /** The provider takes its time for as many calls as there are places. */
  const slowly = (): void => stage.provider.next(...Array.from({ length: capacity }, () => ({ delayMs, when: 'busy' })))
  const chat = (text: string) => stage.gateway.call('POST', '/v1/chat/completions', whole(text))

  it('five times the capacity: as many as fit are served, the others are sent away at once', async () => {
    stage.provider.reset()
    slowly()
    const startMs = performance.now()
    const replies = await Promise.all(
      Array.from({ length: 5 * capacity }, async () => ({ reply: await chat('busy'), tookMs: performance.now() - startMs })),
    )
    const of = (status: number) => replies.filter(({ reply }) => reply.status === status)
    assert.deepEqual([of(200).length, of(503).length], [capacity, 4 * capacity])
    assert.equal(stage.provider.requests.length, capacity)
    for (const { reply, tookMs } of of(503)) {
      assert.ok(tookMs < delayMs, `${tookMs} ms`)
      assert.match(reply.text, /"type":"gateway_overloaded"/)
      const seconds = Number(reply.headers.get('retry-after'))
      assert.ok(seconds >= 1 && seconds <= 2, String(seconds))
    }
    assert.equal((await chat('hi')).status, 200, 'the places are free again')
  })

  it('streams that have begun keep no place and are not cut; the health and the models answer on', async () => {
    stage.provider.reset()
    stage.provider.next(...Array.from({ length: 3 * capacity }, () => ({ paceMs: 40, when: 'count 20' })))
    const begun = Array.from({ length: 3 * capacity }, () =>
      stage.gateway.call('POST', openaiChat.path('chat'), openaiChat.body('chat', 'count 20')),
    )
    await until(() => stage.provider.requests.length > 0)
    slowly()
    const busy = Array.from({ length: 3 * capacity }, () => chat('busy'))
    assert.equal((await stage.gateway.call('GET', '/health/readiness')).status, 200)
    assert.equal((await stage.gateway.call('GET', '/v1/models')).status, 200)
    assert.ok((await Promise.all(busy)).some(({ status }) => status === 503))
    const served = (await Promise.all(begun)).filter(({ status }) => status === 200)
    assert.ok(served.length >= capacity)
    for (const { text } of served) assert.match(text, openaiChat.success)
  })

  it('the refusal is in the dialect of the route, and comes before the body', async () => {
    for (const shape of shapes) {
      stage.provider.reset()
      slowly()
      const busy = Array.from({ length: capacity }, () => chat('busy'))
      await until(() => stage.provider.requests.length === capacity)
      const { hostname } = new URL(stage.gateway.url)
      const head = `POST ${shape.path(shape.relays)} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${stage.gateway.masterKey}\r\n`
      const { text } = await exchange(
        stage.gateway.url,
        `${head}Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{`,
        {
          enough: (got) => got.includes('}'),
        },
      )
      assert.match(text, /^HTTP\/1\.1 503 /, shape.name)
      assert.match(text, /"(?:type|status)":"(?:gateway_overloaded|overloaded_error|UNAVAILABLE)"/, shape.name)
      assert.ok((await Promise.all(busy)).every(({ status }) => status === 200))
    }
  })
})
