import type { JsonObject } from '@switchyard/wire'
import { FakeRealtime } from '../../tools/fake/realtime.ts'
import { model } from '../../tools/stage.ts'
import type { VendorApi } from './fake-vendor.ts'
import { anthropic } from './wire/anthropic.ts'
import { azure } from './wire/azure.ts'
import { bedrock } from './wire/bedrock.ts'
import { cohere } from './wire/cohere.ts'
import { google } from './wire/google.ts'
import { mistral } from './wire/mistral.ts'
import { groq, huggingface, ollama, replicate, together } from './wire/open-models.ts'
import { openai } from './wire/openai.ts'
import { jina, voyage } from './wire/rankers.ts'
import { assemblyai, deepgram, elevenlabs, liveDeepgram } from './wire/sound.ts'
import { vertex } from './wire/vertex.ts'

export interface Sessions {
  readonly origin: string
  /** Handshakes that came. */
  readonly seen: readonly { readonly url: string; readonly headers: Headers }[]
  readonly stop: () => Promise<void>
}

/** A vendor whose own client program is run. */
export interface Vendor {
  /** The drivers: modules of python/vendors/, or of javascript/vendors/ where their names end so. */
  readonly clients: readonly string[]
  readonly api: VendorApi
  /** How an operator tells the gateway of the vendor's key and address. */
  readonly env: (origin: string) => Readonly<Record<string, string>>
  /** Models for clients that ask the gateway itself, besides passing through. */
  readonly models?: (origin: string, sessions: string) => readonly JsonObject[]
  /** Conversations over WebSockets have a server of their own. */
  readonly sessions?: () => Sessions
}

/** A model behind the gateway's own routes, with the vendor's key. */
const at = (vendor: string, base: string, names: Readonly<Record<string, string>>): readonly JsonObject[] =>
  Object.entries(names).map(([name, upstream]) => model(name, upstream, { api_base: base, api_key: `${vendor}-vendor-key` }))

/** By the names of the variables that most providers have. */
const usual =
  (vendor: string, path = '', stem = vendor.toUpperCase()) =>
  (origin: string): Readonly<Record<string, string>> => ({
    [`${stem}_API_KEY`]: `${vendor}-vendor-key`,
    [`${stem}_API_BASE`]: origin + path,
  })

export const vendors: readonly Vendor[] = [
  // Files that name no model go to the first provider that keeps some.
  {
    clients: ['openai_rest'],
    api: openai,
    env: (origin) => ({ OPENAI_API_KEY: 'openai-vendor-key', OPENAI_BASE_URL: `${origin}/v1` }),
    models: (origin, sessions) => [
      ...at('openai', `${origin}/v1`, {
        chat: 'openai/gpt-4o-mini',
        picture: 'openai/gpt-image-1',
        ear: 'openai/whisper-1',
        'ear-of-tokens': 'openai/gpt-4o-mini-transcribe',
        mouth: 'openai/tts-1',
        judge: 'openai/omni-moderation-latest',
        film: 'openai/sora-2',
      }),
      ...at('openai', `${sessions}/v1`, { voice: 'openai/gpt-realtime' }),
    ],
    sessions: () => new FakeRealtime(),
  },
  {
    clients: ['azure_client'],
    api: azure,
    env: (origin) => ({ AZURE_API_KEY: 'azure-vendor-key', AZURE_API_BASE: origin }),
    models: (origin) =>
      at('azure', origin, { 'azure-chat': 'azure/gpt-4o-mini', 'azure-ear': 'azure/whisper', 'azure-mouth': 'azure/tts' }),
  },
  {
    clients: ['cohere_client', 'cohere_js'],
    api: cohere,
    env: usual('cohere'),
    models: (origin) => at('cohere', origin, { 'cohere-rerank': 'cohere/rerank-v3.5' }),
  },
  {
    clients: ['mistral_client', 'mistral_js'],
    api: mistral,
    env: usual('mistral', '/v1'),
    models: (origin) =>
      at('mistral', `${origin}/v1`, {
        'mistral-of-the-root': 'mistral/mistral-small-latest',
        'mistral-embed-of-the-root': 'mistral/mistral-embed',
        'mistral-ocr-of-the-root': 'mistral/mistral-ocr-latest',
      }),
  },
  {
    clients: ['voyage_client'],
    api: voyage,
    env: usual('voyage', '/v1'),
    models: (origin) => at('voyage', `${origin}/v1`, { 'voyage-of-the-root': 'voyage/voyage-3.5' }),
  },
  {
    clients: ['jina_http'],
    api: jina,
    env: usual('jina', '/v1', 'JINA_AI'),
    models: (origin) =>
      at('jina', `${origin}/v1`, {
        'jina-of-the-root': 'jina_ai/jina-embeddings-v3',
        'jina-rerank-of-the-root': 'jina_ai/jina-reranker-v2-base-multilingual',
      }),
  },
  { clients: ['elevenlabs_client'], api: elevenlabs, env: usual('elevenlabs') },
  {
    clients: ['deepgram_client'],
    api: deepgram,
    env: usual('deepgram', '/v1'),
    models: (_origin, sessions) => at('deepgram', `${sessions}/v1`, { live: 'deepgram/nova-3-general' }),
    sessions: liveDeepgram,
  },
  { clients: ['assemblyai_client'], api: assemblyai, env: usual('assemblyai', '/v1') },
  { clients: ['replicate_client'], api: replicate, env: usual('replicate', '/v1') },
  {
    clients: ['bedrock_client', 'anthropic_bedrock', 'langchain_bedrock', 'bedrock_js', 'anthropic_bedrock_js'],
    api: bedrock,
    env: (origin) => ({
      AWS_ACCESS_KEY_ID: 'AKIAVENDORKEY0000000',
      AWS_SECRET_ACCESS_KEY: 'bedrock-vendor-secret',
      AWS_REGION: 'us-east-1',
      AWS_BEDROCK_RUNTIME_ENDPOINT: origin,
    }),
  },
  { clients: ['ollama_client'], api: ollama, env: usual('ollama') },
  {
    clients: ['huggingface_client'],
    api: huggingface,
    env: (origin) => ({ HF_TOKEN: 'huggingface-vendor-key', HF_API_BASE: origin }),
    models: (origin) =>
      at('huggingface', `${origin}/v1`, { 'hugging-of-the-root': 'huggingface/meta-llama/Llama-3.1-8B-Instruct' }),
  },
  {
    clients: ['together_client'],
    api: together,
    env: usual('together', '/v1', 'TOGETHER_AI'),
    models: (origin) =>
      at('together', `${origin}/v1`, { 'together-of-the-root': 'together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo' }),
  },
  { clients: ['groq_client'], api: groq, env: usual('groq', '/openai/v1') },
  {
    clients: ['anthropic_rest', 'langchain_claude'],
    api: anthropic,
    env: (origin) => ({ ANTHROPIC_API_KEY: 'anthropic-vendor-key', ANTHROPIC_API_BASE: origin }),
    models: (origin) => at('anthropic', origin, { claude: 'anthropic/claude-sonnet-4-5' }),
  },
  {
    clients: ['anthropic_vertex', 'google_vertex', 'anthropic_vertex_js', 'google_vertex_js'],
    api: vertex,
    env: (origin) => ({ VERTEXAI_API_KEY: 'vertex-vendor-key', VERTEXAI_API_BASE: origin }),
  },
  {
    clients: ['google_rest', 'langchain_gemini'],
    api: google,
    env: (origin) => ({ GEMINI_API_KEY: 'google-vendor-key', GEMINI_API_BASE: origin }),
  },
]
