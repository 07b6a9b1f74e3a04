import { keptPaths } from '../openai/kept-paths.ts'
import type { Asked, Endpoint, Operation, Provider, Shape } from '@switchyard/core'
import { fail, objectOf, stringOf, type GatewayError, type ModelTraits } from '@switchyard/wire'
import {
  chatEndpoint,
  compactionEndpoint,
  completionEndpoint,
  embeddingEndpoint,
  measuredEndpoints,
  responsesEndpoint,
} from '../openai/endpoints.ts'
import { modelOf, withoutMark } from '../openai/families.ts'
import { tuneOwnHost } from '../openai/own-host.ts'
import { videoPrices } from '../openai/video-prices.ts'
import { schemaByTool } from '../../schema-by-tool.ts'
import { overCompletions } from '../text-completion-openai/dialect.ts'
import { azureBaseEnv, azureParams, signAzure } from './credentials.ts'
import { azureHosts } from './hosts.ts'
import { isSpeechService, signSpeech, speech, speechEndpoint, speechServicePath, speechServiceUrl } from './speech-service.ts'
import { azureKeptUrl, azureRealtimeUrl, azureRoot, azureUrl, namesDeployment } from './url.ts'
import { openBesideSecrets } from '../openai/realtime.ts'

const common = {
  keyEnv: ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'],
  auth: { kind: 'prepare' },
  baseEnv: azureBaseEnv,
  hosts: azureHosts,
  params: azureParams,
  url: azureUrl,
  modelName: withoutMark,
  tune: tuneOwnHost,
  prepare: signAzure,
  passThrough: {
    url: ({ baseUrl }, path) => azureRoot(baseUrl) + path,
    open: openBesideSecrets,
    sockets: [{ path: '/realtime', model: (query) => query.get('deployment') ?? query.get('model') ?? undefined }],
  },
  readError: readAzureError,
} as const satisfies Partial<Provider>

export const azure: Provider = {
  ...common,
  id: 'azure',
  name: 'Azure OpenAI',
  aliases: ['azure_openai'],
  keeps: { paths: keptPaths, url: azureKeptUrl },
  models: videoPrices,
  endpoints: {
    chat: [chatEndpoint, responsesEndpoint],
    embedding: [embeddingEndpoint],
    compaction: [compactionEndpoint],
    image_generation: measuredEndpoints.image_generation,
    image_edit: measuredEndpoints.image_edit,
    transcription: measuredEndpoints.transcription,
    translation: measuredEndpoints.translation,
    speech: measuredEndpoints.speech,
    video: measuredEndpoints.video,
  },
  endpointFor: azureEndpoint,
  url: (target, endpoint) => (endpoint === speechEndpoint ? speechServiceUrl(target) : azureUrl(target, endpoint)),
  codecs: { speech },
  realtime: { url: azureRealtimeUrl },
  prepare: (outgoing, target, env) =>
    new URL(outgoing.url).pathname === speechServicePath ? signSpeech(outgoing, target) : signAzure(outgoing, target, env),
}

/** Deployments of the completion kind; whoever chats with them is understood. */
export const azureText: Provider = {
  ...common,
  id: 'azure_text',
  name: 'Azure OpenAI completions',
  endpoints: {
    completion: [completionEndpoint],
    chat: [{ shape: 'native', path: completionEndpoint.path, speaks: overCompletions }],
  },
}

function azureEndpoint(operation: Operation, client: Shape, traits: ModelTraits, asked?: Asked): Endpoint | undefined {
  if (operation === 'speech') return isSpeechService(traits.id) ? speechEndpoint : undefined
  const images = operation === 'image_generation' || operation === 'image_edit' ? measuredEndpoints[operation][0] : undefined
  // The deployment in the path is the model of pictures (recorded with LiteLLM 1.106.2, 2026-11-22).
  if (images !== undefined && asked !== undefined && namesDeployment(asked)) return { ...images, modelInPath: true }
  if (operation !== 'chat' || client === 'openai-responses') return undefined
  if (modelOf(traits).responsesOnly) return responsesEndpoint
  return (knowsSchemas(asked) ? undefined : schemaByTool(operation, traits, asked)) ?? chatEndpoint
}

/** Since 2024-08-01-preview (learn.microsoft.com, structured-outputs, 2026-11-22). The names of the v1 API are no dates. */
const knowsSchemas = (asked: Asked | undefined): boolean => (stringOf(asked?.params['api_version']) ?? 'v1') >= '2024-08-01'

/** The content filter's refusals come as plain 400s. */
export function readAzureError(status: number, body: unknown): GatewayError | undefined {
  const error = objectOf(objectOf(body)?.['error'])
  const inner = objectOf(error?.['innererror']) ?? objectOf(error?.['inner_error'])
  const filtered = error?.['code'] === 'content_filter' || inner?.['code'] === 'ResponsibleAIPolicyViolation'
  if (!filtered) return undefined
  return fail('content_filtered', stringOf(error?.['message']) ?? 'The content filter of Azure refused the prompt.', {
    code: 'content_filter',
    upstreamStatus: status,
    upstreamBody: body,
  })
}
