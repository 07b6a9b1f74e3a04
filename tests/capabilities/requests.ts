import type { MeasuredOperation, Operation, Shape } from '@switchyard/core'
import { arrayOf, numberOf, objectOf, objectsOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'

/** A request, and how it shows that it was served. */
export interface Proof {
  /** What stands in the matrix. */
  readonly feature: string
  readonly operation: Operation
  readonly shape: Shape
  readonly body: Readonly<JsonObject>
  /** The fixture that answers. */
  readonly reply: string
  /** How a list of losses names what is asked. */
  readonly asks?: readonly string[]
  /** The field of a form that holds a file. */
  readonly file?: string
  /** How a provider's reply tells it; one that does not is of a protocol that has no word for it. */
  readonly told?: RegExp
  /** Did the provider get what was asked? `body`: as Latin-1. */
  readonly sent?: (body: string) => boolean
  /** Did the client get what was answered? `events` are a stream's; of bytes there is only their number. */
  readonly got: (reply: JsonObject, events: readonly JsonObject[], byteCount: number) => boolean
}

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const hello = [{ role: 'user', content: 'Hello' }]
const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'Weather of a city.', parameters: city } }]
const verdict = {
  type: 'object',
  properties: { verdict: { type: 'string' } },
  required: ['verdict'],
  additionalProperties: false,
}
const format = { type: 'json_schema', json_schema: { name: 'ruling', schema: verdict, strict: true } }

const answerOf = (reply: JsonObject): JsonObject => objectOf(objectsOf(reply['choices'])[0]?.['message']) ?? {}
const callsOf = (reply: JsonObject): readonly JsonObject[] => objectsOf(answerOf(reply)['tool_calls'])
const cityOf = (call: JsonObject | undefined): unknown =>
  objectOf(parseJson(stringOf(objectOf(call?.['function'])?.['arguments']) ?? ''))?.['city']
const usageOf = (reply: JsonObject | undefined): JsonObject => objectOf(reply?.['usage']) ?? {}
const isCounted = (usage: JsonObject): boolean =>
  (numberOf(usage['prompt_tokens']) ?? 0) > 0 && (numberOf(usage['completion_tokens']) ?? 0) > 0
/** What the fixtures count of an answer. */
const counted = /\b20\b/
const content = (reply: JsonObject): string => stringOf(answerOf(reply)['content']) ?? ''

const offersTools = (body: string): boolean => body.includes('get_weather') && body.includes('Weather of a city.')

const chat = (feature: string, proof: Omit<Proof, 'feature' | 'operation' | 'shape'>): Proof => ({
  feature,
  operation: 'chat',
  shape: 'openai-chat',
  ...proof,
})

/** Columns of the matrix of chats. */
export const chatProofs: readonly Proof[] = [
  chat('text', {
    body: { messages: hello },
    reply: 'answer',
    got: (reply) => content(reply) !== '',
  }),
  chat('usage', {
    body: { messages: hello },
    reply: 'answer',
    told: counted,
    got: (reply) => isCounted(usageOf(reply)),
  }),
  chat('streaming usage', {
    body: { messages: hello, stream: true, stream_options: { include_usage: true } },
    reply: 'stream',
    told: counted,
    got: (_reply, events) => events.some((event) => isCounted(usageOf(event))),
  }),
  chat('tools', {
    body: { messages: hello, tools },
    reply: 'calls',
    asks: ['tools'],
    sent: offersTools,
    got: (reply) => cityOf(callsOf(reply)[0]) === 'Oslo',
  }),
  chat('parallel tools', {
    body: { messages: hello, tools },
    reply: 'calls',
    asks: ['tools'],
    told: /Bergen/,
    sent: offersTools,
    got: (reply) => callsOf(reply).map(cityOf).join() === 'Oslo,Bergen' && new Set(callsOf(reply).map(({ id }) => id)).size === 2,
  }),
  chat('JSON schema', {
    body: { messages: hello, response_format: format },
    reply: 'answer',
    asks: ['json-schema', 'response_format'],
    sent: (body) => body.includes('verdict'),
    got: (reply) => objectOf(parseJson(content(reply)))?.['verdict'] === 'yes',
  }),
  chat('vision', {
    body: {
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } }] }],
    },
    reply: 'answer',
    asks: ['image-data'],
    sent: (body) => body.includes(pixel) || body.includes(atob(pixel)),
    got: (reply) => content(reply) !== '',
  }),
  chat('reasoning', {
    body: { messages: hello, reasoning_effort: 'low' },
    reply: 'answer',
    asks: ['reasoning-effort', 'reasoning_effort'],
    sent: (body) => /reason|think|effort/i.test(body),
    got: (reply) => answerOf(reply)['reasoning_content'] === 'Weighing it.',
  }),
  chat('cached tokens', {
    body: { messages: hello },
    reply: 'answer',
    told: /\b64\b/,
    got: (reply) => objectOf(usageOf(reply)['prompt_tokens_details'])?.['cached_tokens'] === 64,
  }),
]

const measured = (operation: MeasuredOperation, shape: Shape, rest: Pick<Proof, 'body' | 'got' | 'file'>): Proof => ({
  feature: operation,
  operation,
  shape,
  reply: operation,
  ...rest,
})

const hasImage = (reply: JsonObject): boolean => {
  const [image] = objectsOf(reply['data'])
  return image?.['b64_json'] !== undefined || image?.['url'] !== undefined
}
const hasText = (reply: JsonObject): boolean => stringOf(reply['text']) === 'Hello'

/** Columns of the matrix of operations. */
export const operationProofs: readonly Proof[] = [
  {
    feature: 'completion',
    operation: 'completion',
    shape: 'openai-completions',
    body: { prompt: 'Hello' },
    reply: 'completion',
    got: (reply) => stringOf(objectsOf(reply['choices'])[0]?.['text']) !== undefined,
  },
  {
    feature: 'embedding',
    operation: 'embedding',
    shape: 'openai-embeddings',
    body: { input: 'Hello' },
    reply: 'embedding',
    got: (reply) => arrayOf(objectsOf(reply['data'])[0]?.['embedding']).join() === '0.5,0.25',
  },
  measured('image_generation', 'openai-images', { body: { prompt: 'Hello' }, got: hasImage }),
  measured('image_edit', 'openai-image-forms', { body: { prompt: 'Hello' }, file: 'image', got: hasImage }),
  measured('image_variation', 'openai-image-forms', { body: {}, file: 'image', got: hasImage }),
  measured('transcription', 'openai-transcriptions', { body: {}, file: 'file', got: hasText }),
  measured('translation', 'openai-transcriptions', { body: {}, file: 'file', got: hasText }),
  measured('speech', 'openai-speech', { body: { input: 'Hello', voice: 'alloy' }, got: (_reply, _events, count) => count > 0 }),
  measured('moderation', 'openai-moderations', {
    body: { input: 'Hello' },
    got: (reply) => objectsOf(reply['results'])[0]?.['flagged'] === false,
  }),
  measured('rerank', 'rerank', {
    body: { query: 'Hello', documents: ['a', 'b'] },
    got: (reply) => objectsOf(reply['results'])[0]?.['index'] === 1,
  }),
  measured('ocr', 'ocr', {
    body: { document: { type: 'document_url', document_url: 'data:application/pdf;base64,JVBERi0xLjcK' } },
    got: (reply) => objectsOf(reply['pages'])[0]?.['markdown'] === '# Hello',
  }),
  measured('search', 'search', { body: { query: 'Hello' }, got: (reply) => objectsOf(reply['results']).length > 0 }),
  measured('video', 'openai-videos', {
    body: { prompt: 'Hello', seconds: '4' },
    got: (reply) => reply['object'] === 'video' && stringOf(reply['id']) !== undefined,
  }),
]
