import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chatReply, claudeReply, FakeProvider, keys, messages } from './fake-fetch.fixture.ts'
import { Switchyard, UnsupportedParamsError } from './index.ts'

const sdkOf = (provider: FakeProvider, env: Readonly<Record<string, string>> = keys): Switchyard =>
  new Switchyard({ env, fetch: provider.fetch, numRetries: 0 })

const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'incomplete',
  incomplete_details: { reason: 'max_output_tokens' },
  model: 'gpt-4o-2024-08-06',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      status: 'incomplete',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Hi.', annotations: [] }],
    },
  ],
  usage: {
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 3,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 13,
  },
}

const schema = {
  type: 'object',
  properties: { name: { type: 'string' } },
  required: ['name'],
  additionalProperties: false,
}
const format = { type: 'json_schema', schema }
const thinking = { type: 'enabled', budget_tokens: 2048 } as const

test('a body of Anthropic brings the beta header that it needs', async () => {
  const provider = new FakeProvider({ json: claudeReply })
  const call = { model: 'anthropic/claude-sonnet-4-5', max_tokens: 9, messages, output_format: format }
  await sdkOf(provider).anthropicMessages({ ...call, extra_headers: { 'anthropic-beta': 'mine-2026-01-01' } })
  await sdkOf(provider).anthropicMessages({ model: call.model, max_tokens: 9, messages })
  assert.equal(provider.sent[0]?.headers['anthropic-beta'], 'mine-2026-01-01,structured-outputs-2025-11-13')
  assert.deepEqual(provider.sent[0].body['output_format'], format)
  assert.equal(provider.sent[1]?.headers['anthropic-beta'], undefined)
})

test('a message becomes a response without what the model does not take', async () => {
  const provider = new FakeProvider({ json: response })
  const message = await sdkOf(provider).anthropicMessages({
    model: 'openai/gpt-4o',
    max_tokens: 4096,
    messages,
    thinking,
    output_format: format,
  })
  const [sent] = provider.sent
  assert.equal(sent?.url, 'https://api.openai.com/v1/responses')
  assert.equal('reasoning' in sent.body, false)
  assert.equal('include' in sent.body, false)
  assert.deepEqual(sent.body['text'], { format: { type: 'json_schema', name: 'structured_output', schema, strict: true } })
  assert.deepEqual(message.content, [{ type: 'text', text: 'Hi.' }])
  assert.equal(message.stop_reason, 'max_tokens')
})

test('a response that asks a model to reason which cannot is refused', async () => {
  const provider = new FakeProvider({ json: response })
  const call = { model: 'openai/gpt-4o', input: 'Hi.', reasoning: { effort: 'low' } }
  await assert.rejects(sdkOf(provider).responses(call), UnsupportedParamsError)
  await sdkOf(provider).responses({ ...call, drop_params: true })
  assert.equal(provider.sent.length, 1)
  assert.equal('reasoning' in (provider.sent[0]?.body ?? {}), false)
})

test('a whole response that answers a stream is played with its own model, usage and end', async () => {
  const provider = new FakeProvider({ json: response })
  const stream = await sdkOf(provider).responses({ model: 'openai/gpt-4o', input: 'Hi.', stream: true })
  const events: unknown[] = []
  for await (const event of stream) events.push(event.type)
  const reply = await stream.finalReply()
  assert.equal(events.at(-1), 'response.incomplete')
  assert.equal(reply.model, response.model)
  assert.deepEqual(reply.usage, response.usage)
})

test("LiteLLM's switch sends messages to chat completions", async () => {
  const provider = new FakeProvider({ json: chatReply })
  const env = { ...keys, LITELLM_USE_CHAT_COMPLETIONS_URL_FOR_ANTHROPIC_MESSAGES: 'True' }
  const message = await sdkOf(provider, env).anthropicMessages({ model: 'openai/gpt-4o', max_tokens: 9, messages })
  assert.equal(provider.sent[0]?.url, 'https://api.openai.com/v1/chat/completions')
  assert.equal(message.content[0]?.text, 'Hi.')
})
