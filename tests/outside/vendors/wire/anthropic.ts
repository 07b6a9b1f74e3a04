import { arrayOf, objectOf, type JsonObject } from '@switchyard/wire'
import { events, formField, type VendorApi, type VendorReply, type VendorRequest } from '../fake-vendor.ts'
import { lastSaid } from './openai-like.ts'

// docs.anthropic.com/en/api: messages, files and message batches.

const usage = { input_tokens: 10, output_tokens: 4 }

const message = (model: unknown, text: string): JsonObject => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model,
  content: [{ type: 'text', text }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage,
})

/** Other houses write the model into the path. */
export function messages(request: VendorRequest, model: unknown = request.json['model']): VendorReply {
  const { stream } = request.json
  const text = `vendor says ${lastSaid(request)}`
  if (stream !== true) return { body: message(model, text) }
  const start = { ...message(model, ''), content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } }
  const list: readonly JsonObject[] = [
    { type: 'message_start', message: start },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...text.split(/(?<= )/).map((word) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: word } })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 4 } },
    { type: 'message_stop' },
  ]
  return events(list, { named: true })
}

const kept = new Map<string, { readonly object: JsonObject; readonly bytes: Buffer }>()

function files(request: VendorRequest): VendorReply | undefined {
  const [id, rest] = request.path.split('/').slice(3)
  if (request.method === 'POST') {
    const bytes = Buffer.from(formField(request, 'file') ?? '', 'latin1')
    const filename = /filename="([^"]*)"/.exec(request.bytes.toString('latin1'))?.[1]
    const object = {
      id: `file_${kept.size + 1}`,
      type: 'file',
      filename,
      mime_type: 'text/plain',
      size_bytes: bytes.length,
      created_at: '2026-11-22T00:00:00Z',
      downloadable: true,
    }
    kept.set(object.id, { object, bytes })
    return { body: object }
  }
  if (id === undefined) return { body: { data: [...kept.values()].map(({ object }) => object), has_more: false } }
  const found = kept.get(id)
  if (found === undefined) return undefined
  if (request.method === 'DELETE') return { body: { id, type: kept.delete(id) ? 'file_deleted' : 'file' } }
  return rest === 'content' ? { headers: { 'content-type': 'text/plain' }, body: found.bytes } : { body: found.object }
}

const counts = { processing: 0, succeeded: 1, errored: 0, canceled: 0, expired: 0 }
let asked: readonly JsonObject[] = []

function batches(request: VendorRequest): VendorReply {
  const { method, path, json, origin } = request
  const batch = {
    id: 'msgbatch_1',
    type: 'message_batch',
    processing_status: path.endsWith('/cancel') ? 'canceling' : 'ended',
    request_counts: counts,
    created_at: '2026-11-22T00:00:00Z',
    expires_at: '2026-11-23T00:00:00Z',
    ended_at: '2026-11-22T00:01:00Z',
    results_url: `${origin}/v1/messages/batches/msgbatch_1/results`,
  }
  if (path.endsWith('/results')) {
    const lines = asked.map(({ custom_id: id, params }) => ({
      custom_id: id,
      result: { type: 'succeeded', message: message(objectOf(params)?.['model'], 'vendor says hi') },
    }))
    return { headers: { 'content-type': 'application/x-jsonl' }, body: lines.map((line) => `${JSON.stringify(line)}\n`) }
  }
  if (method === 'POST' && path.endsWith('/batches')) {
    asked = arrayOf(json['requests']).map((one) => objectOf(one) ?? {})
    return { body: { ...batch, processing_status: 'in_progress', results_url: null, ended_at: null } }
  }
  return path.endsWith('/batches')
    ? { body: { data: [batch], has_more: false, first_id: batch.id, last_id: batch.id } }
    : { body: batch }
}

const types: Readonly<Record<number, string>> = { 401: 'authentication_error', 404: 'not_found_error', 429: 'rate_limit_error' }

export const anthropic: VendorApi = {
  credential: ['x-api-key', 'anthropic-vendor-key'],
  refusal: (status, text) => ({
    status,
    body: { type: 'error', error: { type: types[status] ?? 'api_error', message: text }, request_id: 'req_1' },
  }),
  answer: (request) => {
    const { path } = request
    if (path === '/v1/messages') return messages(request)
    if (path === '/v1/messages/count_tokens') return { body: { input_tokens: 42 } }
    if (path.startsWith('/v1/messages/batches')) return batches(request)
    if (path.startsWith('/v1/files')) return files(request)
    const model = { type: 'model', id: 'claude-sonnet-4-5', display_name: 'Claude', created_at: '2026-01-01T00:00:00Z' }
    return path === '/v1/models' ? { body: { data: [model], has_more: false, first_id: null, last_id: null } } : undefined
  },
}
