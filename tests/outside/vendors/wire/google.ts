import { arrayOf, objectOf, type JsonObject } from '@switchyard/wire'
import { events, vectorOf, type VendorApi, type VendorReply, type VendorRequest } from '../fake-vendor.ts'

// ai.google.dev/api: generateContent, embeddings, Imagen, files, caches and batches.

const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 4, totalTokenCount: 14 }

export const textOf = (content: unknown): unknown => objectOf(arrayOf(objectOf(content)?.['parts'])[0])?.['text']

const candidate = (text: string, finish?: string): JsonObject => ({
  content: { role: 'model', parts: [{ text }] },
  index: 0,
  ...(finish === undefined ? {} : { finishReason: finish }),
})

export function generate({ json }: VendorRequest, isStream: boolean): VendorReply {
  const text = `vendor says ${String(textOf(arrayOf(json['contents']).at(-1)))}`
  const tail = { usageMetadata, modelVersion: 'gemini-2.5-flash' }
  if (!isStream) return { body: { candidates: [candidate(text, 'STOP')], ...tail } }
  const [first = '', ...rest] = text.split(/(?<= )/)
  return events([{ candidates: [candidate(first)] }, { candidates: [candidate(rest.join(''), 'STOP')], ...tail }])
}

let uploaded = ''

function file(origin: string): JsonObject {
  return {
    name: 'files/abc',
    mimeType: 'text/plain',
    sizeBytes: String(uploaded.length),
    state: 'ACTIVE',
    uri: `${origin}/v1beta/files/abc`,
  }
}

/** Resumable uploads: where to send the bytes, then the bytes. */
function upload({ query, bytes, headers, origin }: VendorRequest): VendorReply {
  if (!query.has('upload_id')) {
    const url = `${origin}/upload/v1beta/files?upload_id=u1&upload_protocol=resumable`
    return { headers: { 'x-goog-upload-url': url, 'x-goog-upload-status': 'active' }, body: {} }
  }
  uploaded = bytes.toString()
  const isLast = String(headers['x-goog-upload-command']).includes('finalize')
  return { headers: { 'x-goog-upload-status': isLast ? 'final' : 'active' }, body: { file: file(origin) } }
}

const batch = { name: 'batches/b1', metadata: { state: 'BATCH_STATE_PENDING', model: 'models/gemini-2.5-flash' } }
const cache = { name: 'cachedContents/c1', model: 'models/gemini-2.5-flash', usageMetadata: { totalTokenCount: 10 } }

function ofModel(request: VendorRequest, method: string): VendorReply | undefined {
  const { json } = request
  switch (method) {
    case 'generateContent':
      return generate(request, false)
    case 'streamGenerateContent':
      return generate(request, true)
    case 'countTokens':
      return { body: { totalTokens: 42 } }
    case 'embedContent':
      return { body: { embedding: { values: vectorOf(textOf(json['content'])) } } }
    case 'batchEmbedContents':
      return {
        body: { embeddings: arrayOf(json['requests']).map((one) => ({ values: vectorOf(textOf(objectOf(one)?.['content'])) })) },
      }
    case 'predict':
      return { body: { predictions: [{ mimeType: 'image/png', bytesBase64Encoded: 'aW1hZ2U=' }] } }
    case 'batchGenerateContent':
      return { body: batch }
    default:
      return undefined
  }
}

const states: Readonly<Record<number, string>> = { 401: 'UNAUTHENTICATED', 404: 'NOT_FOUND', 429: 'RESOURCE_EXHAUSTED' }

export const googleRefusal: VendorApi['refusal'] = (code, message) => ({
  status: code,
  body: { error: { code, message, status: states[code] ?? 'INTERNAL' } },
})

export const google: VendorApi = {
  credential: ['x-goog-api-key', 'google-vendor-key'],
  refusal: googleRefusal,
  answer: (request) => {
    const { method, origin } = request
    const path = request.path.replace(/\/v1(?=\/)/, '/v1beta')
    if (path === '/upload/v1beta/files') return upload(request)
    if (path === '/v1beta/files') return { body: { files: [file(origin)] } }
    if (path.startsWith('/v1beta/files/')) return { body: method === 'DELETE' ? {} : file(origin) }
    if (path === '/v1beta/cachedContents') return { body: cache }
    if (path === '/v1beta/batches/b1') return { body: batch }
    const [, name] = /^\/v1beta\/models\/[^:]+:(\w+)$/.exec(path) ?? []
    return name === undefined ? undefined : ofModel(request, name)
  },
}
