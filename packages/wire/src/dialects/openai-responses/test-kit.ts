import { readdirSync, readFileSync } from 'node:fs'
import { ReplyCollector } from '../../collect.ts'
import type { Echo, ModelTraits } from '../../dialect.ts'
import { SseParser } from '../../framing/sse.ts'
import type { ChatReply, EventSink } from '../../hub.ts'
import { isObject, parseJson, type JsonObject } from '../../json.ts'
import { openaiResponses } from './index.ts'

/** What the tests of this dialect share. */
const folder = new URL('../../../../../fixtures/dialects/openai-responses/', import.meta.url)

export const fixtureNames = (ending: string): string[] => readdirSync(folder).filter((name) => name.endsWith(ending))
export const fixtureText = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

export function fixture(name: string): JsonObject {
  const body = parseJson(fixtureText(name))
  if (!isObject(body)) throw new Error(`${name} is not a JSON object`)
  return body
}

export const traits: ModelTraits = { id: 'gpt-5', supports: new Set(), lacks: new Set() }
export const callId = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'

export const echo = (model: string, request: JsonObject = { model, input: 'x' }): Echo => ({
  model,
  request: openaiResponses.readRequest(request),
  callId,
  now: 1767225600,
})

export interface WireEvent {
  readonly name: string
  readonly data: JsonObject
}

/** The events of a stream as its client sees them. */
export function framed(sse: string): WireEvent[] {
  const events: WireEvent[] = []
  const parser = new SseParser((name, text) => {
    const data = parseJson(text)
    if (isObject(data)) events.push({ name, data })
  })
  parser.push(new TextEncoder().encode(sse))
  parser.end()
  return events
}

/** Reads a stream's bytes into `sink`. */
export function feed(sse: string, sink: EventSink): void {
  const reader = openaiResponses.reader(sink)
  const parser = new SseParser((name, data) => reader.event(name, data))
  parser.push(new TextEncoder().encode(sse))
  parser.end()
  reader.end()
}

export function collect(sse: string): ReplyCollector {
  const collector = new ReplyCollector()
  feed(sse, collector)
  return collector
}

/** What every client gets of a reply, whatever its notes. */
export function plain(reply: ChatReply): unknown {
  return reply.choices.map(({ blocks, stop, rawStop, logprobs }) => ({
    blocks: blocks.map(({ extra: _extra, ...block }) =>
      block.type === 'text' ? { ...block, citations: block.citations ?? [] } : block,
    ),
    stop,
    rawStop,
    logprobs,
  }))
}

/** The output, status and usage of the final response in a stream. */
export const finalResponse = (events: readonly WireEvent[]): JsonObject => {
  const response = events.at(-1)?.data['response']
  if (!isObject(response)) throw new Error('the stream has no final response')
  return response
}

/** What a field may hold that it should not. */
export const wrongValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  '',
  'text',
  [],
  [null],
  [1],
  ['text'],
  [[]],
  {},
  { type: 1, role: [], text: {} },
]

/** Every place in a JSON value, as the keys that lead to it. */
export function* places(value: unknown, at: readonly (string | number)[] = []): Generator<readonly (string | number)[]> {
  if (at.length > 0) yield at
  if (Array.isArray(value)) for (const [index, entry] of value.entries()) yield* places(entry, [...at, index])
  else if (isObject(value)) for (const key of Object.keys(value)) yield* places(value[key], [...at, key])
}

/** A copy of `value` with another value at one place. */
export function replaced(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (key === undefined) return by
  if (Array.isArray(value)) return value.map((entry: unknown, index) => (index === key ? replaced(entry, rest, by) : entry))
  return isObject(value) ? { ...value, [key]: replaced(value[key], rest, by) } : value
}
