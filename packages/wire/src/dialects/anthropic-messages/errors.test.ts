import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fail } from '../../errors.ts'
import { anthropicMessages as dialect } from './index.ts'

const body = (type: string, message: string): unknown => ({ type: 'error', error: { type, message }, request_id: 'req_1' })

describe('errors', () => {
  const cases: readonly (readonly [status: number, type: string, message: string, kind: string])[] = [
    [400, 'invalid_request_error', 'messages: roles must alternate', 'bad_request'],
    [400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum', 'context_length'],
    [400, 'invalid_request_error', 'Output blocked by content filtering policy', 'content_filtered'],
    [401, 'authentication_error', 'invalid x-api-key', 'auth'],
    [402, 'billing_error', 'pay', 'payment_required'],
    [403, 'permission_error', 'no', 'forbidden'],
    [404, 'not_found_error', 'model: x', 'not_found'],
    [413, 'request_too_large', 'too big', 'too_large'],
    [429, 'rate_limit_error', 'slow', 'rate_limited'],
    [500, 'api_error', 'oops', 'internal'],
    [504, 'timeout_error', 'late', 'timeout'],
    [529, 'overloaded_error', 'Overloaded', 'unavailable'],
    [0, 'overloaded_error', 'Overloaded', 'unavailable'],
  ]
  for (const [status, type, message, kind] of cases) {
    it(`${status} ${type} "${message}" is ${kind} and is printed as it came`, () => {
      const error = dialect.readError(status, body(type, message))
      assert.deepEqual([error.kind, error.message, error.facts.code], [kind, message, type])
      assert.deepEqual(dialect.writeError(error), body(type, message))
    })
  }

  it('reads bodies that are no errors of this dialect', () => {
    assert.deepEqual(
      [dialect.readError(503, 'upstream down\n').kind, dialect.readError(503, 'upstream down\n').message],
      ['unavailable', 'upstream down'],
    )
    for (const odd of [undefined, null, [], 5, {}, { error: 'x' }]) assert.equal(dialect.readError(429, odd).kind, 'rate_limited')
  })

  it('prints our own errors under the type that clients know', () => {
    assert.deepEqual(dialect.writeError(fail('no_deployment', 'wait')), {
      type: 'error',
      error: { type: 'rate_limit_error', message: 'wait' },
    })
    const reworded = fail('auth', 'ours', { upstreamBody: body('permission_error', 'theirs') })
    assert.deepEqual(dialect.writeError(reworded), { type: 'error', error: { type: 'authentication_error', message: 'ours' } })
  })
})
