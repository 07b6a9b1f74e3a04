import type { Endpoint, Operation } from '@switchyard/core'
import { knownToClaude } from '../anthropic/index.ts'
import { knownToGemini } from '../gemini/index.ts'
import { predictChat } from './predict-chat.ts'

// `{model}` is the model's own name. Paths stand behind `/v1/projects/{project}/locations/{location}` (native-wire facts §2).
const published = '/publishers/google/models/{model}'
export const geminiEndpoint: Endpoint = {
  shape: 'gemini',
  path: `${published}:generateContent`,
  knows: [...knownToGemini, 'top_k'],
}
const tunedEndpoint: Endpoint = { shape: 'gemini', path: '/endpoints/{model}:generateContent' }
const geminiCount: Endpoint = { shape: 'gemini', path: `${published}:countTokens` }
const tunedCount: Endpoint = { shape: 'gemini', path: '/endpoints/{model}:countTokens' }
export const claudeEndpoint: Endpoint = {
  shape: 'anthropic-messages',
  path: '/publishers/anthropic/models/{model}:rawPredict',
  modelInPath: true,
  knows: knownToClaude,
}
const claudeCount: Endpoint = { shape: 'anthropic-messages', path: '/publishers/anthropic/models/count-tokens:rawPredict' }
export const mistralEndpoint: Endpoint = { shape: 'openai-chat', path: '/publishers/mistralai/models/{model}:rawPredict' }
export const ai21Endpoint: Endpoint = { shape: 'openai-chat', path: '/publishers/ai21/models/{model}:rawPredict' }
/** The open models that Google serves. */
export const openEndpoint: Endpoint = { shape: 'openai-chat', path: '/endpoints/openapi/chat/completions' }
/** A model of the customer's own on a server of OpenAI's language: the endpoint is the model. */
const ownEndpoint: Endpoint = { shape: 'openai-chat', path: '/endpoints/{model}/chat/completions', modelInPath: true }
const ownPredict: Endpoint = { shape: 'native', path: '/endpoints/{model}:predict', speaks: predictChat, modelInPath: true }
const embedPredict: Endpoint = { shape: 'native', path: `${published}:predict` }
const tunedPredict: Endpoint = { shape: 'native', path: '/endpoints/{model}:predict' }
const embedContent: Endpoint = { shape: 'native', path: `${published}:embedContent` }

interface Family {
  readonly of: RegExp
  readonly chat: Endpoint
  readonly count?: Endpoint
}

/** The first that fits; what fits none is Google's own. */
const families: readonly Family[] = [
  { of: /^(?:anthropic\/)?claude/, chat: claudeEndpoint, count: claudeCount },
  { of: /^(?:mistralai\/)?(?:mistral|ministral|codestral|magistral|pixtral)(?!.*-maas$)/, chat: mistralEndpoint },
  { of: /^(?:ai21\/)?jamba/, chat: ai21Endpoint },
  { of: /^openai\/\d+$/, chat: ownEndpoint },
  { of: /^gemma\/\d+$/, chat: ownPredict },
  { of: /^(?:gemini\/)?\d+$/, chat: tunedEndpoint, count: tunedCount },
  { of: /-maas$|^(?!google\/|gemini\/)[\w-]+\//, chat: openEndpoint },
]
const google: Family = { of: /^/, chat: geminiEndpoint, count: geminiCount }

export const familyOf = (model: string): Family => families.find(({ of }) => of.test(model)) ?? google

/** Embeds one text a call, with media among its parts (native-wire facts §2: models flagged for `embedContent`). */
export const isEmbedContentModel = (model: string): boolean => /^gemini-embedding-[2-9]/.test(model)

export function endpointOf(operation: Operation, model: string): Endpoint {
  if (operation === 'embedding')
    return isEmbedContentModel(model) ? embedContent : /^\d+$/.test(model) ? tunedPredict : embedPredict
  const { chat, count } = familyOf(model)
  // What cannot be counted there has no endpoint of a counting client's shape, so the gateway counts itself.
  return operation === 'count_tokens' ? (count ?? chat) : chat
}

/** Every endpoint, for those who ask what is served at all. */
export const endpoints = {
  chat: [geminiEndpoint, claudeEndpoint, openEndpoint],
  embedding: [embedPredict],
  count_tokens: [geminiCount, claudeCount],
} as const
