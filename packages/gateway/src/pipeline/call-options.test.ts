import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RequestBody } from '@switchyard/core'
import { isGatewayError, type JsonObject } from '@switchyard/wire'
import { callOptions } from './call-options.ts'

const options = (headers: Record<string, string>, body: JsonObject = {}) =>
  callOptions(new Headers(headers), RequestBody.ofJson(body))
const refusedParam = (headers: Record<string, string>, body: JsonObject = {}): string | undefined => {
  try {
    options(headers, body)
    return undefined
  } catch (error) {
    assert(isGatewayError(error) && error.kind === 'bad_request', String(error))
    return error.facts.param
  }
}

describe('what a client says of its own call', () => {
  it('is nothing, mostly', () => {
    assert.deepEqual(options({}), { fallbacks: [] })
    assert.deepEqual(options({}, { timeout: null, num_retries: null, fallbacks: null }), { fallbacks: [] })
  })

  it('stands in headers or in the body, headers first', () => {
    const body = { num_retries: 1, timeout: 5, stream_timeout: 0.5 }
    assert.deepEqual(options({}, body), { retries: 1, timeouts: { totalMs: 5000, firstByteMs: 500 }, fallbacks: [] })
    const headers = { 'x-litellm-num-retries': '0', 'x-litellm-timeout': '1.5', 'x-litellm-stream-timeout': '2' }
    assert.deepEqual(options(headers, body), { retries: 0, timeouts: { totalMs: 1500, firstByteMs: 2000 }, fallbacks: [] })
    assert.deepEqual(options({ 'x-litellm-num-retries': '1000000' }).retries, 10)
    assert.deepEqual(options({ 'x-litellm-num-retries': '2.9' }).retries, 2)
  })

  it('may not take the operator’s limits away', () => {
    for (const body of [{ timeout: 0 }, { timeout: -1 }, { timeout: '5' }, { timeout: true }])
      assert.equal(refusedParam({}, body), 'timeout')
    assert.equal(refusedParam({}, { stream_timeout: 0 }), 'stream_timeout')
    for (const text of ['', ' ', 'soon', '-1', 'NaN', 'Infinity', '0'])
      assert.notEqual(refusedParam({ 'x-litellm-timeout': text }), undefined, text)
    assert.notEqual(refusedParam({ 'x-litellm-num-retries': '-1' }), undefined)
    assert.notEqual(refusedParam({}, { num_retries: 'many' }), undefined)
  })

  it('names fallbacks as LiteLLM’s clients do', () => {
    assert.deepEqual(options({}, { fallbacks: ['a', { model: 'b', temperature: 1 }] }).fallbacks, ['a', 'b'])
    assert.deepEqual(options({}, { fallbacks: ['a'], disable_fallbacks: true }).fallbacks, [])
    for (const fallbacks of ['a', [1], [{}], [null], { a: ['b'] }]) assert.equal(refusedParam({}, { fallbacks }), 'fallbacks')
  })
})
