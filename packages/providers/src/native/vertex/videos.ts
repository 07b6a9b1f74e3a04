import type { KeptAsking, Target } from '@switchyard/core'
import { fail, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { operationName, operationPath, veo } from '../gemini/videos.ts'
import { pathUrl } from './url.ts'

// Veo's long-running operations on Vertex AI (cloud.google.com, "Veo on Vertex AI video generation API", 2026-11-22).

const typesByEnd: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
}

/** Pictures by URL are those of Cloud Storage. */
export const video = veo((url) => {
  if (!url.startsWith('gs://')) {
    throw fail('bad_request', 'Veo takes pictures as data or from Cloud Storage: send a data URL, a file, or a gs:// address.', {
      param: 'input_reference',
    })
  }
  return { gcsUri: url, mimeType: typesByEnd[url.slice(url.lastIndexOf('.') + 1).toLowerCase()] ?? 'image/png' }
})

/** Operations of Google's own models are asked for at the model, by their whole name. */
export function askOperation(target: Target, path: string): KeptAsking {
  const [model = ''] = operationPath(path).split('/operations/')
  return { url: pathUrl(target, `${model}:fetchPredictOperation`), body: { operationName: operationName(path) } }
}

/** Where the clip lies: in the bucket that was named when it was asked for, or inside the operation itself. */
export function clipOf(operation: JsonObject): string | undefined {
  const [clip] = objectsOf(objectOf(operation['response'])?.['videos'])
  const base64 = stringOf(clip?.['bytesBase64Encoded'])
  if (base64 !== undefined) return `data:${stringOf(clip?.['mimeType']) ?? 'video/mp4'};base64,${base64}`
  const [, bucket, object] = /^gs:\/\/([^/]+)\/(.+)$/s.exec(stringOf(clip?.['gcsUri']) ?? '') ?? []
  return bucket === undefined || object === undefined
    ? undefined
    : `https://storage.googleapis.com/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(object)}?alt=media`
}
