import type { PassThrough } from '@switchyard/core'
import { objectOf, objectsOf } from '@switchyard/wire'
import { imagenAsked, liveModel } from '../gemini/passed.ts'
import { tokensOf } from './embed.ts'
import { livePath } from './live.ts'
import { vertexPassUrl } from './url.ts'

/** `:predict` serves whatever a model does. */
const embedders = /embedding/
const painters = /^(?:imagen|virtual-try-on)/

const shortLive = '/live'

export const passThrough: PassThrough = {
  prefixes: ['vertex-ai'],
  /** LiteLLM's users open live sessions at a short path (1.106.2, 2026-11-22). */
  url: (target, path) => vertexPassUrl(target, path === shortLive ? livePath : path),
  streamPaths: { ':rawPredict': ':streamRawPredict' },
  unmetered: [
    { path: '/batchPredictionJobs', instead: 'POST /v1/batches' },
    { path: ':predictLongRunning', instead: 'POST /v1/videos' },
  ],
  sockets: ['.LlmBidiService/BidiGenerateContent', shortLive].map((path) => ({ path, modelIn: liveModel })),
  calls: [
    { path: ':embedContent', operation: 'embedding', asked: () => ({}) },
    { path: ':batchEmbedContents', operation: 'embedding', asked: () => ({}) },
    {
      path: ':predict',
      operation: 'embedding',
      models: embedders,
      asked: () => ({}),
      usage: (reply) => {
        const tokens = objectsOf(objectOf(reply)?.['predictions']).reduce((sum, one) => sum + tokensOf(one), 0)
        return tokens === 0 ? undefined : { input: tokens }
      },
    },
    { path: ':predict', operation: 'image_generation', models: painters, asked: imagenAsked },
  ],
}
