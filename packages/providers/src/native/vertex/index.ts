import type { Provider } from '@switchyard/core'
import { betasFor, geminiProtocol, isObject, isString, objectsOf, type GatewayError, type JsonObject } from '@switchyard/wire'
import { signVertex, vertexBaseEnv, vertexParams } from './credentials.ts'
import { deepseekOcr } from './deepseek-ocr.ts'
import { embedding } from './embed.ts'
import { imageCodecs } from '../gemini/images.ts'
import { operationPath, readOperation } from '../gemini/videos.ts'
import { endpointOf, endpoints, familyOf, mistralEndpoint } from './families.ts'
import { live } from './live.ts'
import { passThrough } from './passed.ts'
import { rerank } from './rerank.ts'
import { isService, payerOf, serviceOf, services } from './services.ts'
import { speech } from './speech.ts'
import { transcription } from './transcription.ts'
import { tuneVertex, withoutParams } from './tune.ts'
import { anyRegion, pathUrl, servedAt, vertexUrl } from './url.ts'
import { askOperation, clipOf, video } from './videos.ts'

/** In Mistral's bodies the name stands without its version, in the URL with it (native-wire facts §2, 2026-11-22). */
const modelName = (model: string): string =>
  familyOf(model).chat === mistralEndpoint ? model.replace(/^\w+\/|@.*$/g, '') : model

/**
 * Claude takes no URLs here, unlike on Anthropic's own API (github.com/anthropics/anthropic-sdk-typescript issue 1038, read
 * 2026-11-22); Gemini takes Cloud Storage's and YouTube's, and others whose type their name tells (native-wire facts §2).
 */
function inlines(url: string, model: string): boolean {
  const { chat } = familyOf(model)
  if (chat.shape === 'anthropic-messages') return true
  return (
    chat.shape === 'gemini' &&
    !/^gs:\/\/|^https:\/\/(?:(?:www\.|m\.)?youtube\.com\/|youtu\.be\/|[^?#]+\.\w{2,4}(?:$|[?#]))/.test(url)
  )
}

/** Models of Google, of Anthropic, Mistral and AI21 in their makers' protocols, and open ones in OpenAI's. */
export const vertex: Provider = {
  id: 'vertex_ai',
  name: 'Google Cloud Vertex AI',
  aliases: ['vertex_ai_beta', 'vertex', 'google_vertex'],
  keyEnv: ['VERTEXAI_API_KEY', 'VERTEX_API_KEY'],
  auth: { kind: 'prepare' },
  baseUrl: anyRegion,
  baseEnv: vertexBaseEnv,
  hosts: ['.googleapis.com'],
  params: vertexParams,
  endpoints: { ...endpoints, ...services },
  // Since Claude Sonnet 4.5 regions cost a tenth more than the global endpoint (platform.claude.com, Claude on Vertex AI, 2026-11-22).
  uplifts: (target) => (servedAt(target) === 'global' ? [] : ['regional']),
  quirks: withoutParams,
  endpointFor: (operation, _client, { id }) => serviceOf(operation, id) ?? endpointOf(operation, id),
  url: vertexUrl,
  modelName,
  tune: tuneVertex,
  headersFor: (target, endpoint, body) => {
    if (isService(endpoint)) return payerOf(target)
    const betas = endpoint.shape === 'anthropic-messages' ? claudeBetas(body) : []
    return betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }
  },
  inlines,
  prepare: signVertex,
  realtime: live,
  passThrough,
  keeps: {
    paths: { videos: '/videos' },
    url: (target, path) => pathUrl(target, operationPath(path)),
    ask: askOperation,
    read: (_kind, reply) => readOperation(reply, clipOf),
    videoUrl: clipOf,
  },
  codecs: {
    embedding,
    ocr: deepseekOcr,
    rerank,
    speech,
    transcription,
    video,
    ...imageCodecs({ role: 'user', sizeField: 'sampleImageSize', editors: /^imagen-.*capability/ }),
  },
  readError: readGoogleError,
}

/** Here searching the web is still behind a flag (recorded with LiteLLM 1.106.2, 2026-11-22). */
const claudeBetas = (body: JsonObject): readonly string[] => [
  ...betasFor(body),
  ...(objectsOf(body['tools']).some(({ type }) => isString(type) && type.startsWith('web_search_'))
    ? ['web-search-2025-03-05']
    : []),
]

/** Google's own refusals come in its own form, whatever the model speaks; on some endpoints they are the only item of a list. */
function readGoogleError(status: number, body: unknown): GatewayError | undefined {
  const first: unknown = Array.isArray(body) ? body[0] : body
  const error = isObject(first) ? first['error'] : undefined
  return isObject(error) && isString(error['status']) ? geminiProtocol.readError(status, first) : undefined
}
