import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Provider, Quirk } from '@switchyard/core'
import { isGatewayError, type JsonObject } from '@switchyard/wire'
import { findProvider } from '../registry.ts'
import { sentBy, type Setting } from '../requests.fixture.ts'

const named = (id: string): Provider => {
  const provider = findProvider(id)
  assert.ok(provider)
  return provider
}

const quirksOf = async (id: string, body: JsonObject, setting: Setting = {}): Promise<readonly Quirk[]> =>
  (await sentBy(named(id), body, { apiKey: 'k', apiBase: named(id).baseUrl ?? 'https://own.example.com', ...setting })).quirks

const edited = (quirks: readonly Quirk[], body: JsonObject): JsonObject =>
  quirks.reduce((now, quirk) => (quirk.do === 'edit' ? quirk.edit(now) : now), body)

test('DeepSeek thinks or does not', async () => {
  const thinking = async (body: JsonObject): Promise<unknown> => {
    const set = (await quirksOf('deepseek', body)).find((quirk) => quirk.do === 'set')
    return set?.value
  }
  assert.deepEqual(await thinking({ reasoning_effort: 'low' }), { type: 'enabled' })
  assert.deepEqual(await thinking({ reasoning_effort: 'none' }), { type: 'disabled' })
  assert.deepEqual(await thinking({ thinking: { type: 'enabled', budget_tokens: 2048 } }), { type: 'enabled' })
  assert.equal(await thinking({}), undefined)
})

test('Mistral: names stay on tool messages only', async () => {
  const body = {
    messages: [
      { role: 'user', name: 'Ada', content: 'Hi' },
      { role: 'tool', name: 'f', content: '1' },
    ],
  }
  assert.deepEqual(edited(await quirksOf('mistral', body), body), {
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'tool', name: 'f', content: '1' },
    ],
  })
})

test('Mistral: thinking parts are reasoning', () => {
  const content = [
    { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
    { type: 'text', text: 'Yes.' },
  ]
  const mended = named('mistral').mend?.({ choices: [{ index: 0, delta: { content } }] })
  assert.deepEqual(mended, { choices: [{ index: 0, delta: { content: 'Yes.', reasoning_content: 'Hm.' } }] })
})

test('Moonshot: a required tool is asked for in words, temperatures are clamped', async () => {
  const body = { messages: [{ role: 'user', content: 'Hi' }], tool_choice: 'required' }
  const out = edited(await quirksOf('moonshot', body), body)
  assert.equal('tool_choice' in out, false)
  assert.equal(Array.isArray(out['messages']) && out['messages'].length, 2)
  const clamps = async (n: number): Promise<unknown> =>
    (await quirksOf('moonshot', { temperature: 0, n }, { model: 'moonshot-v1-8k' })).find((quirk) => quirk.do === 'clamp')
  assert.deepEqual(await clamps(1), { do: 'clamp', field: 'temperature', max: 1 })
  assert.deepEqual(await clamps(2), { do: 'clamp', field: 'temperature', max: 1, min: 0.3 })
})

test('DeepInfra refuses a forced tool, unless parameters may be dropped', async () => {
  await assert.rejects(
    quirksOf('deepinfra', { tool_choice: 'required' }),
    (error) => isGatewayError(error) && error.kind === 'unsupported_params' && error.facts.param === 'tool_choice',
  )
  const quirks = await quirksOf('deepinfra', { tool_choice: 'required' }, { dropParams: true })
  assert.deepEqual(quirks.at(-1), { do: 'drop', field: 'tool_choice' })
  await quirksOf('deepinfra', { tool_choice: 'auto' })
})

test('xAI: reasoning tokens are part of the completion, a tool call has a reason', () => {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 22, completion_tokens_details: { reasoning_tokens: 7 } }
  const choices = [{ index: 0, finish_reason: '', message: { tool_calls: [] } }]
  assert.deepEqual(named('xai').mend?.({ choices, usage }), {
    choices: [{ index: 0, finish_reason: 'tool_calls', message: { tool_calls: [] } }],
    usage: { ...usage, completion_tokens: 12 },
  })
})

test('Groq: its usual tier has the name that clients of OpenAI know', () => {
  assert.deepEqual(named('groq').mend?.({ service_tier: 'on_demand' }), { service_tier: 'auto' })
  assert.deepEqual(named('groq').mend?.({ service_tier: 'flex' }), { service_tier: 'flex' })
})

test('Groq: usage under x_groq counts', () => {
  assert.deepEqual(named('groq').mend?.({ x_groq: { usage: { total_tokens: 3 } } }), {
    x_groq: { usage: { total_tokens: 3 } },
    usage: { total_tokens: 3 },
  })
})

test('hosted vLLM: a thinking budget is an effort', async () => {
  const quirks = await quirksOf('hosted_vllm', { thinking: { type: 'enabled', budget_tokens: 2048 } })
  assert.deepEqual(quirks, [
    { do: 'drop', field: 'thinking' },
    { do: 'default', field: 'reasoning_effort', value: 'medium' },
  ])
})

test('Databricks: an effort is a budget for Claude, content parts are text and reasoning', async () => {
  const quirks = await quirksOf(
    'databricks',
    { reasoning_effort: 'high' },
    { model: 'databricks-claude-sonnet-4', dropParams: true },
  )
  assert.deepEqual(quirks.at(-1), { do: 'default', field: 'thinking', value: { type: 'enabled', budget_tokens: 4096 } })
  const content = [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.', signature: 'c2ln' }] },
    { type: 'text', text: 'Yes.' },
  ]
  assert.deepEqual(named('databricks').mend?.({ choices: [{ message: { content } }] }), {
    choices: [
      {
        message: {
          content: 'Yes.',
          reasoning_content: 'Hm.',
          thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 'c2ln' }],
        },
      },
    ],
  })
})

test('applications are credited where they are named', async () => {
  const env = { OR_SITE_URL: 'https://app.example.com', OR_APP_NAME: 'App' }
  const { headers } = await sentBy(named('openrouter'), {}, { apiKey: 'k', env })
  assert.deepEqual(headers, { authorization: 'Bearer k', 'http-referer': 'https://app.example.com', 'x-title': 'App' })
})

const urls: readonly (readonly [string, Setting, string])[] = [
  ['baseten', { model: 'abcd1234' }, 'https://model-abcd1234.api.baseten.co/environments/production/sync/v1/chat/completions'],
  ['baseten', { model: 'deepseek-ai/V3' }, 'https://inference.baseten.co/v1/chat/completions'],
  ['cloudflare', { params: { account_id: 'a/b' } }, 'https://api.cloudflare.com/client/v4/accounts/a%2Fb/ai/v1/chat/completions'],
  [
    'cloudflare',
    { apiBase: 'https://api.cloudflare.com/client/v4/accounts/x/ai/run/' },
    'https://api.cloudflare.com/client/v4/accounts/x/ai/v1/chat/completions',
  ],
  ['gradient_ai', {}, 'https://inference.do-ai.run/v1/chat/completions'],
  ['gradient_ai', { apiBase: 'https://x.agents.do-ai.run' }, 'https://x.agents.do-ai.run/api/v1/chat/completions'],
  [
    'ragflow',
    { model: 'chat/abc/m', apiBase: 'http://rag.example.com:9380' },
    'http://rag.example.com:9380/api/v1/chats_openai/abc/chat/completions',
  ],
  [
    'ragflow',
    { model: 'agent/abc/m', apiBase: 'http://rag.example.com:9380/api/v1' },
    'http://rag.example.com:9380/api/v1/agents_openai/abc/chat/completions',
  ],
]

for (const [id, setting, url] of urls) {
  test(`${id} ${JSON.stringify(setting)} is ${url}`, async () => {
    assert.equal((await sentBy(named(id), {}, { apiKey: 'k', ...setting })).url, url)
  })
}

test('names of models', () => {
  assert.equal(named('fireworks_ai').modelName?.('llama-v3p1-8b'), 'accounts/fireworks/models/llama-v3p1-8b')
  assert.equal(named('fireworks_ai').modelName?.('nomic-ai/nomic'), 'nomic-ai/nomic')
  assert.equal(
    named('clarifai').modelName?.('openai.chat-completion.gpt-oss-20b'),
    'https://clarifai.com/openai/chat-completion/models/gpt-oss-20b',
  )
})

test('urls that lack a part are refused with what to do', async () => {
  await assert.rejects(sentBy(named('cloudflare'), {}, { apiKey: 'k' }), /CLOUDFLARE_ACCOUNT_ID/)
  await assert.rejects(
    sentBy(named('ragflow'), {}, { apiKey: 'k', apiBase: 'http://r', model: 'm' }),
    /ragflow\/chat\/<id>\/<name>/,
  )
})

test('Perplexity: messages of a response have their type', async () => {
  const message = { role: 'user', content: 'Hi' }
  const body = { input: [message, { type: 'function_call_output', call_id: 'c', output: '1' }] }
  assert.deepEqual(edited(await quirksOf('perplexity', body, { client: 'openai-responses' }), body)['input'], [
    { ...message, type: 'message' },
    body.input[1],
  ])
  assert.deepEqual(await quirksOf('perplexity', { input: 'Hi' }, { client: 'openai-responses' }), [])
})
