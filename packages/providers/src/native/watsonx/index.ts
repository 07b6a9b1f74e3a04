import type { Endpoint, Provider } from '@switchyard/core'
import { openaiChatClient } from '@switchyard/wire'
import { textDialect } from '../../text/dialect.ts'
import { embedding } from './embed.ts'
import { failureIn, mend, readError } from './errors.ts'
import { rerank } from './rerank.ts'
import { deploymentOf, scopeParams } from './scope.ts'
import { keyEnv, signParams, signWatsonx } from './sign.ts'
import { parametersInPlace, textGeneration } from './text-generation.ts'
import { transcription } from './transcription.ts'
import { tuneWatsonx } from './tune.ts'
import { urlParams, watsonxUrl } from './url.ts'

const chatEndpoint: Endpoint = { shape: 'openai-chat', path: '/text/chat' }
const ownChatEndpoint: Endpoint = { ...chatEndpoint, modelInPath: true }
const embedEndpoint: Endpoint = { shape: 'native', path: '/text/embeddings' }
const rerankEndpoint: Endpoint = { shape: 'native', path: '/text/rerank' }
const transcriptionEndpoint: Endpoint = { shape: 'native', path: '/audio/transcriptions' }

const textEndpoint: Endpoint = {
  shape: 'native',
  path: '/text/generation',
  speaks: textDialect(textGeneration, {
    readError: (status, body) => readError(status, body) ?? openaiChatClient.readError(status, body),
    failureOf: (_name, reply) => failureIn(reply),
  }),
  modelInPath: true,
}

const service = {
  keyEnv,
  auth: { kind: 'prepare' },
  baseEnv: ['WATSONX_API_BASE', 'WATSONX_URL', 'WX_URL', 'WML_URL'],
  hosts: ['.ml.cloud.ibm.com'],
  params: { ...scopeParams, ...signParams, ...urlParams },
  url: watsonxUrl,
  tune: tuneWatsonx,
  prepare: signWatsonx,
  readError,
} as const satisfies Partial<Provider>

/** Chats are OpenAI's but for the model's place, and end with their usage whether or not it was asked for. */
export const watsonx: Provider = {
  ...service,
  id: 'watsonx',
  name: 'IBM watsonx.ai',
  endpoints: {
    chat: [chatEndpoint],
    embedding: [embedEndpoint],
    rerank: [rerankEndpoint],
    transcription: [transcriptionEndpoint],
  },
  refuses: ['thinking', 'parallel_tool_calls', 'service_tier', 'store'],
  ignores: ['user', 'stream_options'],
  endpointFor: (operation, _client, traits) =>
    operation === 'chat' && deploymentOf(traits.id) !== undefined ? ownChatEndpoint : undefined,
  codecs: { embedding, rerank, transcription },
  mend,
}

/** The older API: a prompt in, text out. */
export const watsonxText: Provider = {
  ...service,
  id: 'watsonx_text',
  name: 'IBM watsonx.ai (text generation)',
  endpoints: { chat: [textEndpoint] },
  quirks: [parametersInPlace],
}
