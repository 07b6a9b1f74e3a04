import type { Endpoint, Incoming, Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import {
  isObject,
  objectOf,
  objectsOf,
  parseJson,
  SseParser,
  type JsonObject,
  type ProviderDialect,
  type Reframer,
} from '@switchyard/wire'
import { peeked } from '../polling.ts'
import { row } from '../row.ts'
import { without } from '../tuning.ts'
import { overCompletions } from './text-completion-openai/dialect.ts'

// Mistral's completions are asked as OpenAI's, with a prompt and what comes behind the gap, and answer as its chats do
// (docs.mistral.ai/api, FIM completion, read 2026-11-22).

const path = '/fim/completions'

/** A chat's reply, or a chunk of one, as the completion that says the same. */
function asCompletion(reply: JsonObject): JsonObject {
  if (!Array.isArray(reply['choices'])) return reply
  const choices = objectsOf(reply['choices']).map(({ message, delta, ...choice }) => ({
    text: objectOf(message ?? delta)?.['content'] ?? '',
    logprobs: null,
    ...choice,
  }))
  return { ...reply, object: 'text_completion', choices }
}

function completionEvents(): Reframer {
  let text = ''
  const parser = new SseParser((name, data) => {
    const chunk = parseJson(data)
    const event = name === 'message' ? '' : `event: ${name}\n`
    text += `${event}data: ${isObject(chunk) ? JSON.stringify(asCompletion(chunk)) : data}\n\n`
  })
  const taken = (): string => {
    const out = text
    text = ''
    return out
  }
  return {
    push: (chunk) => {
      parser.push(chunk)
      return taken()
    },
    end: () => {
      parser.end()
      return taken()
    },
  }
}

export const fimEndpoint: Endpoint = { shape: 'openai-completions', path, reframer: completionEvents }

/** What OpenAI's completions have beyond Mistral's (docs.rs/mistral-openapi-client 0.1.0, FimCompletionRequest, read 2026-11-22). */
const lacks = ['best_of', 'echo', 'frequency_penalty', 'logit_bias', 'logprobs', 'n', 'presence_penalty'] as const

const speaks: ProviderDialect = {
  ...overCompletions,
  writes: {
    ...overCompletions.writes,
    n: 'drops',
    'frequency-penalty': 'drops',
    'presence-penalty': 'drops',
    'logit-bias': 'drops',
    user: 'drops',
  },
}

/** Chats with a model that only fills gaps: there is nothing behind the conversation, unless the caller says what. */
const chatEndpoint: Endpoint = { shape: 'native', path, speaks, reframer: completionEvents, knows: ['suffix'] }

/** Whole replies; streams are read as they come. */
export function readFim(
  outgoing: Outgoing,
  _target: Target,
  env: ProviderEnv,
  signal: AbortSignal,
): Promise<Incoming> | undefined {
  if (!new URL(outgoing.url).pathname.endsWith(path)) return undefined
  const body = objectOf(parseJson(new TextDecoder().decode(outgoing.body)))
  return body?.['stream'] === true ? undefined : askWhole(outgoing, env, signal)
}

async function askWhole(outgoing: Outgoing, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const { incoming, json } = await peeked(await env.send(outgoing, { signal }))
  if (incoming.status !== 200) return incoming
  const whole = new TextEncoder().encode(JSON.stringify(asCompletion(json)))
  return { ...incoming, whole: () => Promise.resolve(whole) }
}

const rowOfFim = row('text-completion-codestral', 'Text Completion Codestral', 'https://codestral.mistral.ai/v1', {
  key: 'CODESTRAL_API_KEY',
  baseEnv: 'CODESTRAL_API_BASE',
  chat: false,
  ignores: 'stream_options',
  quirks: [{ do: 'rename', field: 'seed', to: 'random_seed' }],
})

export const textCompletionCodestral: Provider = {
  ...rowOfFim,
  endpoints: { completion: [fimEndpoint], chat: [chatEndpoint] },
  tune: (target, call) => [{ do: 'drop', field: 'user' }, ...without(target, call, lacks)],
  exchange: readFim,
}
