import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  Switchyard,
  Timeout,
  UnsupportedParamsError,
} from './index.ts'
import { chatEvents, chatReply, claudeReply, FakeProvider, keys, messages } from './fake-fetch.fixture.ts'

const sdkOf = (provider: FakeProvider): Switchyard => new Switchyard({ env: keys, fetch: provider.fetch, numRetries: 0 })

test('a completion sends what the caller said and nothing that steers the call', async () => {
  const provider = new FakeProvider({ json: chatReply })
  const reply = await sdkOf(provider).completion({
    model: 'openai/gpt-4o',
    messages,
    temperature: 0.5,
    timeout: 10,
    num_retries: 1,
    extra_headers: { 'X-Team': 'a' },
    extra_body: { made_up: true },
    logit_bias: null,
  })
  const [sent] = provider.sent
  assert.equal(sent?.url, 'https://api.openai.com/v1/chat/completions')
  assert.equal(sent.headers['authorization'], 'Bearer sk-openai')
  assert.equal(sent.headers['x-team'], 'a')
  assert.deepEqual(sent.body, { model: 'gpt-4o', messages, temperature: 0.5, made_up: true })
  assert.equal(reply.choices[0]?.message.content, 'Hi.')
  assert.equal(reply._info?.provider, 'openai')
  assert.equal(reply._info.responseCost, 0.0035)
  assert.equal(JSON.stringify(reply).includes('_info'), false)
})

test('a field that OpenAI does not have reaches another dialect by its own name', async () => {
  const provider = new FakeProvider({ json: claudeReply })
  const reply = await sdkOf(provider).completion({
    model: 'anthropic/claude-sonnet-4-5',
    messages,
    max_tokens: 9,
    container: 'c1',
    metadata: { tags: ['x'] },
  })
  const [sent] = provider.sent
  assert.equal(sent?.url, 'https://api.anthropic.com/v1/messages')
  assert.equal(sent.body['container'], 'c1')
  assert.equal('metadata' in sent.body, false)
  assert.equal(reply.object, 'chat.completion')
  assert.equal(reply.model, 'claude-sonnet-4-5-20250929')
})

test('each API of the caller works on a provider with another one', async () => {
  const anthropic = await sdkOf(new FakeProvider({ json: chatReply })).anthropicMessages({
    model: 'groq/llama-3.3-70b-versatile',
    max_tokens: 9,
    messages,
  })
  assert.deepEqual([anthropic.type, anthropic.content[0]?.text, anthropic.stop_reason], ['message', 'Hi.', 'end_turn'])
  const responses = await sdkOf(new FakeProvider({ json: claudeReply })).responses({
    model: 'anthropic/claude-sonnet-4-5',
    input: 'Say hi.',
    max_output_tokens: 9,
  })
  assert.deepEqual([responses.object, responses.status, responses.usage?.output_tokens], ['response', 'completed', 3])
  const text = await sdkOf(new FakeProvider({ json: claudeReply })).textCompletion({
    model: 'anthropic/claude-sonnet-4-5',
    prompt: 'Say hi.',
    max_tokens: 9,
  })
  assert.deepEqual([text.object, text.choices[0]?.text], ['text_completion', 'Hi.'])
})

test('a stream gives chunks, and the whole reply at its end', async () => {
  const provider = new FakeProvider({ sse: chatEvents })
  const stream = await sdkOf(provider).completion({ model: 'openai/gpt-4o', messages, stream: true })
  let text = ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  assert.equal(text, 'Hi.')
  assert.equal((await stream.finalReply()).choices[0]?.message.content, 'Hi.')
  assert.deepEqual(provider.sent[0]?.body['stream_options'], { include_usage: true })
})

test('only providers that are known to tell it are asked for usage that nobody wants', async () => {
  for (const options of [
    { model: 'groq/llama-3.3-70b-versatile' },
    { model: 'openai/m', api_base: 'http://127.0.0.1:9/v1', api_key: 'k' },
  ]) {
    const provider = new FakeProvider({ sse: chatEvents })
    await (await sdkOf(provider).completion({ ...options, messages, stream: true })).finalReply()
    assert.equal('stream_options' in (provider.sent[0]?.body ?? {}), false, options.model)
  }
})

test('a stream of another dialect gives its events', async () => {
  const stream = await sdkOf(new FakeProvider({ sse: chatEvents })).anthropicMessages({
    model: 'groq/llama-3.3-70b-versatile',
    max_tokens: 9,
    messages,
    stream: true,
  })
  const types: string[] = []
  for await (const event of stream) types.push(event.type)
  assert.equal(types[0], 'message_start')
  assert.equal(types.at(-1), 'message_stop')
  assert.equal((await stream.finalReply()).content[0]?.text, 'Hi.')
})

test('leaving a stream aborts the call at the provider', async () => {
  const provider = new FakeProvider({ sse: chatEvents.slice(0, 2), open: true })
  const stream = await sdkOf(provider).completion({ model: 'openai/gpt-4o', messages, stream: true })
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content === '.') break
  assert.equal(provider.aborted, 1)
})

test("the caller's signal ends a stream with its own reason", async () => {
  const provider = new FakeProvider({ sse: chatEvents.slice(0, 2), open: true })
  const controller = new AbortController()
  const stream = await sdkOf(provider).completion({ model: 'openai/gpt-4o', messages, stream: true, signal: controller.signal })
  await assert.rejects(async () => {
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === '.') controller.abort(new Error('enough'))
  }, /enough/)
  await assert.rejects(sdkOf(provider).completion({ model: 'openai/gpt-4o', messages, signal: controller.signal }), /enough/)
})

test('a stream that breaks throws a typed error after what came', async () => {
  const stream = await sdkOf(new FakeProvider({ sse: chatEvents.slice(0, 2) })).completion({
    model: 'openai/gpt-4o',
    messages,
    stream: true,
  })
  const seen: unknown[] = []
  await assert.rejects(async () => {
    for await (const chunk of stream) seen.push(chunk)
  }, APIError)
  assert.equal(seen.length, 2)
})

test('mistakes of the caller are typed errors, before anything is sent', async () => {
  const provider = new FakeProvider({ json: chatReply })
  const sdk = new Switchyard({ env: {}, fetch: provider.fetch })
  await assert.rejects(sdk.completion({ model: 'openai/gpt-4o', messages }), (error) => {
    assert.ok(error instanceof AuthenticationError)
    assert.match(error.message, /OPENAI_API_KEY/)
    return true
  })
  await assert.rejects(sdk.completion({ model: 'no-such-model', messages }), BadRequestError)
  await assert.rejects(sdk.completion({ model: '', messages }), BadRequestError)
  await assert.rejects(sdk.completion({ model: 'openai/gpt-4o', messages, timeout: -1 }), /"timeout" must be a number/)
  await assert.rejects(
    sdk.completion({ model: 'anthropic/claude-sonnet-4-5', api_key: 'k', messages, n: 3 }),
    UnsupportedParamsError,
  )
  assert.equal(provider.sent.length, 0)
})

test('a provider that is too slow is a Timeout', async () => {
  const provider = new FakeProvider({ sse: [], open: true })
  await assert.rejects(sdkOf(provider).completion({ model: 'openai/gpt-4o', messages, stream: true, timeout: 0.05 }), Timeout)
})

test('calls are retried, then fall back with what the other model needs', async () => {
  const provider = new FakeProvider({ status: 500, json: {} }, { status: 500, json: {} }, { json: claudeReply })
  const sdk = new Switchyard({ env: keys, fetch: provider.fetch })
  const reply = await sdk.completion({
    model: 'openai/gpt-4o',
    messages,
    num_retries: 1,
    api_key: 'sk-own',
    fallbacks: ['anthropic/claude-sonnet-4-5'],
  })
  assert.equal(reply._info?.fallbacks, 1)
  assert.equal(reply._info.attempts, 3)
  assert.equal(provider.sent[0]?.headers['authorization'], 'Bearer sk-own')
  assert.equal(provider.sent[2]?.headers['x-api-key'], 'sk-ant')
})

test('a mocked response is answered without a network, streamed or not, or is the failure that it names', async () => {
  const provider = new FakeProvider()
  const sdk = new Switchyard({ env: {}, fetch: provider.fetch, numRetries: 0 })
  const reply = await sdk.completion({ model: 'openai/gpt-4o', messages, mock_response: 'Mocked.' })
  assert.equal(reply.choices[0]?.message.content, 'Mocked.')
  const stream = await sdk.completion({ model: 'openai/gpt-4o', messages, mock_response: 'Mocked.', stream: true })
  assert.equal((await stream.finalReply()).choices[0]?.message.content, 'Mocked.')
  await assert.rejects(
    sdk.completion({ model: 'openai/gpt-4o', messages, mock_response: 'litellm.InternalServerError' }),
    InternalServerError,
  )
  assert.equal(provider.sent.length, 0)
})

test('a relayed reply keeps the promises of its shape', async () => {
  const choices = [{ index: 0, message: { role: 'assistant', content: 'Hi.', reasoning: 'Greet.' }, finish_reason: 'stop' }]
  const reply = await sdkOf(new FakeProvider({ json: { model: 'm', choices } })).completion({ model: 'openai/gpt-4o', messages })
  assert.equal(reply.choices[0]?.message.reasoning_content, 'Greet.')
  assert.match(reply.id, /^chatcmpl-/)
  assert.equal(reply.object, 'chat.completion')
  const vectors = {
    object: 'list',
    model: 'm',
    data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
    usage: { prompt_tokens: 2, total_tokens: 2 },
  }
  const embeddings = await sdkOf(new FakeProvider({ json: vectors })).embedding({
    model: 'openai/text-embedding-3-small',
    input: 'a',
  })
  assert.deepEqual(embeddings.usage, { prompt_tokens: 2, completion_tokens: 0, total_tokens: 2 })
})

test('a stream that has broken has no whole reply, however often it is asked for', async () => {
  const stream = await sdkOf(new FakeProvider({ sse: chatEvents.slice(0, 2) })).completion({
    model: 'openai/gpt-4o',
    messages,
    stream: true,
  })
  for (let time = 0; time < 2; time++) await assert.rejects(stream.finalReply(), APIError)
})

test('what signs for one provider is not shown to the next', async () => {
  const provider = new FakeProvider({ status: 500, json: { error: { message: 'Broken.' } } }, { json: chatReply })
  const sdk = new Switchyard({
    fetch: provider.fetch,
    env: { DATABRICKS_API_BASE: 'https://adb-1.azuredatabricks.net/serving-endpoints', DATABRICKS_API_KEY: 'dapi' },
  })
  const reply = await sdk.completion({
    model: 'azure/gpt-4o',
    api_base: 'https://orc.openai.azure.com',
    azure_ad_token: 'entra',
    client_id: 'app-of-azure',
    client_secret: 'secret-of-azure',
    messages,
    num_retries: 0,
    fallbacks: ['databricks/m'],
  })
  assert.equal(reply.choices[0]?.message.content, 'Hi.')
  assert.deepEqual(
    provider.sent.map(({ url, headers }) => [new URL(url).hostname, headers['authorization']]),
    [
      ['orc.openai.azure.com', 'Bearer entra'],
      ['adb-1.azuredatabricks.net', 'Bearer dapi'],
    ],
  )
})
