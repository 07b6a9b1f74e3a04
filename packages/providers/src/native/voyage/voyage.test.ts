import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecOf, jsonOf, ofKind, targetFor } from '../../operations.fixture.ts'
import { voyage } from './index.ts'

const codec = codecOf(voyage, 'embedding')
const picture = 'data:image/png;base64,AAAA'

test('each kind of model has its route and its body', () => {
  const text = codec.write({ model: 'x', input: ['a'], dimensions: 3, encoding_format: 'float' }, targetFor('voyage-3'), [])
  assert.deepEqual(text, { json: { input: ['a'], model: 'voyage-3', output_dimension: 3 }, path: '/embeddings' })
  const contextual = codec.write({ input: [['a', 'b'], 'c'] }, targetFor('voyage-context-3'), [])
  assert.deepEqual(contextual, {
    json: { inputs: [['a', 'b'], ['c']], model: 'voyage-context-3' },
    path: '/contextualizedembeddings',
  })
  const media = codec.write({ input: ['a', picture, 'https://x.example/a.png'] }, targetFor('voyage-multimodal-3'), [])
  assert.deepEqual(jsonOf(media)['inputs'], [
    { content: [{ type: 'text', text: 'a' }] },
    { content: [{ type: 'image_base64', image_base64: picture }] },
    { content: [{ type: 'image_url', image_url: 'https://x.example/a.png' }] },
  ])
})

test('one figure of tokens is both of OpenAI’s', () => {
  const reply = { object: 'list', data: [], model: 'voyage-3', usage: { total_tokens: 7 } }
  assert.deepEqual(codec.read(reply, {}, targetFor('voyage-3')), { ...reply, usage: { prompt_tokens: 7, total_tokens: 7 } })
})

test('token numbers are refused', () => {
  assert.throws(() => codec.write({ input: [[1, 2]] }, targetFor('voyage-3'), []), ofKind('bad_request'))
})
