import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail, type JsonObject } from '@switchyard/wire'
import { withOverrides } from './catalog/index.ts'
import type { Deployment } from './deployment.ts'
import { allDialects } from './dialects.ts'
import { supportedParams } from './supported-params.ts'
import { deploymentOf, providerOf } from './test-kit.ts'

const chat = (deployment: Deployment): readonly string[] => supportedParams(deployment, 'chat_completion', allDialects) ?? []

const has = (names: readonly string[], wanted: readonly string[]): void =>
  assert.deepEqual(
    wanted.filter((name) => names.includes(name)),
    wanted,
  )
const hasNone = (names: readonly string[], unwanted: readonly string[]): void =>
  assert.deepEqual(
    unwanted.filter((name) => names.includes(name)),
    [],
  )

test('on a relay a parameter counts unless the row refuses or ignores it', () => {
  const names = chat(deploymentOf({ provider: providerOf({ refuses: ['seed', 'stream_options'], ignores: ['user'] }) }))
  has(names, ['stream', 'temperature', 'tools', 'tool_choice', 'response_format', 'functions', 'prediction'])
  hasNone(names, ['seed', 'user', 'stream_options', 'thinking', 'top_k', 'verbosity'])
})

test('a parameter under another name counts, and one that the tuning refuses does not', () => {
  const provider = providerOf({
    quirks: [{ do: 'rename', field: 'max_completion_tokens', to: 'max_tokens' }],
    tune: (_target, call) => {
      if (call.field('n') !== undefined) throw fail('unsupported_params', 'one answer')
      return [{ do: 'drop', field: 'logprobs' }]
    },
  })
  const names = chat(deploymentOf({ provider }))
  has(names, ['max_tokens', 'max_completion_tokens'])
  hasNone(names, ['n', 'logprobs'])
})

test('in a translation what the writer says counts', () => {
  const provider = providerOf({ endpoints: { chat: [{ shape: 'anthropic-messages', path: '/v1/messages' }] } })
  const names = chat(deploymentOf({ provider }))
  has(names, ['stream', 'max_tokens', 'thinking', 'parallel_tool_calls', 'response_format', 'web_search_options'])
  hasNone(names, ['seed', 'n', 'logit_bias', 'logprobs', 'presence_penalty', 'stream_options', 'functions'])
})

test("a server that does not take `store` is not said to know OpenAI's rarer parameters, unless it does", () => {
  const chatOf = (knows?: readonly string[]): readonly string[] => {
    const endpoint = { shape: 'openai-chat', path: '/chat/completions', ...(knows === undefined ? {} : { knows }) } as const
    return chat(deploymentOf({ provider: providerOf({ refuses: ['store'], endpoints: { chat: [endpoint] } }) }))
  }
  hasNone(chatOf(), ['audio', 'functions', 'function_call', 'modalities', 'prediction', 'prompt_cache_key', 'stream_options'])
  has(chatOf(), ['tools'])
  has(chatOf(['functions', 'top_k', 'verbosity']), ['functions', 'top_k', 'verbosity'])
})

test('sound counts in a translation where the catalog says that the model makes it', () => {
  const provider = providerOf({ endpoints: { chat: [{ shape: 'gemini', path: ':generateContent' }] } })
  const withAbilities = (abilities: JsonObject): Deployment =>
    deploymentOf({ provider, facts: withOverrides({ id: 'harbour-1', provider: 'harbour', asOf: '2026-11-22' }, abilities) })
  has(chat(withAbilities({ supports_audio_output: true })), ['audio', 'modalities'])
  hasNone(chat(withAbilities({ supports_vision: true })), ['audio'])
})

test('what a model takes only while it does not think counts where the catalog says that it can rest', () => {
  const provider = providerOf({
    tune: (_target, call) => (call.field('reasoning_effort') === 'none' ? [] : [{ do: 'drop', field: 'top_p' }]),
  })
  const withAbilities = (abilities: JsonObject): Deployment =>
    deploymentOf({
      provider,
      facts: withOverrides({ id: 'harbour-1', provider: 'harbour', asOf: '2026-11-22' }, abilities),
    })
  has(chat(withAbilities({ supports_reasoning: true, supports_none_reasoning_effort: true })), ['top_p'])
  hasNone(chat(withAbilities({ supports_reasoning: true })), ['top_p'])
})

test('each kind of request has parameters of its own, and one that is not served has none', () => {
  const provider = providerOf({
    endpoints: {
      completion: [{ shape: 'openai-completions', path: '/completions' }],
      embedding: [{ shape: 'openai-embeddings', path: '/embeddings' }],
    },
  })
  const deployment = deploymentOf({ provider })
  has(chat(deployment), ['suffix', 'echo', 'stop'])
  assert.deepEqual(supportedParams(deployment, 'embeddings', allDialects), ['dimensions', 'encoding_format', 'user'])
  assert.equal(supportedParams(deployment, 'transcription', allDialects), undefined)
})
