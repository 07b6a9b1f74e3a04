import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fail } from '@switchyard/wire'
import { toldError } from './told-error.ts'

describe('what a client is told of a failed call', () => {
  const refused = fail('auth', 'Incorrect API key provided', {
    upstreamStatus: 401,
    upstreamBody: { error: 'x' },
    code: 'bad_key',
  })

  it('is not that its key is bad, when it is ours', () => {
    const told = toldError(refused, false)
    assert.deepEqual([told.kind, told.status, told.retryable], ['upstream_auth', 502, false])
    assert.doesNotMatch(JSON.stringify(told.facts) + told.message, /Incorrect|bad_key|"error"/)
    assert.match(toldError(refused, true).message, /\(401\): Incorrect API key provided/)
    assert.equal(
      toldError(fail('auth', 'No key for provider "x": set X_KEY.'), true).message,
      'No key for provider "x": set X_KEY.',
    )
    assert.equal(toldError(fail('forbidden', 'no'), false).status, 502)
  })

  it('is that the provider was slow, not that it was', () => {
    const told = toldError(fail('timeout', 'The provider did not finish.', { upstreamStatus: 408, retryAfterMs: 5 }), false)
    assert.deepEqual([told.kind, told.status, told.className], ['upstream_timeout', 504, 'Timeout'])
    assert.deepEqual([told.message, told.facts.retryAfterMs], ['The provider did not finish.', 5])
  })

  it('is everything else as it is', () => {
    for (const kind of ['bad_request', 'rate_limited', 'unreachable', 'over_budget', 'internal', 'client_closed'] as const) {
      const error = fail(kind, 'x')
      assert.equal(toldError(error, false), error)
    }
  })
})
