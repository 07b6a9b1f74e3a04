import {
  type Endpoint,
  type Operation,
  type Outgoing,
  type Provider,
  type ProviderEnv,
  type Shape,
  type Target,
} from '@switchyard/core'
import { betasFor, type ModelTraits } from '@switchyard/wire'
import { cohereLikeRerank } from '../../rerank.ts'
import { usualTune } from '../../tuning.ts'
import { joinUrl } from '../../url.ts'
import { chatEndpoint, embeddingEndpoint, measuredEndpoints } from '../openai/endpoints.ts'
import { modelOf } from '../openai/families.ts'
import { tuneOwnHost } from '../openai/own-host.ts'
import { azureParams, azureToken } from './credentials.ts'
import { foundryHosts } from './hosts.ts'
import { readAzureError } from './index.ts'
import {
  analyze,
  analyzeEndpoint,
  analyzePath,
  isDocumentIntelligence,
  mistralOcrEndpoint,
  ocr,
} from './document-intelligence.ts'
import { azureUrl } from './url.ts'

const messagesEndpoint: Endpoint = { shape: 'anthropic-messages', path: '/anthropic/v1/messages' }

/** Models of Anthropic that take schemas there, as a beta (platform.claude.com, Structured outputs, 2026-11-22). */
const formatted = ['claude-haiku-4-5', 'claude-opus-4-5', 'claude-opus-4-6', 'claude-sonnet-4-5', 'claude-sonnet-4-6']

const rerankEndpoint: Endpoint = { shape: 'native', path: '/v1/rerank' }

const hostOf = (url: string): string => new URL(url).hostname

/** Foundry's own hosts have the models under `/models`; single deployments answer at their base. */
function foundryUrl(target: Target, endpoint: Endpoint): string {
  const host = hostOf(target.baseUrl)
  if (ofOpenAi.has(endpoint.shape)) return openAiUrl(target, endpoint)
  if (host.endsWith('.openai.azure.com') && endpoint.shape !== 'anthropic-messages') return azureUrl(target, endpoint)
  const root = target.baseUrl.replace(/\/(anthropic(\/v1(\/messages)?)?|models)?\/?$/, '')
  const inModels = host.endsWith('.services.ai.azure.com') && inferenceShapes.has(endpoint.shape)
  return joinUrl(inModels ? `${root}/models` : root, endpoint.path)
}

const inferenceShapes: ReadonlySet<string> = new Set([chatEndpoint.shape, embeddingEndpoint.shape])

/** What Foundry serves as Azure OpenAI does: pictures and speech (native-wire facts §23, 2026-11-22). */
const ofOpenAi: ReadonlySet<string> = new Set(['openai-images', 'openai-image-forms', 'openai-transcriptions', 'openai-speech'])

/** The preview of the v1 API names itself in the query (recorded with LiteLLM 1.106.2, 2026-11-22). */
function openAiUrl(target: Target, endpoint: Endpoint): string {
  const url = azureUrl(target, endpoint)
  return target.params['api_version'] === 'preview' ? `${url}?api-version=preview` : url
}

async function signFoundry(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  if (outgoing.url.includes('/anthropic/')) outgoing.headers['anthropic-version'] ??= '2023-06-01'
  const key = target.key?.reveal()
  if (key === undefined) outgoing.headers['authorization'] = `Bearer ${await azureToken(outgoing, target, env)}`
  else if (outgoing.url.includes(analyzePath)) outgoing.headers['ocp-apim-subscription-key'] = key
  else if (outgoing.url.includes('/anthropic/')) {
    // Either header is read; LiteLLM sends both (recorded with 1.106.2, 2026-11-22).
    outgoing.headers['x-api-key'] = key
    outgoing.headers['api-key'] = key
  } else if (hostOf(outgoing.url).endsWith('.azure.com') && !hostOf(outgoing.url).endsWith('.models.ai.azure.com')) {
    outgoing.headers['api-key'] = key
  } else outgoing.headers['authorization'] = `Bearer ${key}`
}

/** Of other makers' models. */
const openEndpoint: Endpoint = { shape: chatEndpoint.shape, path: chatEndpoint.path }

function foundryEndpoint(operation: Operation, _client: Shape, traits: ModelTraits): Endpoint | undefined {
  if (operation === 'ocr') return isDocumentIntelligence(traits.id) ? analyzeEndpoint : mistralOcrEndpoint
  if (operation !== 'chat') return undefined
  if (traits.id.includes('claude')) return messagesEndpoint
  return modelOf(traits).family === 'gpt-5' ? chatEndpoint : openEndpoint
}

export const azureAi: Provider = {
  id: 'azure_ai',
  name: 'Azure AI Foundry',
  keyEnv: ['AZURE_AI_API_KEY'],
  auth: { kind: 'prepare' },
  baseEnv: ['AZURE_AI_API_BASE'],
  hosts: foundryHosts,
  params: azureParams,
  passThrough: {},
  models: Object.fromEntries(formatted.map((model) => [model, { supports_native_structured_output: true }])),
  endpoints: {
    chat: [chatEndpoint, messagesEndpoint],
    embedding: [embeddingEndpoint],
    rerank: [rerankEndpoint],
    image_generation: measuredEndpoints.image_generation,
    image_edit: measuredEndpoints.image_edit,
    transcription: measuredEndpoints.transcription,
    speech: measuredEndpoints.speech,
    ocr: [mistralOcrEndpoint, analyzeEndpoint],
  },
  codecs: { rerank: cohereLikeRerank, ocr },
  exchange: (outgoing, target, env, signal) =>
    outgoing.url.includes(analyzePath) ? analyze(outgoing, target, env, signal) : undefined,
  ignores: ['user'],
  refuses: ['thinking'],
  endpointFor: foundryEndpoint,
  url: foundryUrl,
  tune: (target, call) =>
    hostOf(target.baseUrl).endsWith('.openai.azure.com') ? tuneOwnHost(target, call) : usualTune(target, call),
  headersFor: (_target, endpoint, body) => {
    const betas = endpoint.shape === 'anthropic-messages' ? betasFor(body) : []
    return betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }
  },
  prepare: signFoundry,
  readError: readAzureError,
}
