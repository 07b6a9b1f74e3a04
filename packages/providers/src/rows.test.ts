import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isGatewayError, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { requireKey } from './keys.ts'
import { findProvider, providers } from './registry.ts'
import { fieldsSent, sentBy } from './requests.fixture.ts'

/** Every parameter that LiteLLM was recorded with, for a model that can do everything. */
const everything: JsonObject = {
  temperature: 0.5,
  top_p: 0.9,
  n: 1,
  stop: ['END'],
  max_completion_tokens: 50,
  presence_penalty: 0.1,
  frequency_penalty: 0.1,
  logit_bias: {},
  user: 'u',
  seed: 1,
  tools: [],
  tool_choice: 'auto',
  parallel_tool_calls: true,
  response_format: { type: 'json_object' },
  logprobs: true,
  reasoning_effort: 'low',
  service_tier: 'auto',
  store: false,
}

interface Recorded {
  readonly id: string
  readonly url: string | undefined
  readonly sent: readonly string[]
}

const read = (line: string): Recorded => {
  const row = objectOf(JSON.parse(line)) ?? {}
  const renamed = objectOf(row['renamed']) ?? {}
  const dropped = new Set(Array.isArray(row['dropped']) ? row['dropped'] : [])
  const sent = Object.keys(everything)
    .filter((name) => !dropped.has(name))
    .map((name) => stringOf(renamed[name]) ?? name)
  return { id: stringOf(row['id']) ?? '', url: stringOf(row['url']), sent: sent.toSorted() }
}

const recordings = readFileSync(new URL('../../../fixtures/providers/litellm-params.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map(read)

/** Where we send more or less than LiteLLM 1.106.2 did, and why. `+`: we send it, `-`: we do not. */
const deviations: Readonly<Record<string, string>> = {
  // They know the limit by its old name; LiteLLM loses it.
  hyperbolic: '+max_tokens',
  nscale: '+max_tokens',
  nadir: '+max_tokens',
  zai: '+max_tokens',
  // Mistral's OpenAPI description has these, 2026-11-22.
  mistral: '+presence_penalty +frequency_penalty +n',
  codestral: '+presence_penalty +frequency_penalty +n',
  // `auto` is the default, and taken; LiteLLM drops it.
  deepinfra: '+tool_choice',
  // xAI's reasoning models refuse them.
  xai: '-stop -presence_penalty -frequency_penalty',
  // That a call does not stream is said, too (recorded with LiteLLM 1.106, 2026-11-22).
  amazon_nova: '+stream',
  maritalk: '+max_tokens +stream',
  // The price of the call is always asked for.
  openrouter: '+usage',
  // Only Claude takes `thinking` there, and it has no effort; schemas are left to the model.
  databricks: '+response_format +reasoning_effort -thinking -tool json_tool_call (emulated)',
  // DigitalOcean's description of its API has none of them (digitalocean/gradient-python, 2026-11-22).
  gradient_ai: '-seed -parallel_tool_calls -service_tier -store',
  // An unknown effort is the provider's to judge.
  tencent: '+reasoning_effort -thinking',
}

function expectedOf({ id, sent }: Recorded): readonly string[] {
  const marks = (deviations[id] ?? '').split(/ (?=[+-])/).filter((mark) => mark !== '')
  const without = new Set(marks.filter((mark) => mark.startsWith('-')).map((mark) => mark.slice(1)))
  const added = marks.filter((mark) => mark.startsWith('+')).map((mark) => mark.slice(1))
  return [...sent.filter((name) => !without.has(name)), ...added].toSorted()
}

const models: Readonly<Record<string, string>> = { ragflow: 'chat/abc/model', xai: 'grok-4', moonshot: 'kimi-k2.6' }
const bases: Readonly<Record<string, string>> = { docker_model_runner: 'http://localhost:22088/engines/llama.cpp' }

for (const recorded of recordings) {
  test(`${recorded.id} sends what was recorded`, async () => {
    const provider = findProvider(recorded.id)
    assert.ok(provider, 'is in the registry')
    const { url, quirks, headers } = await sentBy(provider, everything, {
      apiBase: bases[recorded.id] ?? provider.baseUrl ?? 'https://own.example.com',
      apiKey: 'test-key',
      params: { account_id: 'acct' },
      model: models[recorded.id] ?? 'some-model',
      supports: ['reasoning'],
      dropParams: true,
    })
    if (recorded.url !== undefined && bases[recorded.id] === undefined)
      assert.equal(url.replace(/\/$/, ''), recorded.url.replace(/\/$/, ''))
    assert.equal(headers['authorization'], 'Bearer test-key')
    assert.deepEqual(fieldsSent(provider, everything, quirks), expectedOf(recorded))
  })
}

test('no provider takes the key of another', () => {
  const everyVariable = new Set(
    providers.flatMap(({ keyEnv, params }) => [...keyEnv, ...Object.values(params ?? {}).flatMap(({ env }) => env)]),
  )
  for (const provider of providers) {
    const own = new Set([...provider.keyEnv, ...Object.values(provider.params ?? {}).flatMap(({ env }) => env)])
    const variables = (name: string): string | undefined =>
      everyVariable.has(name) && !own.has(name) ? `secret of ${name}` : undefined
    if (provider.keyless) {
      assert.equal(requireKey(provider, variables), undefined, provider.id)
      continue
    }
    assert.throws(
      () => requireKey(provider, variables),
      (error) => isGatewayError(error) && error.kind === 'auth' && provider.keyEnv.every((name) => error.message.includes(name)),
      provider.id,
    )
  }
})

test('every row answers by its id and its aliases', () => {
  for (const provider of providers) {
    for (const name of [provider.id, ...(provider.aliases ?? [])]) assert.equal(findProvider(name), provider)
  }
})

test('the role developer is system where only OpenAI knows it', async () => {
  const body = {
    messages: [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ],
  }
  const groq = findProvider('groq')
  assert.ok(groq)
  const { quirks } = await sentBy(groq, body, { apiKey: 'k' })
  const edit = quirks.find((quirk) => quirk.do === 'edit')
  assert.ok(edit)
  assert.deepEqual(edit.edit(body), {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ],
  })
})

test('Anthropic routes of compatible providers', async () => {
  const cases = [
    ['deepseek', 'https://api.deepseek.com/anthropic/v1/messages'],
    ['minimax', 'https://api.minimax.io/anthropic/v1/messages'],
    ['edenai', 'https://api.edenai.run/v3/v1/messages'],
    ['tencent', 'https://tokenhub-intl.tencentcloudmaas.com/v1/messages'],
    ['zai', 'https://api.z.ai/api/anthropic/v1/messages'],
  ] as const
  for (const [id, url] of cases) {
    const provider = findProvider(id)
    assert.ok(provider)
    const sent = await sentBy(provider, {}, { apiKey: 'k', client: 'anthropic-messages' })
    assert.equal(sent.url, url)
    assert.deepEqual(sent.headers, { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' })
  }
})
