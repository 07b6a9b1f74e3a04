import { stringOf } from '@switchyard/wire'
import { formField, type VendorApi, type VendorReply, type VendorRequest } from '../fake-vendor.ts'
import { chat, embeddings, modelList } from './openai-like.ts'

// docs.mistral.ai/api: chat, fim, embeddings, ocr, moderations and files.

const page = { index: 0, markdown: '# Page', images: [], dimensions: { dpi: 200, height: 2200, width: 1700 } }

const ocr = ({ json }: VendorRequest): VendorReply => ({
  body: { pages: [page], model: json['model'], usage_info: { pages_processed: 1, doc_size_bytes: 1000 } },
})

const moderation = ({ json }: VendorRequest): VendorReply => ({
  body: {
    id: 'm1',
    model: json['model'],
    results: [{ categories: { violence: false }, category_scores: { violence: 0.1 } }],
  },
})

const base = { type: 'base', max_context_length: 32_768, aliases: [], capabilities: { completion_chat: true } }

const kept = new Map<string, { readonly object: Record<string, unknown>; readonly bytes: string }>()

function files(request: VendorRequest): VendorReply | undefined {
  const { method, path } = request
  const [id, rest] = path.split('/').slice(3)
  if (method === 'POST') return upload(request)
  if (id === undefined)
    return { body: { object: 'list', data: [...kept.values()].map(({ object }) => object), total: kept.size } }
  const found = kept.get(id)
  if (found === undefined) return undefined
  if (method === 'DELETE') return { body: { id, object: 'file', deleted: kept.delete(id) } }
  return rest === 'content' ? { body: found.bytes } : { body: { ...found.object, deleted: false } }
}

function upload(request: VendorRequest): VendorReply {
  const bytes = formField(request, 'file') ?? ''
  const object = {
    id: `0b3f4c2a-0000-4000-8000-${String(kept.size).padStart(12, '0')}`,
    object: 'file',
    bytes: bytes.length,
    created_at: 1_700_000_000,
    filename: /filename="([^"]*)"/.exec(request.bytes.toString('latin1'))?.[1],
    purpose: formField(request, 'purpose'),
    sample_type: 'ocr_input',
    source: 'upload',
    num_lines: null,
    mimetype: 'application/pdf',
    signature: null,
  }
  kept.set(object.id, { object, bytes })
  return { body: object }
}

export const mistral: VendorApi = {
  credential: ['authorization', 'Bearer mistral-vendor-key'],
  refusal: (status, message) => ({
    status,
    body: { object: 'error', message, type: 'invalid_request', param: null, code: '1500', request_id: 'r1' },
  }),
  answer: (request) => {
    const { path, json } = request
    if (path === '/v1/chat/completions') return chat(request)
    if (path === '/v1/fim/completions') return chat(request, stringOf(json['prompt']))
    if (path === '/v1/embeddings') return embeddings(request, { prompt_tokens: 6, completion_tokens: 0, total_tokens: 6 })
    if (path === '/v1/ocr') return ocr(request)
    if (path === '/v1/moderations') return moderation(request)
    if (path.startsWith('/v1/files')) return files(request)
    return path === '/v1/models' ? modelList('mistral-small-latest', base) : undefined
  },
}
