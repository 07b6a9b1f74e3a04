import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects } from '@switchyard/wire'
import { cutAnywhere, readText } from '../../text/reading.fixture.ts'
import { overCompletions } from './dialect.ts'

const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }

test('a chat as a prompt; the rest keeps its names', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi.' },
  ]
  const body = { model: 'm', messages, max_tokens: 5, n: 2, logit_bias: { 5: 1 }, best_of: 3 }
  assert.deepEqual(overCompletions.writeRequest(dialects['openai-chat'].readRequest(body), traits).body, {
    best_of: 3,
    model: 'm',
    prompt: 'Be brief.\nHi.',
    max_tokens: 5,
    n: 2,
    logit_bias: { 5: 1 },
  })
})

const chunk = (more: object): string => `data: ${JSON.stringify({ id: 'cmpl-1', created: 1, model: 'm-1', ...more })}\n\n`
const told = [
  chunk({ choices: [{ text: 'Hi', index: 0, finish_reason: null }] }),
  chunk({ choices: [{ text: ' ⚓', index: 0, finish_reason: 'length' }] }),
  chunk({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }),
  'data: [DONE]\n\n',
]

test('a stream, cut anywhere', () => {
  for (const { reply, ended } of cutAnywhere(told.join(''), overCompletions)) {
    assert(ended)
    assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: 'Hi ⚓' }])
    assert.deepEqual([reply.id, reply.model, reply.choices[0]?.stop, reply.usage?.output], ['cmpl-1', 'm-1', 'length', 2])
  }
})

test('a cut stream and an error inside one fail', () => {
  assert.equal(readText(told[0] ?? '', overCompletions).error?.kind, 'bad_gateway')
  const error = { error: { message: 'slow down', type: 'rate_limit_error' } }
  assert.equal(readText(`data: ${JSON.stringify(error)}\n\n`, overCompletions).error?.kind, 'rate_limited')
})
