import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail } from '../../errors.ts'
import { openaiResponses } from './index.ts'

const body = (message: string, code: string | null, type = 'invalid_request_error', param: string | null = null): unknown => ({
  error: { message, type, param, code },
})

test("a provider's error is read with its kind, message, code and param", () => {
  const read = (status: number, value: unknown) => openaiResponses.readError(status, value)
  const bad = read(400, body('Bad value for temperature.', 'invalid_value', 'invalid_request_error', 'temperature'))
  assert.deepEqual(
    [bad.kind, bad.message, bad.facts.code, bad.facts.param],
    ['bad_request', 'Bad value for temperature.', 'invalid_value', 'temperature'],
  )
  assert.equal(read(400, body('x', 'context_length_exceeded')).kind, 'context_length')
  assert.equal(read(400, body("This model's maximum context length is 8192 tokens.", null)).kind, 'context_length')
  assert.equal(read(400, body('x', 'content_policy_violation')).kind, 'content_filtered')
  assert.equal(read(401, body('no', 'invalid_api_key')).kind, 'auth')
  assert.equal(read(404, body('no', 'model_not_found')).kind, 'not_found')
  assert.equal(read(429, body('slow', 'rate_limit_exceeded', 'requests')).kind, 'rate_limited')
  assert.equal(read(500, body('boom', null, 'server_error')).kind, 'internal')
  assert.equal(read(503, { error: 'busy' }).message, 'busy')
  assert.equal(read(502, '<html>bad gateway</html>').kind, 'bad_gateway')
  for (const odd of [undefined, null, 3, [], '', {}, { error: { message: 4, code: {} } }, { detail: 'gone' }]) {
    assert.equal(read(404, odd).status, 404)
  }
})

test('an error is written in the shape of OpenAI', () => {
  assert.deepEqual(openaiResponses.writeError(fail('rate_limited', 'slow')), {
    error: { message: 'slow', type: 'throttling_error', param: null, code: '429' },
  })
  assert.deepEqual(openaiResponses.writeError(fail('bad_request', 'm', { param: 'input', code: 'c' })), {
    error: { message: 'm', type: 'invalid_request_error', param: 'input', code: 'c' },
  })
})
