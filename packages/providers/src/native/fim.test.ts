import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exchanged, posted, replied, targetFor } from '../operations.fixture.ts'
import { fieldsSent, sentBy } from '../requests.fixture.ts'
import { cutAnywhere, readText } from '../text/reading.fixture.ts'
import { codestral } from './mistral.ts'
import { fimEndpoint, textCompletionCodestral } from './fim.ts'

const url = 'https://codestral.mistral.ai/v1/fim/completions'
const head = { id: 'f1', object: 'chat.completion', created: 1, model: 'codestral-2508' }
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }

test('a gap that is filled is a completion', async () => {
  const choices = [{ index: 0, message: { role: 'assistant', content: 'return a + b' }, finish_reason: 'stop' }]
  for (const provider of [codestral, textCompletionCodestral]) {
    const { sent, last } = await exchanged(provider, posted(url, '{"prompt":"def f(","suffix":"f(1)"}'), [
      replied({ ...head, choices, usage }),
    ])
    assert.equal(new TextDecoder().decode(sent[0]?.body), '{"prompt":"def f(","suffix":"f(1)"}')
    assert.deepEqual(JSON.parse(new TextDecoder().decode(last)), {
      ...head,
      object: 'text_completion',
      choices: [{ text: 'return a + b', logprobs: null, index: 0, finish_reason: 'stop' }],
      usage,
    })
  }
  assert.equal((await exchanged(codestral, posted(url), [replied({ message: 'no' }, 422)])).status, 422)
})

test("parameters of OpenAI's completions that Mistral's do not have are refused, or left out", async () => {
  const body = { prompt: 'def f(', n: 2, echo: true, user: 'u', seed: 1 }
  const setting = { apiKey: 'k', operation: 'completion' } as const
  await assert.rejects(sentBy(textCompletionCodestral, body, setting), /does not take "echo"/)
  const { quirks } = await sentBy(textCompletionCodestral, body, { ...setting, dropParams: true })
  assert.deepEqual(fieldsSent(textCompletionCodestral, body, quirks), ['prompt', 'random_seed'])
})

test('streams are read as they come, chats are not touched', () => {
  const env = { variable: () => undefined, now: () => 0, send: () => Promise.reject(new Error('no network')) }
  const { signal } = new AbortController()
  assert.equal(codestral.exchange?.(posted(url, '{"stream":true}'), targetFor('m'), env, signal), undefined)
  assert.equal(codestral.exchange?.(posted(url.replace('fim', 'chat')), targetFor('m'), env, signal), undefined)
})

const chunk = (more: object): string => `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...more })}\n\n`
const told = [
  chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: { content: 'a + ⚓' }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: { content: '' }, finish_reason: 'stop' }], usage }),
  'data: [DONE]\n\n',
].join('')

test('a stream of chunks is one of completions', () => {
  const reframer = fimEndpoint.reframer?.() ?? assert.fail()
  const text = reframer.push(new TextEncoder().encode(told)) + reframer.end()
  assert.match(text, /"object":"text_completion","created":1,"model":"codestral-2508","choices":\[\{"text":"a \+ ⚓"/)
  assert(text.endsWith('data: [DONE]\n\n'))
})

test('a chat with it, cut anywhere', () => {
  const { speaks, reframer } = textCompletionCodestral.endpoints.chat?.[0] ?? assert.fail()
  assert(speaks !== undefined)
  for (const { reply, ended } of cutAnywhere(told, speaks, reframer)) {
    assert(ended)
    assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: 'a + ⚓' }])
    assert.equal(reply.usage?.output, 2)
  }
  const cut = told.slice(0, told.indexOf('"finish_reason":"stop"') - 60)
  assert.equal(readText(cut.slice(0, cut.lastIndexOf('data:')), speaks, reframer?.()).error?.kind, 'bad_gateway')
})
