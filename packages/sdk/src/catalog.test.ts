import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  completionCost,
  modelInfo,
  ModelNotMappedError,
  NotFoundError,
  resolveProvider,
  supports,
  tokenCounter,
} from './index.ts'

test('the cost of a reply is exact in nano-USD, and its parts sum to it', async () => {
  const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100, prompt_tokens_details: { cached_tokens: 400 } }
  const { cost, costNano, parts } = await completionCost({
    model: 'openai/gpt-4o',
    completionResponse: { model: 'gpt-4o', usage },
  })
  assert.deepEqual([cost, costNano], [0.003, 3_000_000])
  assert.deepEqual(parts, { input: 0.0015, cacheRead: 0.0005, output: 0.001 })
})

test('usage of each dialect is understood', async () => {
  const model = 'anthropic/claude-sonnet-4-5'
  const anthropic = await completionCost({ model, usage: { input_tokens: 100, output_tokens: 10, cache_read_input_tokens: 900 } })
  const openai = await completionCost({
    model,
    usage: { prompt_tokens: 1000, completion_tokens: 10, prompt_tokens_details: { cached_tokens: 900 } },
  })
  assert.equal(anthropic.costNano, openai.costNano)
  const flat = await completionCost({ model, prompt_tokens: 1000, completion_tokens: 10 })
  assert.equal(flat.cost, 0.00315)
})

test('a model that the catalog does not know is an error of its own', async () => {
  await assert.rejects(completionCost({ model: 'openai/not-a-model', prompt_tokens: 1 }), ModelNotMappedError)
  await assert.rejects(modelInfo('openai/not-a-model'), NotFoundError)
  assert.equal(await supports('openai/not-a-model', 'vision'), false)
})

test("facts come in the reference's flat keys", async () => {
  const info = await modelInfo({ model: 'gpt-4o', custom_llm_provider: 'openai' })
  assert.deepEqual([info.key, info.litellm_provider, info.mode], ['gpt-4o', 'openai', 'chat'])
  assert.deepEqual([info.max_input_tokens, info.input_cost_per_token, info['supports_vision']], [128_000, 2.5e-6, true])
  assert.equal(await supports('gpt-4o', 'vision'), true)
})

test("a host's silence about an ability is filled from the maker's list, from the host's own facts, and from the name", async () => {
  const snowflake = { model: 'claude-sonnet-4-5', custom_llm_provider: 'snowflake' }
  assert.deepEqual([await supports(snowflake, 'reasoning'), await supports(snowflake, 'web_search')], [true, false])
  assert.equal(await supports('fireworks_ai/llama-v3p3-70b-instruct', 'response_schema'), true)
  assert.equal(await supports('openrouter/anthropic/claude-sonnet-4', 'vision'), true)
  assert.equal((await modelInfo('gemini/gemini-3-pro-preview')).input_cost_per_token, 0)
  await assert.rejects(completionCost({ model: 'gemini/gemini-3-pro-preview', prompt_tokens: 1 }), ModelNotMappedError)
})

test('names are resolved as a call would', async () => {
  assert.deepEqual(await resolveProvider('groq/llama-3.3-70b-versatile'), { provider: 'groq', model: 'llama-3.3-70b-versatile' })
  assert.deepEqual(await resolveProvider('gpt-4o'), { provider: 'openai', model: 'gpt-4o' })
  await assert.rejects(resolveProvider('nobody/knows'), /provider\/model/)
})

test('tokens of texts and of messages are counted', async () => {
  assert.equal(await tokenCounter({ model: 'gpt-4o', text: 'hello world' }), 2)
  assert.equal(await tokenCounter({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hello world' }] }), 8)
})
