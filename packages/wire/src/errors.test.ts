import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errorClassNames, fail, GatewayError, isGatewayError, kindOfStatus } from './errors.ts'
import { kindOfUpstream } from './upstream-errors.ts'

describe('errors', () => {
  it('take status, type and class from their kind, and the type from the facts where they say it', () => {
    const error = fail('over_budget', 'Too dear.', { code: '422', param: 'model' })
    assert.deepEqual(
      [error.status, error.retryable, error.type, error.className, error.name, error.message],
      [422, false, 'budget_exceeded', 'BudgetExceededError', 'GatewayError', 'Too dear.'],
    )
    assert.equal(fail('auth', 'x', { type: 'expired_key' }).type, 'expired_key')
    const cause = new Error('why')
    assert.equal(fail('internal', 'x', {}, { cause }).cause, cause)
    assert(fail('timeout', 'x').retryable && fail('rate_limited', 'x').retryable && !fail('bad_request', 'x').retryable)
    assert.equal(new Set(errorClassNames).size, errorClassNames.length)
  })

  it('are known by a mark, not by their class, and the mark is not printed', () => {
    const error = fail('timeout', 'x')
    assert(isGatewayError(error) && error instanceof GatewayError)
    for (const other of [new Error('x'), undefined, null, 'x', { facts: {} }]) assert(!isGatewayError(other))
    assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(error)) as object).toSorted(), ['facts', 'name'])
  })

  it('have a kind for every status of a provider', () => {
    const kinds = [400, 401, 402, 403, 404, 408, 418, 429, 500, 502, 503, 504, 522, 524, 529, 599].map(kindOfStatus)
    assert.deepEqual(kinds, [
      'bad_request',
      'auth',
      'payment_required',
      'forbidden',
      'not_found',
      'timeout',
      'bad_request',
      'rate_limited',
      'internal',
      'bad_gateway',
      'unavailable',
      'timeout',
      'timeout',
      'timeout',
      'internal',
      'internal',
    ])
    assert.deepEqual([200, 302, 0].map(kindOfStatus), ['bad_reply', 'bad_reply', 'bad_reply'])
  })

  it('read what a provider says before its status, and its words where there is none', () => {
    assert.equal(kindOfUpstream(400, "This model's maximum context length is 8192 tokens"), 'context_length')
    assert.equal(kindOfUpstream(400, 'prompt is too long: 210000 tokens'), 'context_length')
    assert.equal(kindOfUpstream(400, 'Output blocked by content filtering policy'), 'content_filtered')
    assert.equal(kindOfUpstream(500, 'Rate limit reached'), 'rate_limited')
    assert.equal(kindOfUpstream(400, 'API key not valid'), 'auth')
    assert.equal(kindOfUpstream(404, 'rate limit'), 'not_found')
    assert.equal(kindOfUpstream(400, "Invalid 'user': string too long. Expected a string with maximum length 64"), 'bad_request')
    assert.equal(kindOfUpstream(0, 'x', 'overloaded_error'), 'unavailable')
    assert.equal(kindOfUpstream(0, 'x', '503'), 'unavailable')
    assert.equal(kindOfUpstream(0, 'x', 'constructor'), 'internal')
    assert.equal(kindOfUpstream(0, 'Overloaded'), 'unavailable')
  })
})
