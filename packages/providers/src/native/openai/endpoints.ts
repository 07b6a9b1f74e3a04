import type { Asked, Endpoint, Operation, Provider, Shape } from '@switchyard/core'
import { stringOf, type ModelTraits } from '@switchyard/wire'
import { modelOf } from './families.ts'

const knows = ['verbosity'] as const
export const chatEndpoint: Endpoint = { shape: 'openai-chat', path: '/chat/completions', knows }
export const responsesEndpoint: Endpoint = { shape: 'openai-responses', path: '/responses', knows }
export const compactionEndpoint: Endpoint = { shape: 'openai-responses', path: '/responses/compact' }
/** Asked of OpenAI itself alone: servers that only speak its language may lack it, and the gateway can count. */
const inputTokensEndpoint: Endpoint = { shape: 'openai-responses', path: '/responses/input_tokens' }
export const completionEndpoint: Endpoint = { shape: 'openai-completions', path: '/completions' }
export const embeddingEndpoint: Endpoint = { shape: 'openai-embeddings', path: '/embeddings' }

/** What OpenAI serves besides chat. */
export const measuredEndpoints = {
  image_generation: [{ shape: 'openai-images', path: '/images/generations' }],
  image_edit: [{ shape: 'openai-image-forms', path: '/images/edits' }],
  image_variation: [{ shape: 'openai-image-forms', path: '/images/variations' }],
  transcription: [{ shape: 'openai-transcriptions', path: '/audio/transcriptions' }],
  translation: [{ shape: 'openai-transcriptions', path: '/audio/translations' }],
  speech: [{ shape: 'openai-speech', path: '/audio/speech' }],
  moderation: [{ shape: 'openai-moderations', path: '/moderations' }],
  video: [{ shape: 'openai-videos', path: '/videos' }],
} as const satisfies Provider['endpoints']

/** OpenAI's last models of the completion kind; every other model answers such calls as chat. */
const completionModels = /^(gpt-3\.5-turbo-instruct|davinci-002|babbage-002)/

/** Which endpoint serves a call. Servers that only speak OpenAI's language may lack the newer ones, so the host counts. */
export function openAiEndpoint(operation: Operation, client: Shape, traits: ModelTraits, asked?: Asked): Endpoint | undefined {
  const own = asked !== undefined && isOwnHost(asked.baseUrl)
  if (operation === 'count_tokens') return own && client === 'openai-responses' ? inputTokensEndpoint : undefined
  if (operation === 'completion') return own && !completionModels.test(traits.id.replace(/^ft:/, '')) ? chatEndpoint : undefined
  if (operation !== 'chat' || client === 'openai-responses') return undefined
  const model = modelOf(traits)
  if (model.responsesOnly) return responsesEndpoint
  if (!own || prefersChat(client, asked)) return client === 'openai-chat' ? undefined : chatEndpoint
  // Reasoning survives between turns only there (encrypted items), which Anthropic's and Gemini's clients count on.
  if (client !== 'openai-chat') return responsesEndpoint
  // From gpt-5.4 on, chat completions do not reason in calls with tools (LiteLLM 1.106.2, 2026-11-22).
  return model.version >= 5.4 && hasTools(asked) ? responsesEndpoint : undefined
}

/** LiteLLM's switch for operators whose Messages clients should get chat completions as on every other host. */
export const chatForMessages = 'use_chat_completions_url_for_anthropic_messages'

function prefersChat(client: Shape, { params }: Asked): boolean {
  const chosen = params[chatForMessages]
  return client === 'anthropic-messages' && (chosen === true || isOn.test(stringOf(chosen) ?? ''))
}

const isOn = /^(true|1|yes|on)$/i

/** The servers of OpenAI itself, regional ones too. Asked twice a call, of the few URLs that the operator configured. */
export function isOwnHost(baseUrl: string): boolean {
  let known = ownHosts.get(baseUrl)
  if (known === undefined) {
    if (ownHosts.size >= maxKnown) ownHosts.clear()
    ownHosts.set(baseUrl, (known = ownHost.test(new URL(baseUrl).hostname)))
  }
  return known
}

const ownHosts = new Map<string, boolean>()
const maxKnown = 1000
const ownHost = /^([a-z]+\.)?api\.openai\.com$/

function hasTools(asked: Asked): boolean {
  const tools = asked.field('tools')
  return Array.isArray(tools) && tools.length > 0
}
