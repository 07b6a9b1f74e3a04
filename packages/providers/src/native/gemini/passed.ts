import type { PassThrough } from '@switchyard/core'
import { arrayOf, objectOf, type JsonObject } from '@switchyard/wire'

/** Imagen's request, as far as it is priced (ai.google.dev/api/imagen, read 2026-11-22). */
const imagenAsked = ({ instances, parameters }: JsonObject): JsonObject => ({
  prompt: objectOf(arrayOf(instances)[0])?.['prompt'],
  n: objectOf(parameters)?.['sampleCount'],
})

export const passThrough: PassThrough = {
  url: ({ baseUrl }, path) => baseUrl.replace(/(\/v\d\w*)?(\/models(\/.*)?)?\/*$/, '') + path,
  calls: [
    { path: ':embedContent', operation: 'embedding', asked: () => ({}) },
    { path: ':batchEmbedContents', operation: 'embedding', asked: () => ({}) },
    { path: ':predict', operation: 'image_generation', asked: imagenAsked },
  ],
  links: [{ path: '/upload/{version}/files', header: 'x-goog-upload-url', keyless: true }],
}
