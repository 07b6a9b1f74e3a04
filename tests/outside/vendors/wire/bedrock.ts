import { arrayOf, objectOf, type JsonObject } from '@switchyard/wire'
import { awsFrame } from '../../../tools/fake/clouds.ts'
import { vectorOf, type VendorApi, type VendorReply, type VendorRequest } from '../fake-vendor.ts'

// docs.aws.amazon.com/bedrock/latest/APIReference: Converse, ConverseStream, InvokeModel and its stream.

const stream = (events: readonly (readonly [string, JsonObject])[]): VendorReply => ({
  headers: { 'content-type': 'application/vnd.amazon.eventstream' },
  body: events.map(([type, payload]) =>
    awsFrame({ ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }, payload),
  ),
})

const words = (text: string): readonly string[] => text.split(/(?<= )/)
const usage = { inputTokens: 10, outputTokens: 4, totalTokens: 14 }
const metrics = { latencyMs: 12 }

function textIn({ json }: VendorRequest): string {
  const content = objectOf(arrayOf(json['messages']).at(-1))?.['content']
  const said = typeof content === 'string' ? content : objectOf(arrayOf(content)[0])?.['text']
  return `vendor says ${String(said)}`
}

const converse = (request: VendorRequest): VendorReply => ({
  body: {
    output: { message: { role: 'assistant', content: [{ text: textIn(request) }] } },
    stopReason: 'end_turn',
    usage,
    metrics,
  },
})

const converseStream = (request: VendorRequest): VendorReply =>
  stream([
    ['messageStart', { role: 'assistant' }],
    ...words(textIn(request)).map((text): readonly [string, JsonObject] => [
      'contentBlockDelta',
      { contentBlockIndex: 0, delta: { text } },
    ]),
    ['contentBlockStop', { contentBlockIndex: 0 }],
    ['messageStop', { stopReason: 'end_turn' }],
    ['metadata', { usage, metrics }],
  ])

const counted = { input_tokens: 10, output_tokens: 4 }
const messageOf = (content: readonly JsonObject[], stop: string | null, of: JsonObject): JsonObject => ({
  id: 'msg_bdrk_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage: of,
})

/** Of InvokeModel the body and the reply are the model's own. */
function invoke(request: VendorRequest, model: string): VendorReply | undefined {
  const { json } = request
  const tokens = { 'x-amzn-bedrock-input-token-count': '10', 'x-amzn-bedrock-output-token-count': '4' }
  if (model.includes('anthropic')) return { body: messageOf([{ type: 'text', text: textIn(request) }], 'end_turn', counted) }
  if (model.includes('meta'))
    return {
      headers: tokens,
      body: {
        generation: `vendor says ${String(json['prompt'])}`,
        prompt_token_count: 10,
        generation_token_count: 4,
        stop_reason: 'stop',
      },
    }
  return model.includes('titan-embed') ? { body: { embedding: vectorOf(json['inputText']), inputTextTokenCount: 3 } } : undefined
}

function invokeStream(request: VendorRequest): VendorReply {
  const start = messageOf([], null, { input_tokens: 10, output_tokens: 1 })
  const events: readonly JsonObject[] = [
    { type: 'message_start', message: start },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...words(textIn(request)).map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 4 } },
    { type: 'message_stop' },
  ]
  return stream(events.map((event) => ['chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') }]))
}

const names: Readonly<Record<number, string>> = {
  401: 'UnrecognizedClientException',
  404: 'ResourceNotFoundException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
}

export const bedrock: VendorApi = {
  credential: ['authorization', 'AWS4-HMAC-SHA256 Credential=AKIAVENDORKEY0000000/'],
  refusal: (status, message) => ({
    status,
    headers: { 'x-amzn-errortype': `${names[status] ?? 'ValidationException'}:http://internal.amazon.com/coral/` },
    body: { message },
  }),
  answer: (request) => {
    const [, model = '', action = ''] = /^\/model\/(.+)\/([\w-]+)$/.exec(request.path) ?? []
    if (action === 'converse') return converse(request)
    if (action === 'converse-stream') return converseStream(request)
    if (action === 'invoke-with-response-stream') return invokeStream(request)
    if (action === 'count-tokens') return { body: { inputTokens: 42 } }
    return action === 'invoke' ? invoke(request, model) : undefined
  },
}
