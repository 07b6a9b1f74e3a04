import type { Codec, Endpoint, Operation, Provider, Quirk, Target } from '@switchyard/core'
import { isString, objectOf, readEmbedReply, writeEmbedRequest } from '@switchyard/wire'
import { estimatedTokens, inputsOf } from '../../embeddings.ts'
import { geminiBatches, originOf } from './batches.ts'
import { imageCodecs, imagePath } from './images.ts'
import { live } from './live/index.ts'
import { passThrough } from './passed.ts'
import { speech } from './speech.ts'
import { operationPath, readOperation, uriOf, video } from './videos.ts'
import { interactionsPath, interactionsRevision, transcription } from './transcription.ts'

/** The method stands in the URL behind the model's name. */
function geminiUrl({ baseUrl, model }: Target, endpoint: Endpoint, call: { operation: Operation; stream: boolean }): string {
  const base = baseUrl.replace(/(\/models(\/.*)?)?\/*$/, '')
  const root = rootOf(base, apiVersion(model))
  if (endpoint.path === interactionsPath) return `${base.replace(/\/v\d\w*$/, '')}/v1beta${interactionsPath}`
  const streams = call.operation === 'chat' && call.stream
  return `${root}/models/${encodeURIComponent(model)}${streams ? ':streamGenerateContent?alt=sse' : endpoint.path}`
}

function rootOf(baseUrl: string, version = 'v1beta'): string {
  const base = baseUrl.replace(/(\/models(\/.*)?)?\/*$/, '')
  return /\/v\d\w*$/.test(base) ? base : `${base}/${version}`
}

/** From Gemini 3 on, some fields (media resolution per part) are in v1alpha only (LiteLLM 1.106.2, 2026-11-22). */
const apiVersion = (model: string): string => (Number(/^gemini-(\d+)/.exec(model)?.[1] ?? 0) >= 3 ? 'v1alpha' : 'v1beta')

const embedding: Codec = {
  write: (body, target) => ({ json: writeEmbedRequest(body, target.model) }),
  read: (reply, request, target) =>
    readEmbedReply(objectOf(reply) ?? {}, {
      model: target.model,
      estimatedTokens: estimatedTokens(inputsOf(request['input']).filter(isString)),
      base64: request['encoding_format'] === 'base64',
    }),
}

/** LiteLLM's callers write them in snake case beside OpenAI's parameters; a body must not hold both spellings. */
export const geminiSpellings: readonly Quirk[] = [
  { do: 'rename', field: 'safety_settings', to: 'safetySettings' },
  { do: 'rename', field: 'cached_content', to: 'cachedContent' },
  // The dialect reads it.
  { do: 'drop', field: 'include_server_side_tool_invocations' },
]

/** It may always call several functions at once, and takes OpenAI's older form of them. */
export const knownToGemini = ['functions', 'parallel_tool_calls', 'include_server_side_tool_invocations'] as const

/** Gemini's models draw and speak in the route that they chat in. */
const drawing: Endpoint = { shape: 'native', path: ':generateContent' }

export const gemini: Provider = {
  id: 'gemini',
  name: 'Google AI Studio (Gemini)',
  aliases: ['google', 'google_ai_studio', 'palm', 'google-palm'],
  keyEnv: ['GOOGLE_API_KEY', 'GEMINI_API_KEY', 'PALM_API_KEY'],
  auth: { kind: 'header', name: 'x-goog-api-key' },
  baseUrl: 'https://generativelanguage.googleapis.com',
  baseEnv: ['GEMINI_API_BASE'],
  endpoints: {
    chat: [{ shape: 'gemini', path: ':generateContent', knows: knownToGemini }],
    embedding: [{ shape: 'native', path: ':batchEmbedContents' }],
    count_tokens: [{ shape: 'gemini', path: ':countTokens' }],
    image_generation: [drawing],
    image_edit: [drawing],
    speech: [drawing],
    transcription: [{ shape: 'native', path: interactionsPath }],
    video: [{ shape: 'native', path: ':predictLongRunning' }],
  },
  endpointFor: (operation, _client, { id }) =>
    operation === 'image_generation' ? { shape: 'native', path: imagePath(id) } : undefined,
  headersFor: (_target, endpoint) => (endpoint.path === interactionsPath ? { 'api-revision': interactionsRevision } : {}),
  /** Labels are of Vertex only (native-wire facts §2, 2026-11-22). */
  passThrough,
  realtime: live,
  quirks: [...geminiSpellings, { do: 'drop', field: 'labels' }],
  modelName: (model) => model.replace(/^models\//, ''),
  url: geminiUrl,
  /** AI Studio takes its own files and YouTube by URL; LiteLLM inlines the rest too (native-wire facts §2, 2026-11-22). */
  inlines: (url) =>
    !/^gs:\/\/|^https:\/\/(?:generativelanguage\.googleapis\.com|(?:www\.|m\.)?youtube\.com|youtu\.be)\//.test(url),
  keeps: {
    paths: { videos: '/videos' },
    url: ({ baseUrl }, path) => `${rootOf(baseUrl)}/${operationPath(path)}`,
    read: (_kind, reply) => readOperation(reply),
    videoUrl: uriOf,
  },
  batches: geminiBatches,
  uploads: { url: ({ baseUrl }, path) => originOf(baseUrl) + path },
  codecs: {
    embedding,
    transcription,
    speech,
    video,
    ...imageCodecs({ sizeField: 'imageSize', namesUsualSize: true }),
  },
}
