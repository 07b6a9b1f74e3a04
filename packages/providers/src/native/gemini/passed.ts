import type { PassThrough } from '@switchyard/core'
import { arrayOf, objectOf, stringOf, type JsonObject } from '@switchyard/wire'

/** Imagen's request, as far as it is priced (the fields that its own client sends). */
export const imagenAsked = ({ instances, parameters }: JsonObject): JsonObject => ({
  prompt: objectOf(arrayOf(instances)[0])?.['prompt'],
  n: objectOf(parameters)?.['sampleCount'],
})

/** Of the first message of a live session (ai.google.dev/api/live: `models/{model}`; Vertex AI's names are longer). */
export const liveModel = ({ setup }: JsonObject): string | undefined => stringOf(objectOf(setup)?.['model'])?.replace(/^.*\//, '')

export const passThrough: PassThrough = {
  url: ({ baseUrl }, path) => baseUrl.replace(/(\/v\d\w*)?(\/models(\/.*)?)?\/*$/, '') + path,
  calls: [
    { path: ':embedContent', operation: 'embedding', asked: () => ({}) },
    { path: ':batchEmbedContents', operation: 'embedding', asked: () => ({}) },
    { path: ':predict', operation: 'image_generation', asked: imagenAsked },
  ],
  unmetered: [
    { path: ':batchGenerateContent', instead: 'POST /v1/batches' },
    { path: ':asyncBatchEmbedContent', instead: 'POST /v1/batches' },
    { path: ':predictLongRunning', instead: 'POST /v1/videos' },
  ],
  sockets: [{ path: '.GenerativeService.BidiGenerateContent', modelIn: liveModel }],
  links: [{ path: '/upload/{version}/files', header: 'x-goog-upload-url', keyless: true }],
}
