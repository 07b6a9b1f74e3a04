import assert from 'node:assert/strict'
import test from 'node:test'
import { fail } from '../../errors.ts'
import { openaiChat } from './index.ts'

const read = (status: number, message: string, code: string | null = null) =>
  openaiChat.readError(status, { error: { message, type: 'invalid_request_error', param: 'messages', code } })

test('statuses and texts decide the kind', () => {
  assert.equal(read(400, 'Bad value').kind, 'bad_request')
  assert.equal(read(400, "This model's maximum context length is 8192 tokens.", 'context_length_exceeded').kind, 'context_length')
  assert.equal(read(500, 'input tokens exceed the configured limit of 5').kind, 'context_length')
  assert.equal(read(400, "Invalid 'user': string too long. Expected a string with maximum length 64").kind, 'bad_request')
  assert.equal(read(400, 'x', 'content_policy_violation').kind, 'content_filtered')
  assert.equal(read(429, 'Too many tokens, please wait').kind, 'rate_limited')
  assert.equal(read(400, 'Rate-limit exceeded').kind, 'rate_limited')
  assert.equal(read(400, 'API key not valid.').kind, 'auth')
  const kinds = [401, 402, 403, 404, 408, 413, 422, 424, 429, 500, 502, 503, 504, 522, 524, 529].map(
    (status) => read(status, 'x').kind,
  )
  assert.deepEqual(kinds, [
    'auth',
    'payment_required',
    'forbidden',
    'not_found',
    'timeout',
    'bad_request',
    'bad_request',
    'bad_request',
    'rate_limited',
    'internal',
    'bad_gateway',
    'unavailable',
    'timeout',
    'timeout',
    'timeout',
    'internal',
  ])
})

test('message, code, param and body are kept', () => {
  const error = read(400, 'Bad value', 'invalid_value')
  assert.deepEqual([error.message, error.facts.code, error.facts.param], ['Bad value', 'invalid_value', 'messages'])
  assert.deepEqual(error.facts.upstreamBody, {
    error: { message: 'Bad value', type: 'invalid_request_error', param: 'messages', code: 'invalid_value' },
  })
  assert.equal(read(529, 'x').facts.upstreamStatus, 529)
})

test('bodies of other shapes give a message', () => {
  const message = (body: unknown): string => openaiChat.readError(502, body).message
  assert.equal(message('<html><head><style>b{}</style></head><body><h1>Bad  gateway</h1></body></html>'), 'Bad gateway')
  assert.equal(message({ detail: 'Not Found' }), 'Not Found')
  assert.equal(message({ detail: [{ loc: ['body'], msg: 'field required' }] }), 'field required')
  assert.equal(message({ error: 'boom' }), 'boom')
  assert.equal(message({ message: 'm' }), 'm')
  for (const body of [undefined, null, '', 5, [], {}, { error: null }])
    assert.equal(message(body), 'The provider answered with HTTP 502.')
})

test('an error is printed in OpenAI’s shape', () => {
  const error = fail('bad_request', 'No.', { param: 'model' })
  assert.deepEqual(openaiChat.writeError(error), {
    error: { message: 'No.', type: 'invalid_request_error', param: 'model', code: '400' },
  })
})
