import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RequestBody, type Ask } from '@switchyard/core'
import type { JsonObject } from '@switchyard/wire'
import { makeAsk } from './read-ask.ts'
import { requestFacts } from './request-facts.ts'

const askOf = (body: JsonObject): Ask =>
  makeAsk(
    RequestBody.ofJson({ model: 'm', ...body }),
    { operation: 'chat', shape: 'openai-chat', path: {} },
    { dropParams: false, strict: false },
  )
const facts = (headers: Record<string, string>, body: JsonObject = {}) => requestFacts(new Headers(headers), askOf(body))

describe('what a client says about its call', () => {
  it('is nothing when it says nothing', () => {
    assert.deepEqual(facts({}), { endUser: null, sessionId: null, tags: [], metadata: {} })
  })

  it('is read from headers first, then from the body', () => {
    assert.equal(facts({}, { user: 'ada' }).endUser, 'ada')
    assert.equal(facts({}, { metadata: { user_id: 'ada' } }).endUser, 'ada')
    assert.equal(facts({ 'x-litellm-end-user-id': 'eve' }, { user: 'ada' }).endUser, 'eve')
    assert.equal(facts({}, { litellm_session_id: 's' }).sessionId, 's')
    assert.equal(facts({ 'x-litellm-trace-id': 't' }, { litellm_session_id: 's' }).sessionId, 't')
    assert.equal(facts({ 'x-claude-code-session-id': 'c' }).sessionId, 'c')
    const tagged = { tags: ['b', 'c', 7, ''], metadata: { tags: ['d'] }, litellm_metadata: { tags: ['e', 'a'] } }
    assert.deepEqual(facts({ 'x-litellm-tags': 'a, b ,,' }, tagged).tags, ['a', 'b', 'c', 'd', 'e'])
    assert.deepEqual(facts({ 'x-litellm-spend-logs-metadata': '{"a":[1]}' }).metadata, { a: [1] })
  })

  it('is bounded, and of another type it is nobody’s', () => {
    assert.equal(facts({}, { user: 'x'.repeat(1000) }).endUser?.length, 256)
    assert.equal(facts({}, { tags: Array.from({ length: 500 }, (_, index) => `${'t'.repeat(400)}${index}`) }).tags.length, 1)
    assert.equal(facts({}, { tags: Array.from({ length: 500 }, (_, index) => `${index}`) }).tags.length, 32)
    assert.deepEqual(facts({}, { user: 7, metadata: 'x', litellm_metadata: [], tags: 'a', litellm_session_id: {} }), facts({}))
    for (const text of ['[1]', '7', '{broken', `{"a":"${'x'.repeat(5000)}"}`]) {
      assert.deepEqual(facts({ 'x-litellm-spend-logs-metadata': text }).metadata, {}, text.slice(0, 20))
    }
  })
})
