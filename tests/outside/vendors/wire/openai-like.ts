import { arrayOf, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { events, vectorOf, type VendorReply, type VendorRequest } from '../fake-vendor.ts'

const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 }

/** What was said last, in OpenAI's messages. */
export function lastSaid({ json }: VendorRequest): string {
  const message = objectOf(arrayOf(json['messages']).at(-1))
  const content = message?.['content']
  return stringOf(content) ?? stringOf(objectOf(arrayOf(content)[0])?.['text']) ?? ''
}

/** OpenAI's chat completions, as compatible vendors document them; `tail` stands in the last chunk. */
export function chat(request: VendorRequest, said = lastSaid(request), tail: JsonObject = { usage }): VendorReply {
  const { json } = request
  const head = { id: 'chat-1', created: 1_700_000_000, model: json['model'] }
  const content = `vendor says ${said}`
  if (json['stream'] !== true) {
    const choice = { index: 0, message: { role: 'assistant', content }, finish_reason: 'stop', logprobs: null }
    return { body: { ...head, object: 'chat.completion', choices: [choice], usage } }
  }
  const chunk = (delta: JsonObject, finish: string | null, more: JsonObject = {}): JsonObject => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
    ...more,
  })
  const words = content.split(/(?<= )/)
  const deltas = words.map((word) => chunk({ content: word }, null))
  return events([chunk({ role: 'assistant', content: '' }, null), ...deltas, chunk({}, 'stop', tail)], { done: true })
}

export function embeddings({ json }: VendorRequest, usageOf: JsonObject = { prompt_tokens: 6, total_tokens: 6 }): VendorReply {
  const input: unknown = json['input']
  const data = (Array.isArray(input) ? input : [input]).map((text: unknown, index) => ({
    object: 'embedding',
    index,
    embedding: json['encoding_format'] === 'base64' ? base64Of(vectorOf(text)) : vectorOf(text),
  }))
  return { body: { id: 'emb-1', object: 'list', data, model: json['model'], usage: usageOf } }
}

const base64Of = (vector: readonly number[]): string => Buffer.from(new Float32Array(vector).buffer).toString('base64')

export const modelList = (id: string, more: JsonObject = {}): VendorReply => ({
  body: { object: 'list', data: [{ id, object: 'model', created: 1, owned_by: 'vendor', ...more }] },
})

/** OpenAI's shape of an error. */
export const refuse = (status: number, message: string): VendorReply => ({
  status,
  body: { error: { message, type: 'vendor_error', param: null, code: `code_${status}` } },
})
