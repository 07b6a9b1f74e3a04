import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findProvider, row } from '@switchyard/providers'
import { anthropicMessages, anthropicMessagesProtocol, type ChatDialect } from '@switchyard/wire'
import { BadRequestError, createRouter, createSwitchyard, partsOf, type ProviderPart } from './core.ts'
import { chatReply, claudeReply, FakeProvider, keys, messages } from './fake-fetch.fixture.ts'
import { measuredOperations } from './measured-operations.ts'
import { loadCatalog, Lookups } from './model-catalog.ts'

const anthropic: ProviderPart = {
  provider: findProvider('anthropic') ?? assert.fail(),
  protocols: { 'anthropic-messages': anthropicMessagesProtocol },
}
const acme: ProviderPart = { provider: row('acme', 'Acme', 'https://acme.example/v1', { keyless: true }) }

const sdkOf = (provider: FakeProvider, dialects: readonly ChatDialect[] = []) =>
  createSwitchyard({ providers: [anthropic, acme], dialects, env: keys, fetch: provider.fetch, numRetries: 0 })

test('a program knows the providers that it was given and no others', async () => {
  const sdk = sdkOf(new FakeProvider({ json: claudeReply }))
  const reply = await sdk.completion({ model: 'anthropic/claude-sonnet-4-5', messages, max_tokens: 9 })
  assert.equal(reply.choices[0]?.message.content, 'Hi.')
  assert.equal(reply._info?.responseCost, undefined)
  await assert.rejects(sdk.completion({ model: 'openai/gpt-4o', messages }), BadRequestError)
  await assert.rejects(sdk.completion({ model: 'm', custom_llm_provider: 'openai', messages }), /There is no provider "openai"/)
})

test('a provider of one’s own is a row', async () => {
  const provider = new FakeProvider({ json: chatReply })
  await sdkOf(provider).completion({ model: 'acme/one', messages })
  assert.equal(provider.sent[0]?.url, 'https://acme.example/v1/chat/completions')
})

test('a dialect that was left out is named, and one that was given works', async () => {
  const call = { model: 'anthropic/claude-sonnet-4-5', messages, max_tokens: 9 }
  await assert.rejects(sdkOf(new FakeProvider({ json: claudeReply })).anthropicMessages(call), /"anthropic-messages"/)
  const sdk = sdkOf(new FakeProvider({ json: claudeReply }), [anthropicMessages])
  assert.equal((await sdk.anthropicMessages(call)).stop_reason, 'end_turn')
})

test('operations besides chat are given, or refused with what would give them', async () => {
  const speak = { model: 'acme/voice', input: 'Hi.', voice: 'a' }
  const provider = new FakeProvider({ json: {} })
  const chats = sdkOf(provider)
  await assert.rejects(chats.speech(speak), /operations: measuredOperations/)
  assert.deepEqual(provider.sent, [])
  const answer = { id: 'm', model: 'omni-moderation-latest', results: [] }
  const moderated = new FakeProvider({ json: answer })
  const house = { ...acme.provider, endpoints: { moderation: [{ shape: 'openai-moderations', path: '/moderations' }] } } as const
  const sdk = createSwitchyard({
    providers: [{ provider: house }],
    operations: measuredOperations,
    env: keys,
    fetch: moderated.fetch,
  })
  assert.deepEqual((await sdk.moderation({ model: 'acme/m', input: 'Hi.' })).results, [])
})

test('with the catalog calls have a price, and a router falls back', async () => {
  const provider = new FakeProvider({ status: 500, json: {} }, { json: claudeReply })
  const router = createRouter({
    providers: [anthropic, acme],
    catalog: loadCatalog,
    env: keys,
    fetch: provider.fetch,
    numRetries: 0,
    modelList: [
      { model_name: 'first', litellm_params: { model: 'acme/one' } },
      { model_name: 'second', litellm_params: { model: 'anthropic/claude-sonnet-4-5' } },
    ],
    fallbacks: { first: ['second'] },
  })
  const reply = await router.completion({ model: 'first', messages, max_tokens: 9 })
  assert.equal(reply._info?.fallbacks, 1)
  assert.equal(reply._info.responseCost, 0.000075)
})

test('look-ups are over the same parts', async () => {
  const lookups = new Lookups(partsOf({ providers: [anthropic], catalog: loadCatalog }))
  assert.equal(await lookups.supports('anthropic/claude-sonnet-4-5', 'vision'), true)
  assert.deepEqual(await lookups.resolveProvider('claude-sonnet-4-5'), { provider: 'anthropic', model: 'claude-sonnet-4-5' })
  assert.equal((await lookups.supportedParams({ model: 'anthropic/claude-sonnet-4-5' }))?.includes('tools'), true)
  await assert.rejects(lookups.resolveProvider('openai/gpt-4o'), BadRequestError)
})
