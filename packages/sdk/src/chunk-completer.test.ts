import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeProvider, keys, messages } from './fake-fetch.fixture.ts'
import { Switchyard, type ChatCompletionChunk } from './index.ts'

const chunk = (choices: readonly unknown[], usage?: unknown): unknown => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices,
  ...(usage === undefined ? {} : { usage }),
})
const delta = (fields: object): unknown => chunk([{ index: 0, delta: fields }])
const finish = chunk([{ index: 0, delta: {}, finish_reason: 'stop' }])
const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 }

async function chunksOf(events: readonly unknown[], options: object = {}): Promise<ChatCompletionChunk[]> {
  const sdk = new Switchyard({ env: keys, fetch: new FakeProvider({ sse: [finish, ...events, '[DONE]'] }).fetch, numRetries: 0 })
  const stream = await sdk.completion({ model: 'openai/gpt-4o', messages, stream: true, ...options })
  const chunks: ChatCompletionChunk[] = []
  for await (const one of stream) chunks.push(one)
  return chunks.slice(1)
}

test('the usage of a stream says what the call cost, in a chunk that has a choice for who did not ask for it', async () => {
  const [text, last] = await chunksOf([delta({ content: 'Hi.' }), chunk([], usage)])
  assert.equal(text?.model, 'gpt-4o')
  assert.deepEqual(last?.choices, [{ index: 0, delta: {}, finish_reason: null }])
  assert.deepEqual(last?.usage, {
    cost: 0.000225,
    ...usage,
    completion_tokens_details: { reasoning_tokens: 0, text_tokens: 20 },
  })
  const asked = await chunksOf([chunk([], usage)], { stream_options: { include_usage: true } })
  assert.deepEqual(asked[0]?.choices, [])
})

test('a cost and details that the provider says stay as they are', async () => {
  const said = { ...usage, cost: 7, completion_tokens_details: { reasoning_tokens: 20 } }
  assert.deepEqual((await chunksOf([chunk([], said)]))[0]?.usage, said)
})

test('thoughts are estimated, and nothing is where calls took their part', async () => {
  const thought = await chunksOf([delta({ reasoning_content: 'Forty characters of thought, more or so.' }), chunk([], usage)])
  assert.partialDeepStrictEqual(thought[1]?.usage, { completion_tokens_details: { reasoning_tokens: 10, text_tokens: 10 } })
  const call = { index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }
  const called = await chunksOf([delta({ tool_calls: [call] }), chunk([], usage)])
  assert.equal(called[1]?.usage?.['completion_tokens_details'], undefined)
})
