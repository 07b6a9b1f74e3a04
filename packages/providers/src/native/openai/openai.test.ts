import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGatewayError, type JsonObject } from '@switchyard/wire'
import { fieldsSent, sentBy, type Setting } from '../../requests.fixture.ts'
import { openai } from './index.ts'

const chat = 'https://api.openai.com/v1/chat/completions'
const responses = 'https://api.openai.com/v1/responses'
const tools = [{ type: 'function', function: { name: 'f' } }]

// What LiteLLM 1.106.2 sends of each request with drop_params (recorded 2026-11-22).
const sampling: JsonObject = {
  temperature: 0.2,
  top_p: 0.5,
  n: 1,
  stop: ['END'],
  max_tokens: 32,
  presence_penalty: -0.2,
  frequency_penalty: 0.4,
  logit_bias: {},
  seed: 7,
  logprobs: true,
  top_logprobs: 2,
  user: 'u',
}
const families = [
  ['gpt-4o', Object.keys(sampling)],
  ['o3', ['logit_bias', 'max_completion_tokens', 'n', 'seed', 'stop', 'user']],
  ['gpt-5-mini', ['max_completion_tokens', 'n', 'seed', 'user']],
  ['gpt-5.1', ['logprobs', 'max_completion_tokens', 'n', 'seed', 'temperature', 'top_logprobs', 'top_p', 'user']],
  ['gpt-5.6', ['max_completion_tokens', 'n', 'seed', 'user']],
  ['gpt-6-sol', ['max_completion_tokens', 'n', 'seed', 'user']],
  ['gpt-5-chat-latest', Object.keys(sampling)],
] as const

for (const [model, sent] of families) {
  test(`${model} is spared what it does not take`, async () => {
    const { quirks, url } = await sentBy(openai, sampling, { model, apiKey: 'k', dropParams: true })
    assert.equal(url, chat)
    assert.deepEqual(fieldsSent(openai, sampling, quirks), [...sent].toSorted())
  })
}

const refusals: readonly (readonly [string, JsonObject, string | undefined])[] = [
  ['o3', { temperature: 0 }, 'temperature'],
  ['o3', { temperature: 1 }, undefined],
  ['o3', { logprobs: true }, 'logprobs'],
  ['o3-mini', { parallel_tool_calls: false }, 'parallel_tool_calls'],
  ['gpt-5', { temperature: 0 }, 'temperature'],
  ['gpt-5', { stop: null, temperature: null }, undefined],
  ['gpt-5.1', { temperature: 0 }, undefined],
  ['gpt-5.1', { temperature: 0, reasoning_effort: 'high' }, 'temperature'],
  ['gpt-5.1', { stop: 'END' }, 'stop'],
  ['gpt-5.6', { temperature: 0, reasoning_effort: 'none' }, undefined],
  ['gpt-5.4', { presence_penalty: 1 }, 'presence_penalty'],
  ['gpt-4o-mini', { reasoning_effort: 'low' }, 'reasoning_effort'],
  ['gpt-4o-search-preview', { temperature: 0.5 }, 'temperature'],
  ['gpt-5', { web_search_options: {} }, 'web_search_options'],
  ['gpt-5', { modalities: ['text'] }, undefined],
  ['gpt-5', { modalities: ['text', 'audio'] }, 'modalities'],
  ['gpt-4o', { verbosity: 'low' }, 'verbosity'],
  ['gpt-5', { verbosity: 'low' }, undefined],
  ['a-model-of-tomorrow', { temperature: 0, reasoning_effort: 'low', stop: 'x' }, undefined],
]

for (const [model, body, param] of refusals) {
  test(`${model} ${param === undefined ? 'takes' : 'refuses'} ${JSON.stringify(body)}`, async () => {
    const sending = sentBy(openai, body, { model, apiKey: 'k' })
    if (param === undefined) await sending
    else
      await assert.rejects(
        sending,
        (error) => isGatewayError(error) && error.kind === 'unsupported_params' && error.facts.param === param,
      )
  })
}

const endpoints: readonly (readonly [string, JsonObject, Setting, string])[] = [
  ['gpt-4o', {}, {}, chat],
  ['gpt-5-codex', {}, {}, responses],
  ['responses/gpt-4o', {}, {}, responses],
  ['gpt-5.4', { tools }, {}, responses],
  ['gpt-5.4', {}, {}, chat],
  ['gpt-5.1', { tools }, {}, chat],
  ['gpt-4o', {}, { client: 'anthropic-messages' }, responses],
  ['gpt-4o', {}, { client: 'openai-responses' }, responses],
  [
    'gpt-4o',
    {},
    { client: 'anthropic-messages', apiBase: 'https://vllm.example.com/v1' },
    'https://vllm.example.com/v1/chat/completions',
  ],
  ['gpt-4o', {}, { client: 'anthropic-messages', params: { use_chat_completions_url_for_anthropic_messages: true } }, chat],
  ['gpt-5.4', { tools }, { apiBase: 'https://vllm.example.com/v1' }, 'https://vllm.example.com/v1/chat/completions'],
  ['gpt-4o', {}, { operation: 'completion' }, chat],
  ['gpt-3.5-turbo-instruct', {}, { operation: 'completion' }, 'https://api.openai.com/v1/completions'],
  ['text-embedding-3-small', {}, { operation: 'embedding' }, 'https://api.openai.com/v1/embeddings'],
]

for (const [model, body, setting, url] of endpoints) {
  test(`${model} with ${JSON.stringify({ ...setting, ...body })} goes to ${url}`, async () => {
    assert.equal((await sentBy(openai, body, { model, apiKey: 'k', ...setting })).url, url)
  })
}

test('organization and project travel as headers', async () => {
  const env = { OPENAI_API_KEY: 'sk', OPENAI_PROJECT: 'proj' }
  const { headers } = await sentBy(openai, {}, { env, params: { organization: 'org' } })
  assert.deepEqual(headers, { authorization: 'Bearer sk', 'openai-organization': 'org', 'openai-project': 'proj' })
})

test('input is counted by OpenAI itself, and on no other host', async () => {
  const of = { model: 'gpt-5', apiKey: 'k', operation: 'count_tokens', client: 'openai-responses' } as const
  const { url } = await sentBy(openai, { input: 'Hi' }, of)
  assert.equal(url, 'https://api.openai.com/v1/responses/input_tokens')
  const target = { id: 'gpt-5', supports: new Set<string>(), lacks: new Set<string>() }
  const elsewhere = { baseUrl: 'https://llm.example/v1', params: {}, field: () => undefined }
  assert.equal(openai.endpointFor?.('count_tokens', 'openai-responses', target, elsewhere), undefined)
})
