import {
  missingKey,
  type Endpoint,
  type Operation,
  type Outgoing,
  type Provider,
  type Shape,
  type Target,
} from '@switchyard/core'
import { betasFor, type ModelTraits } from '@switchyard/wire'
import { cohereLikeRerank } from '../../rerank.ts'
import { usualTune } from '../../tuning.ts'
import { joinUrl } from '../../url.ts'
import { chatEndpoint, embeddingEndpoint, measuredEndpoints } from '../openai/endpoints.ts'
import { tuneOwnHost } from '../openai/own-host.ts'
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

function signFoundry(outgoing: Outgoing, target: Target): void {
  const key = target.key?.reveal()
  if (key === undefined) throw missingKey('azure_ai', ['AZURE_AI_API_KEY'])
  if (outgoing.url.includes(analyzePath)) outgoing.headers['ocp-apim-subscription-key'] = key
  else if (outgoing.url.includes('/anthropic/')) {
    outgoing.headers['x-api-key'] = key
    outgoing.headers['anthropic-version'] ??= '2023-06-01'
  } else if (hostOf(outgoing.url).endsWith('.azure.com') && !hostOf(outgoing.url).endsWith('.models.ai.azure.com')) {
    outgoing.headers['api-key'] = key
  } else outgoing.headers['authorization'] = `Bearer ${key}`
}

function foundryEndpoint(operation: Operation, _client: Shape, { id }: ModelTraits): Endpoint | undefined {
  if (operation === 'ocr') return isDocumentIntelligence(id) ? analyzeEndpoint : mistralOcrEndpoint
  if (operation !== 'chat') return undefined
  return id.includes('claude') ? messagesEndpoint : chatEndpoint
}

export const azureAi: Provider = {
  id: 'azure_ai',
  name: 'Azure AI Foundry',
  keyEnv: ['AZURE_AI_API_KEY'],
  auth: { kind: 'prepare' },
  baseEnv: ['AZURE_AI_API_BASE'],
  hosts: ['.services.ai.azure.com', '.models.ai.azure.com', '.inference.ml.azure.com'],
  params: { api_version: { env: ['AZURE_API_VERSION'] } },
  passThrough: {},
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
