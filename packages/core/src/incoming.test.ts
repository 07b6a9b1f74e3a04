import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { discard, readAll, readFailure, retryAfterOf } from './incoming.ts'
import { prepare } from './prepare.ts'
import { bytesOf, callOf, chatBody, deploymentOf, incoming, providerOf, stream, textOf } from './test-kit.ts'

const now = Date.parse('2026-11-22T12:00:00Z')
const after = (headers: Record<string, string>): number | undefined => retryAfterOf(new Headers(headers), now)

describe('Retry-After', () => {
  it('is read in seconds, in milliseconds and as a date', () => {
    const cases: readonly (readonly [Record<string, string>, number | undefined])[] = [
      [{}, undefined],
      [{ 'retry-after': '3' }, 3000],
      [{ 'retry-after': '0' }, 0],
      [{ 'retry-after': '1.5' }, 1500],
      [{ 'retry-after': ' 7 ' }, 7000],
      [{ 'retry-after': '-3' }, 0],
      [{ 'retry-after': '' }, undefined],
      [{ 'retry-after': 'soon' }, undefined],
      [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
      [{ 'retry-after-ms': '', 'retry-after': '9' }, 9000],
      [{ 'retry-after-ms': 'x', 'retry-after': '9' }, 9000],
      [{ 'retry-after': 'Sun, 22 Nov 2026 12:00:30 GMT' }, 30_000],
      [{ 'retry-after': 'Sun, 22 Nov 2026 11:00:00 GMT' }, 0],
    ]
    for (const [headers, expected] of cases) assert.equal(after(headers), expected, JSON.stringify(headers))
  })

  it('as a date is of the provider’s clock, where the reply tells it', () => {
    const date = 'Sun, 22 Nov 2026 13:00:00 GMT'
    assert.equal(after({ 'retry-after': 'Sun, 22 Nov 2026 13:00:20 GMT', date }), 20_000)
    assert.equal(after({ 'retry-after': 'Sun, 22 Nov 2026 12:59:00 GMT', date }), 0)
    assert.equal(after({ 'retry-after': 'Sun, 22 Nov 2026 12:00:20 GMT', date: 'nonsense' }), 20_000)
  })
})

describe('a provider’s reply', () => {
  it('is read whole, up to the limit', async () => {
    const of = (...pieces: string[]) => ({ status: 200, headers: new Headers(), body: stream(pieces) })
    assert.equal(textOf(await readAll(of('a', '', 'bc'), 3)), 'abc')
    assert.equal((await readAll({ status: 200, headers: new Headers(), body: null }, 3)).length, 0)
    await assert.rejects(readAll(of('ab', 'cd'), 3), (error) => isGatewayError(error) && error.kind === 'bad_reply')
    let closed = false
    async function* endless(): AsyncGenerator<Uint8Array, void, void> {
      try {
        for (;;) yield bytesOf('x'.repeat(1000))
      } finally {
        closed = true
      }
    }
    await assert.rejects(readAll({ status: 200, headers: new Headers(), body: endless() }, 5000))
    assert(closed)
    closed = false
    const left = endless()
    await left.next()
    await discard({ status: 302, headers: new Headers(), body: left })
    assert(closed)
  })

  it('that is an error keeps its status and its wait', async () => {
    const deployment = deploymentOf()
    const prepared = prepare(callOf(chatBody()).ask, deployment, undefined)
    const read = (status: number, body: string, headers = {}) =>
      readFailure(incoming(status, body, headers), deployment, prepared)
    const limited = await read(429, '{"error":{"message":"slow down"}}', { 'retry-after': '2' })
    assert.deepEqual([limited.kind, limited.facts.upstreamStatus, limited.facts.retryAfterMs], ['rate_limited', 429, 2000])
    const html = await read(503, '<html>down</html>')
    assert.deepEqual([html.kind, html.facts.upstreamStatus], ['unavailable', 503])
    assert.equal((await read(529, '')).facts.upstreamStatus, 529)
    assert.equal((await read(307, '')).kind, 'bad_gateway')
    const provider = providerOf({ readError: () => undefined })
    assert.equal((await readFailure(incoming(401, 'x'), deploymentOf({ provider }), prepared)).kind, 'auth')
  })
})
