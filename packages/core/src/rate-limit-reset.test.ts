import assert from 'node:assert/strict'
import { it } from 'node:test'
import { rateLimitResetOf } from './rate-limit-reset.ts'

const now = Date.parse('2026-11-22T12:00:00Z')
const wait = (headers: Record<string, string>): number | undefined => rateLimitResetOf(new Headers(headers), now)

it('the end of a rate limit is read in every form that providers write it', () => {
  const cases: readonly (readonly [Record<string, string>, number | undefined])[] = [
    [{}, undefined],
    [{ 'x-ratelimit-reset-requests': '1s' }, 1000],
    [{ 'x-ratelimit-reset-requests': '20ms' }, 20],
    [{ 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
    [{ 'x-ratelimit-reset-tokens': '2m59.56s' }, 179_560],
    [{ 'x-ratelimit-reset-tokens': '1d2h' }, 93_600_000],
    [{ 'x-ratelimit-reset': '7.5' }, 7500],
    [{ 'x-ratelimit-reset': String(now / 1000 + 9) }, 9000],
    [{ 'x-ratelimit-reset': String(now + 1234) }, 1234],
    [{ 'x-ratelimit-reset': String(now - 1234) }, 0],
    [{ 'ratelimit-reset': '50' }, 50_000],
    [{ 'anthropic-ratelimit-requests-reset': '2026-11-22T12:00:30Z' }, 30_000],
    [{ 'anthropic-ratelimit-requests-reset': '2026-11-22T11:00:00Z' }, 0],
    [{ 'x-ratelimit-reset-requests': 'soon' }, undefined],
    [{ 'x-ratelimit-reset-requests': '' }, undefined],
    [{ 'x-ratelimit-reset-requests': '-4' }, 0],
    [{ 'x-ratelimit-reset-requests': '1e400' }, undefined],
  ]
  for (const [headers, expected] of cases) assert.equal(wait(headers), expected, JSON.stringify(headers))
})

it('only limits that ran out count, and of these the longest', () => {
  const both = { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '6m0s' }
  assert.equal(wait({ ...both, 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '149984' }), 1000)
  assert.equal(wait({ ...both, 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '0' }), 360_000)
  assert.equal(wait({ ...both, 'x-ratelimit-remaining-requests': '5', 'x-ratelimit-remaining-tokens': '7' }), undefined)
  const named = { 'anthropic-ratelimit-tokens-reset': '2026-11-22T12:00:05Z', 'anthropic-ratelimit-tokens-remaining': '0' }
  assert.equal(wait({ ...named, 'anthropic-ratelimit-requests-reset': '2026-11-22T12:01:00Z' }), 60_000)
  assert.equal(
    wait({
      ...named,
      'anthropic-ratelimit-requests-reset': '2026-11-22T12:01:00Z',
      'anthropic-ratelimit-requests-remaining': '3',
    }),
    5000,
  )
})
