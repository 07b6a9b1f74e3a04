import { arrayOf, type JsonObject } from '@switchyard/wire'
import { events, ranked, vectorOf, type VendorApi, type VendorReply, type VendorRequest } from '../fake-vendor.ts'
import { lastSaid } from './openai-like.ts'

// docs.cohere.com/reference: chat, chat-stream, embed, rerank and list-models, of versions 1 and 2.

const usage = { billed_units: { input_tokens: 10, output_tokens: 4 }, tokens: { input_tokens: 10, output_tokens: 4 } }

function chat(request: VendorRequest): VendorReply {
  const text = `vendor says ${lastSaid(request)}`
  const id = 'c14c80c3-18eb-4519-9460-6c92edd8cfb4'
  const content = [{ type: 'text', text }]
  if (request.json['stream'] !== true)
    return { body: { id, finish_reason: 'COMPLETE', message: { role: 'assistant', content }, usage } }
  const empty = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] }
  const delta = (type: string, message: JsonObject): JsonObject => ({ type, index: 0, delta: { message } })
  return events(
    [
      { id, type: 'message-start', delta: { message: empty } },
      delta('content-start', { content: { type: 'text', text: '' } }),
      ...text.split(/(?<= )/).map((word) => delta('content-delta', { content: { text: word } })),
      { type: 'content-end', index: 0 },
      { id, type: 'message-end', delta: { finish_reason: 'COMPLETE', usage } },
    ],
    { named: true },
  )
}

/** Version 1 streams lines of JSON. */
function olderChat({ json }: VendorRequest): VendorReply {
  const text = `vendor says ${String(json['message'])}`
  const whole = {
    response_id: 'r1',
    generation_id: 'g1',
    text,
    finish_reason: 'COMPLETE',
    chat_history: [],
    meta: { api_version: { version: '1' }, ...usage },
  }
  if (json['stream'] !== true) return { body: whole }
  const lines: readonly JsonObject[] = [
    { is_finished: false, event_type: 'stream-start', generation_id: 'g1' },
    ...text.split(/(?<= )/).map((word) => ({ is_finished: false, event_type: 'text-generation', text: word })),
    { is_finished: true, event_type: 'stream-end', response: whole, finish_reason: 'COMPLETE' },
  ]
  return {
    headers: { 'content-type': 'application/stream+json' },
    body: lines.map((line) => `${JSON.stringify(line)}\n`),
  }
}

const embed = ({ json }: VendorRequest): VendorReply => ({
  body: {
    id: 'e1',
    embeddings: { float: arrayOf(json['texts']).map(vectorOf) },
    texts: json['texts'],
    meta: { api_version: { version: '2' }, billed_units: { input_tokens: 6 } },
    response_type: 'embeddings_by_type',
  },
})

const rerank = ({ json }: VendorRequest): VendorReply => ({
  body: {
    id: 'r1',
    results: ranked(arrayOf(json['documents']), json['top_n']),
    meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
  },
})

const models: VendorReply = {
  body: { models: [{ name: 'command-a-03-2025', endpoints: ['chat'], finetuned: false, context_length: 256_000 }] },
}

export const cohere: VendorApi = {
  credential: ['authorization', 'Bearer cohere-vendor-key'],
  refusal: (status, message) => ({ status, body: { id: 'e1', message } }),
  answer: (request) => {
    const { path } = request
    if (path === '/v2/chat') return chat(request)
    if (path === '/v1/chat') return olderChat(request)
    if (path === '/v2/embed') return embed(request)
    if (path === '/v2/rerank') return rerank(request)
    return path === '/v1/models' ? models : undefined
  },
}
