import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chatReply, claudeReply, FakeProvider, keys, messages } from './fake-fetch.fixture.ts'
import { BadRequestError, RateLimitError, Router } from './index.ts'

const failing = { status: 500, json: { error: { message: 'Broken.' } } }

test('a router retries another deployment of the group, then falls back', async () => {
  const provider = new FakeProvider(failing, failing, { json: claudeReply })
  const router = new Router({
    env: keys,
    fetch: provider.fetch,
    numRetries: 1,
    modelList: [
      { model_name: 'fast', litellm_params: { model: 'openai/gpt-4o', api_key: 'k1', order: 1 } },
      { model_name: 'fast', litellm_params: { model: 'groq/llama-3.3-70b-versatile', order: 2 } },
      { model_name: 'sure', litellm_params: { model: 'anthropic/claude-sonnet-4-5', max_retries: 0 } },
    ],
    fallbacks: [{ fast: ['sure'] }],
  })
  const reply = await router.completion({ model: 'fast', messages })
  const hosts = provider.sent.map((sent) => new URL(sent.url).host)
  assert.deepEqual(hosts, ['api.openai.com', 'api.groq.com', 'api.anthropic.com'])
  assert.equal(provider.sent[0]?.headers['authorization'], 'Bearer k1')
  assert.deepEqual([reply._info?.provider, reply._info?.fallbacks], ['anthropic', 1])
})

test('a wildcard entry serves every model that it stands for', async () => {
  const provider = new FakeProvider({ json: chatReply })
  const router = new Router({
    env: keys,
    fetch: provider.fetch,
    modelList: [{ model_name: 'openai/*', litellm_params: { model: 'openai/*' } }],
  })
  const reply = await router.completion({ model: 'openai/gpt-4o', messages })
  assert.equal(provider.sent[0]?.body['model'], 'gpt-4o')
  assert.equal(reply._info?.responseCost, 0.0035)
})

test("an entry's rpm is kept, and its own price is used", async () => {
  const provider = new FakeProvider({ json: chatReply })
  const router = new Router({
    env: keys,
    fetch: provider.fetch,
    numRetries: 0,
    modelList: [
      {
        model_name: 'a',
        litellm_params: { model: 'openai/gpt-4o', rpm: 1 },
        model_info: { input_cost_per_token: 1e-6, output_cost_per_token: 0 },
      },
    ],
  })
  const reply = await router.completion({ model: 'a', messages })
  assert.equal(reply._info?.responseCost, 0.001)
  await assert.rejects(router.completion({ model: 'a', messages }), RateLimitError)
  assert.equal(provider.sent.length, 1)
})

test('a call can neither leave the list nor bring another key', async () => {
  const provider = new FakeProvider({ json: chatReply })
  const router = new Router({
    env: keys,
    fetch: provider.fetch,
    modelList: [{ model_name: 'a', litellm_params: { model: 'openai/gpt-4o' } }],
  })
  await assert.rejects(router.completion({ model: 'openai/gpt-4o', messages }), BadRequestError)
  await assert.rejects(router.completion({ model: 'a', messages, api_base: 'https://elsewhere.example' }), BadRequestError)
  assert.equal(provider.sent.length, 0)
})
