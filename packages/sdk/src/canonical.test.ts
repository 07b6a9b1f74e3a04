import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Switchyard, UnsupportedParamsError } from './index.ts'
import { chatReply, FakeProvider, keys, messages } from './fake-fetch.fixture.ts'

const sdkOf = (provider: FakeProvider): Switchyard =>
  new Switchyard({ env: { ...keys, GEMINI_API_KEY: 'g' }, fetch: provider.fetch, numRetries: 0 })

const answering = (message: object): FakeProvider =>
  new FakeProvider({ json: { ...chatReply, choices: [{ index: 0, message, finish_reason: 'stop' }] } })

const messageOf = async (message: object): Promise<unknown> =>
  (await sdkOf(answering(message)).completion({ model: 'groq/some-model', messages })).choices[0]?.message

test('thoughts at the start of the text are reasoning', async () => {
  assert.deepEqual(await messageOf({ role: 'assistant', content: '<think>\nHm.\n</think>\n\nHi.' }), {
    role: 'assistant',
    content: '\n\nHi.',
    reasoning_content: '\nHm.\n',
  })
})

test('a tag elsewhere, or beside reasoning that is told, is text', async () => {
  for (const message of [
    { role: 'assistant', content: 'Write <think>x</think>.' },
    { role: 'assistant', content: '<think>never closed' },
    { role: 'assistant', content: '<think>x</think>y', reasoning_content: 'z' },
  ])
    assert.deepEqual(await messageOf(message), message)
})

test("a translated stream prints the provider's name of the model", async () => {
  const events = [
    { type: 'response.created', response: { id: 'resp_1', model: 'gpt-4o-mini', output: [] } },
    { type: 'response.completed', response: { id: 'resp_1', model: 'gpt-4o-mini', status: 'completed', output: [] } },
  ]
  const provider = new FakeProvider({ sse: events })
  const stream = await sdkOf(provider).completion({ model: 'openai/responses/gpt-4o-mini', messages, stream: true })
  const models = new Set<string>()
  for await (const chunk of stream) models.add(chunk.model)
  assert.deepEqual([...models], ['gpt-4o-mini'])
})

test('parameters for Gemini are sent once, by its own names', async () => {
  const settings = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }]
  const provider = new FakeProvider({ json: { candidates: [{ content: { parts: [{ text: 'Hi.' }] }, finishReason: 'STOP' }] } })
  await sdkOf(provider).completion({ model: 'gemini/gemini-2.5-flash', messages, safety_settings: settings })
  assert.deepEqual(provider.sent[0]?.body, {
    contents: [{ role: 'user', parts: [{ text: 'Say hi.' }] }],
    safetySettings: settings,
  })
})

test('a parameter that the catalog says the model does not take is refused, or left out', async () => {
  const provider = new FakeProvider({ json: {} })
  for (const call of [
    { model: 'anthropic/claude-opus-4-8', messages, temperature: 0.3 },
    { model: 'gemini/gemma-3-27b-it', messages, reasoning_effort: 'low' },
  ])
    await assert.rejects(sdkOf(provider).completion(call), UnsupportedParamsError)
  assert.equal(provider.sent.length, 0)
})

test('a text completion of a model that chats asks for no usage of a stream', async () => {
  const provider = new FakeProvider({ json: chatReply })
  await sdkOf(provider).textCompletion({ model: 'openai/gpt-4o-mini', prompt: 'Once upon' })
  assert.deepEqual(provider.sent[0]?.body, { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Once upon' }] })
})

test('an embedding keeps its user, whatever the provider does with those of chats', async () => {
  const provider = new FakeProvider({ json: { object: 'list', data: [], usage: { prompt_tokens: 1, total_tokens: 1 } } })
  const sdk = new Switchyard({ env: { TOGETHER_API_KEY: 't' }, fetch: provider.fetch, numRetries: 0 })
  await sdk.embedding({ model: 'together_ai/some-model', input: 'a', user: 'u' })
  assert.deepEqual(provider.sent.at(-1)?.body, { model: 'some-model', input: 'a', user: 'u' })
})
