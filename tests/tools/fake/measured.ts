import { createHash } from 'node:crypto'
import { arrayOf, numberOf, stringOf, type JsonObject } from '@switchyard/wire'

/** A request for something besides chat, as the fake models see it. */
export interface MeasuredRequest {
  readonly path: string
  readonly contentType: string
  readonly body: Buffer
  readonly json: JsonObject
}

export interface MeasuredAnswer {
  readonly status: number
  readonly contentType: string
  readonly events: readonly (string | Uint8Array)[]
}

export const fakeSpeech: readonly Uint8Array[] = [
  Buffer.from([0xff, 0xfb, 1, 2]),
  Buffer.from([3, 4, 5]),
  Buffer.from([6, 0, 255]),
]

const json = (value: JsonObject): MeasuredAnswer => ({
  status: 200,
  contentType: 'application/json',
  events: [JSON.stringify(value)],
})

/** OpenAI's images, speech, transcriptions and moderations, and Cohere's rerank: what they answer tells what they were sent. */
export function measuredAnswer(request: MeasuredRequest): MeasuredAnswer | undefined {
  const { path, json: body } = request
  if (path.endsWith('/images/generations')) return json(images(numberOf(body['n']) ?? 1, stringOf(body['prompt']) ?? ''))
  if (path.endsWith('/images/edits')) return json(images(1, fieldIn(request, 'prompt')))
  if (path.endsWith('/audio/speech')) return { status: 200, contentType: 'audio/mpeg', events: fakeSpeech }
  if (path.endsWith('/audio/transcriptions')) return transcript(request)
  if (path.endsWith('/moderations')) return json(moderation(body))
  if (path.endsWith('/rerank')) return json(ranking(body))
  return undefined
}

const images = (count: number, prompt: string): JsonObject => ({
  created: 1,
  data: Array.from({ length: count }, () => ({ b64_json: Buffer.from(prompt).toString('base64') })),
  usage: {
    input_tokens: 50,
    output_tokens: 50,
    total_tokens: 100,
    input_tokens_details: { text_tokens: 10, image_tokens: 40 },
  },
})

function transcript(request: MeasuredRequest): MeasuredAnswer {
  const sha256 = createHash('sha256').update(fileIn(request)).digest('hex')
  const format = fieldIn(request, 'response_format')
  if (format === 'srt')
    return { status: 200, contentType: 'text/plain', events: [`1\n00:00:00,000 --> 00:00:01,000\n${sha256}\n`] }
  return json({ text: sha256, usage: { type: 'duration', seconds: 12 } })
}

const moderation = (body: JsonObject): JsonObject => ({
  id: 'modr-1',
  model: body['model'],
  results: [{ flagged: stringOf(body['input'])?.includes('bad') ?? false, categories: {}, category_scores: {} }],
})

const ranking = (body: JsonObject): JsonObject => ({
  id: 'rerank-1',
  results: arrayOf(body['documents']).map((_, index) => ({ index, relevance_score: 1 / (index + 1) })),
  meta: { billed_units: { search_units: 1 } },
})

/** Parts of a form, read without the code that is tested. */
function partsIn({ contentType, body }: MeasuredRequest): readonly { readonly head: string; readonly value: Buffer }[] {
  const boundary = /boundary=(\S+)/.exec(contentType)?.[1] ?? ''
  return body
    .toString('latin1')
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const end = part.indexOf('\r\n\r\n')
      return { head: part.slice(0, end), value: Buffer.from(part.slice(end + 4, -2), 'latin1') }
    })
}

const fieldIn = (request: MeasuredRequest, name: string): string =>
  partsIn(request)
    .find(({ head }) => head.includes(`name="${name}"`))
    ?.value.toString('utf8') ?? ''

const fileIn = (request: MeasuredRequest): Buffer =>
  partsIn(request).find(({ head }) => head.includes('filename='))?.value ?? Buffer.alloc(0)
