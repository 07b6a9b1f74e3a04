import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectOf, type JsonObject } from '@switchyard/wire'
import { parseDeviations } from './deviations.ts'
import type { Golden } from './goldens.ts'
import { normaliseActual, normaliseGolden } from './normalise.ts'
import { Tally } from './tally.ts'

const golden = (id: string, quirk?: string): Golden => ({
  id,
  provider: 'p',
  operation: 'chat',
  input: {},
  env: {},
  json: {},
  ...(quirk === undefined ? {} : { quirk }),
})
const agrees = { upstream: [], result: [] }
const differs = { upstream: [{ path: 'headers.x-app', exp: 'a' }], result: [] }

test('a case whose differences are all meant counts as neither', () => {
  const tally = new Tally(
    parseDeviations('{"pattern":"^p/","path":"^headers\\\\.x-app$","side":"upstream","reason":"r","source":"s"}', 'file'),
  )
  tally.add(golden('p/chat.a'), agrees)
  tally.add(golden('p/chat.b'), differs)
  tally.add(golden('p/chat.c'), { ...differs, result: [{ path: 'result.id' }] })
  assert.deepEqual(tally.all, { total: 2, agree: 1, upstream: 2, result: 1, deviations: 1 })
  assert.deepEqual(
    tally.disagreements.map(({ id, side }) => [id, side]),
    [['p/chat.c', 'result']],
  )
  assert.deepEqual(tally.unusedDeviations, [])
})

test('a known defect of the reference is never counted', () => {
  const tally = new Tally([])
  tally.add(golden('p/chat.a', 'usage is guessed'), differs)
  assert.deepEqual([tally.all.total, tally.quirks], [0, { total: 1, agree: 0 }])
})

test('a deviation needs a reason and a source', () => {
  assert.throws(() => parseDeviations('{"id":"p/chat.a","side":"both","reason":"r"}', 'file'), /file:1 needs reason and source/)
})

test("fields in the reference's drawer may stand where the provider put them, and nothing else is forgiven", () => {
  const record = { expected_result: { choices: [{ index: 0, provider_specific_fields: { native_finish_reason: 'stop' } }] } }
  const actual = { choices: [{ index: 0, native_finish_reason: 'stop', other: 1 }] }
  assert.deepEqual(normaliseActual(actual, 'chat', record.expected_result), { choices: [{ index: 0, other: 1 }] })
  assert.deepEqual(normaliseGolden(record, 'chat'), { expected_result: { choices: [{ index: 0 }] } })
})

test("a provider prefix that the reference puts before the model's name is taken off, another name is not", () => {
  const modelIn = (model: string, reply: JsonObject): unknown =>
    objectOf(normaliseGolden({ expected_result: { model }, upstream_reply: reply }, 'chat')['expected_result'])?.['model']
  assert.equal(modelIn('zai/glm-4.6', { json: { model: 'glm-4.6' } }), 'glm-4.6')
  assert.equal(modelIn('zai/glm-4.6', { sse: ['data: {"model":"glm-4.6"}', 'data: [DONE]'] }), 'glm-4.6')
  assert.equal(modelIn('zai/glm-4.6', { json: { model: 'other' } }), 'zai/glm-4.6')
})
