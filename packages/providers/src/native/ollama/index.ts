import type { Endpoint, Provider } from '@switchyard/core'
import { NdjsonReframer, type ProviderDialect } from '@switchyard/wire'
import { errorIn, passedEmbedding } from '../../passing.ts'
import { embedding } from './embed.ts'
import { readError } from './errors.ts'
import { chatWrites, generateWrites } from './fidelity.ts'
import { OllamaReader } from './reader.ts'
import { readReply } from './reply.ts'
import { writeChat, writeGenerate } from './request.ts'
import { optionsInPlace } from './settings.ts'

const common: Pick<ProviderDialect, 'readReply' | 'reader' | 'readError'> = {
  readReply,
  reader: (sink) => new OllamaReader(sink),
  readError,
}
const reframer = (): NdjsonReframer => new NdjsonReframer()

const chatEndpoint: Endpoint = {
  shape: 'native',
  path: '/api/chat',
  speaks: { ...common, writes: chatWrites, writeRequest: writeChat },
  reframer,
}
const generateEndpoint: Endpoint = {
  shape: 'native',
  path: '/api/generate',
  speaks: { ...common, writes: generateWrites, writeRequest: writeGenerate },
  reframer,
}
const embedEndpoint: Endpoint = { shape: 'native', path: '/api/embed' }

const rootOf = (baseUrl: string): string => baseUrl.replace(/\/(api(\/(chat|generate|embed))?)?\/*$/, '')

const server = {
  keyEnv: ['OLLAMA_API_KEY'],
  keyless: true,
  auth: { kind: 'bearer' },
  baseUrl: 'http://localhost:11434',
  baseEnv: ['OLLAMA_API_BASE'],
  hosts: ['ollama.com'],
  /** Bases are given with and without the route. */
  url: ({ baseUrl }, endpoint) => rootOf(baseUrl) + endpoint.path,
  quirks: [optionsInPlace],
  inlines: () => true,
  codecs: { embedding },
} as const satisfies Partial<Provider>

const isFilled = (value: unknown): boolean => Array.isArray(value) && value.length > 0

/** LiteLLM's name for the route that takes one text. Tools it has none, so calls with tools are chats. */
export const ollama: Provider = {
  ...server,
  id: 'ollama',
  name: 'Ollama (generate)',
  endpoints: { chat: [generateEndpoint, chatEndpoint], embedding: [embedEndpoint] },
  passThrough: {
    open: /^\/(?:v1\/.+|api\/(?:chat|generate|embed|embeddings|tags|show|ps|version))$/,
    url: ({ baseUrl }, path) => rootOf(baseUrl) + path,
    calls: [passedEmbedding('/api/embed', 'prompt_eval_count')],
    writeError: errorIn('error'),
  },
  endpointFor: (operation, _client, _traits, asked) =>
    operation === 'chat' && (isFilled(asked?.field('tools')) || isFilled(asked?.field('functions'))) ? chatEndpoint : undefined,
}

export const ollamaChat: Provider = {
  ...server,
  id: 'ollama_chat',
  name: 'Ollama',
  endpoints: { chat: [{ ...chatEndpoint, knows: ['functions'] }], embedding: [embedEndpoint] },
}
