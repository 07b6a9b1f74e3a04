import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGatewayError, type JsonObject, type Usage } from '@switchyard/wire'
import { costOf, loadCatalog, priceBound, unitBound } from '../catalog/index.ts'
import type { MeasuredOperation } from '../contracts.ts'
import type { FormFile } from '../payload.ts'
import { measuredOf, requireFields } from './index.ts'

const catalog = await loadCatalog()

interface Case {
  readonly operation: MeasuredOperation
  readonly provider: string
  readonly model: string
  readonly body: JsonObject
  readonly reply?: JsonObject
  readonly replyBytes?: number
  readonly files?: readonly FormFile[]
  readonly costNano: number
}

const file = (bytes: Uint8Array): FormFile => ({ field: 'file', filename: 'a', contentType: 'audio/x', bytes })

/** `rate` and `align` are what the header says; the samples are 16 bits of one channel at 8 kHz. */
function wav(seconds: number, { format = 1, sampleRate = 8000, bytesPerSecond = 16_000 } = {}): Uint8Array {
  const bytes = new Uint8Array(44 + 16_000 * seconds)
  const view = new DataView(bytes.buffer)
  const text = (at: number, words: string): void => bytes.set(new TextEncoder().encode(words), at)
  text(0, 'RIFF')
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, format, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, bytesPerSecond, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, 16_000 * seconds, true)
  return bytes
}

const imageUsage = {
  input_tokens: 50,
  output_tokens: 50,
  input_tokens_details: { text_tokens: 10, image_tokens: 40 },
}
const words = 'capital of the US?'
const documents = Array.from({ length: 250 }, (_, index) => `document ${index}`)

// Costs: the oracle's where it has the case (image_generation, transcription, rerank of openai, azure, cohere, jina_ai).
const cases: readonly Case[] = [
  {
    operation: 'image_generation',
    provider: 'openai',
    model: 'gpt-image-1',
    body: { prompt: 'x' },
    reply: { data: [{}], usage: imageUsage },
    costNano: 2_450_000,
  },
  {
    operation: 'image_generation',
    provider: 'openai',
    model: 'gpt-image-1',
    body: { prompt: 'x', n: 2, size: '1024x1536', quality: 'high' },
    reply: { data: [{}, {}] },
    costNano: 500_000_000,
  },
  {
    operation: 'image_edit',
    provider: 'openai',
    model: 'gpt-image-1',
    body: { prompt: 'x' },
    reply: { data: [{}], size: '1024x1024', quality: 'low' },
    files: [file(new Uint8Array(5))],
    costNano: 11_000_000,
  },
  {
    operation: 'transcription',
    provider: 'openai',
    model: 'whisper-1',
    body: {},
    reply: { text: 'x', duration: 1.5 },
    files: [file(wav(2))],
    costNano: 150_000,
  },
  {
    operation: 'transcription',
    provider: 'openai',
    model: 'whisper-1',
    body: {},
    reply: { usage: { type: 'duration', seconds: 2 } },
    files: [file(wav(2))],
    costNano: 200_000,
  },
  {
    operation: 'transcription',
    provider: 'openai',
    model: 'whisper-1',
    body: {},
    reply: { text: 'x' },
    files: [file(wav(2))],
    costNano: 200_000,
  },
  {
    operation: 'transcription',
    provider: 'openai',
    model: 'whisper-1',
    body: { response_format: 'srt' },
    files: [file(new Uint8Array(80_000))],
    costNano: 1_000_000,
  },
  {
    operation: 'transcription',
    provider: 'openai',
    model: 'gpt-4o-transcribe',
    body: {},
    reply: { usage: { type: 'tokens', input_tokens: 100, output_tokens: 10, input_token_details: { audio_tokens: 90 } } },
    files: [file(wav(10))],
    costNano: 350_000,
  },
  {
    operation: 'speech',
    provider: 'openai',
    model: 'tts-1',
    body: { input: 'Grüße 👋', voice: 'x' },
    replyBytes: 1000,
    costNano: 105_000,
  },
  {
    operation: 'speech',
    provider: 'openai',
    model: 'gpt-4o-mini-tts',
    body: { input: 'hi', voice: 'x', response_format: 'pcm' },
    replyBytes: 48_000,
    costNano: 250_600,
  },
  {
    operation: 'moderation',
    provider: 'openai',
    model: 'omni-moderation-latest',
    body: { input: 'bad words' },
    reply: {},
    costNano: 0,
  },
  {
    operation: 'rerank',
    provider: 'cohere',
    model: 'rerank-v3.5',
    body: { query: words, documents },
    reply: { meta: { billed_units: { search_units: 1 } } },
    costNano: 2_000_000,
  },
  {
    operation: 'rerank',
    provider: 'cohere',
    model: 'rerank-v3.5',
    body: { query: words, documents },
    reply: {},
    costNano: 6_000_000,
  },
  {
    operation: 'rerank',
    provider: 'jina_ai',
    model: 'jina-reranker-v2-base-multilingual',
    body: { query: words, documents },
    reply: { meta: { billed_units: { total_tokens: 50 } } },
    costNano: 2500,
  },
  {
    operation: 'ocr',
    provider: 'mistral',
    model: 'mistral-ocr-3',
    body: { document: { type: 'document_url' } },
    reply: { usage_info: { pages_processed: 3 } },
    costNano: 6_000_000,
  },
  {
    operation: 'ocr',
    provider: 'mistral',
    model: 'mistral-ocr-3',
    body: { document: { type: 'image_url' }, bbox_annotation_format: {} },
    reply: { pages: [{}] },
    costNano: 5_000_000,
  },
  { operation: 'search', provider: 'linkup', model: 'search', body: { query: ['a', 'b'] }, reply: {}, costNano: 11_740_000 },
]

const inputsOf = ({ body, files = [] }: Case) => ({ field: (name: string) => body[name], files })

const usageOf = (one: Case): Usage =>
  measuredOf(one.operation).count({ ...inputsOf(one), reply: one.reply ?? {}, replyBytes: one.replyBytes ?? 0 })

for (const [index, one] of cases.entries()) {
  test(`${one.operation} ${one.model} ${index}: costs what it should, and no more than was reserved`, () => {
    const prices = catalog.findSized(one.provider, one.model)?.prices ?? assert.fail('no prices')
    const { total } = costOf(prices, usageOf(one))
    assert.equal(total, one.costNano)
    const { units = {}, inputTokens = 0, outputTokens = 0 } = measuredOf(one.operation).most(inputsOf(one))
    const bound = unitBound(prices, units) + priceBound(prices, { inputTokens, maxOutputTokens: outputTokens })
    assert.ok(bound >= total, `${bound} < ${total}`)
  })
}

test('a header that lies about the length buys nothing', () => {
  const most = (bytes: Uint8Array): number =>
    measuredOf('transcription').most({ field: () => undefined, files: [file(bytes)] }).units?.['input-second'] ?? 0
  assert.equal(most(wav(10)), 10)
  // The rate of bytes is computed, not believed; a packed format is bounded by its size; a torn header too.
  assert.equal(most(wav(10, { bytesPerSecond: 2 ** 31 })), 10)
  assert.ok(most(wav(10, { format: 2 })) > 200)
  assert.ok(most(wav(10).subarray(0, 20)) < 1)
  assert.ok(most(new Uint8Array(7500)) === 10)
})

test('subtitles are text, everything else JSON or bytes', () => {
  const kind = (operation: MeasuredOperation, body: JsonObject) =>
    measuredOf(operation).replyKind({ field: (name) => body[name], files: [] })
  assert.equal(kind('transcription', {}), 'json')
  for (const format of ['text', 'srt', 'vtt']) assert.equal(kind('translation', { response_format: format }), 'text')
  assert.equal(kind('speech', {}), 'bytes')
  assert.equal(kind('rerank', {}), 'json')
})

test('what a request must hold, as a field or as a file', () => {
  const has = (operation: MeasuredOperation, body: JsonObject, files: readonly FormFile[] = []): void =>
    requireFields(measuredOf(operation), { field: (name) => body[name], files })
  has('image_edit', { prompt: 'x' }, [{ ...file(new Uint8Array(1)), field: 'image[]' }])
  has('speech', { input: 'x', voice: 'y' })
  for (const [operation, body, param] of [
    ['image_edit', { prompt: 'x' }, 'image'],
    ['speech', { input: 'x' }, 'voice'],
    ['rerank', { query: 'x', documents: null }, 'documents'],
  ] as const) {
    assert.throws(
      () => has(operation, body),
      (error) => isGatewayError(error) && error.kind === 'bad_request' && error.facts.param === param,
    )
  }
})
