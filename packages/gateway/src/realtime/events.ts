import { manners } from '@switchyard/core'
import {
  fail,
  fieldText,
  fieldValue,
  findField,
  objectOf,
  parseJson,
  scanObject,
  splice,
  stringOf,
  type GatewayError,
  type JsonObject,
  type Scan,
} from '@switchyard/wire'
import type { Message } from '../http1/websocket.ts'
import { uuidv7 } from '../uuid.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** A client's event: checked, and read as far as its type. */
export interface ClientEvent {
  readonly type: string
  readonly bytes: Uint8Array
  readonly scan: Scan
}

/** Throws `bad_request` for what the provider might read in another way than we do. */
export function readClientEvent({ isText, bytes }: Message): ClientEvent {
  if (!isText) throw fail('bad_request', 'Events are texts, not binary messages.')
  const scan = scanObject(bytes)
  if (!scan.regular) throw fail('bad_request', 'A key stands twice in the event, or is written with escapes.')
  const field = findField(scan, 'type')
  const type = field?.kind === 'string' ? stringOf(fieldValue(bytes, field)) : undefined
  if (type === undefined) throw fail('bad_request', 'The event has no type.', { param: 'type' })
  return { type, bytes, scan }
}

/** The client's own id of its event, which errors about it name. */
export function eventIdOf({ bytes, scan }: ClientEvent): string | undefined {
  const field = findField(scan, 'event_id')
  return field === undefined ? undefined : stringOf(fieldValue(bytes, field))
}

export interface ModelNames {
  /** As the client asked for it. */
  readonly asked: string
  /** As the provider knows it. */
  readonly upstream: string
}

/** The event with the provider's name of the session's model. Another model than the session's is refused: it has other prices. */
export function withOwnModel(event: ClientEvent, { asked, upstream }: ModelNames): Uint8Array {
  const { bytes, scan } = event
  const session = findField(scan, 'session')
  if (session?.kind !== 'object') return bytes
  const inner = bytes.subarray(session.start, session.end)
  const innerScan = scanObject(inner)
  if (!innerScan.regular) throw fail('bad_request', 'A key stands twice in the session, or is written with escapes.')
  const field = findField(innerScan, 'model')
  if (field === undefined) return bytes
  const named = fieldValue(inner, field)
  if (named !== asked && named !== upstream)
    throw fail('bad_request', `A session keeps the model that it was opened with, "${asked}".`, { param: 'session.model' })
  if (named === upstream) return bytes
  const json = decoder.decode(splice(inner, innerScan, [{ do: 'set', key: 'model', json: JSON.stringify(upstream) }]))
  return splice(bytes, scan, [{ do: 'set', key: 'session', json }])
}

/** The base64 of an event that carries audio, measured; undefined for another event. */
export function audioSize({ bytes, scan, type }: ClientEvent): number | undefined {
  const field = type === 'input_audio_buffer.append' ? findField(scan, 'audio') : undefined
  return field === undefined ? undefined : fieldText(bytes, field).length
}

/** Types of a provider's events whose contents matter to the books. */
const read: ReadonlySet<string> = new Set([
  'session.created',
  'session.updated',
  'response.created',
  'response.done',
  'conversation.item.input_audio_transcription.completed',
  'error',
])
const isDelta = /^response\..*\.delta$/

/** The type stands at the head of an event; only there it is looked for before the whole is parsed. */
const typeAtHead = /^\s*\{\s*"type"\s*:\s*"([a-z_.0-9]+)"/
const headBytes = 256

/** A provider's event; undefined for one that says nothing to the books. */
export function readProviderEvent(bytes: Uint8Array): JsonObject | undefined {
  const type = typeAtHead.exec(decoder.decode(bytes.subarray(0, headBytes)))?.[1]
  if (type !== undefined && !read.has(type) && !isDelta.test(type)) return undefined
  return readJson(bytes)
}

export const readJson = (bytes: Uint8Array): JsonObject | undefined => objectOf(parseJson(decoder.decode(bytes)))

/** What a delta adds, and to which response. */
export function deltaOf(
  event: JsonObject,
): { readonly response: string; readonly kind: 'text' | 'audio'; readonly size: number } | undefined {
  const type = stringOf(event['type']) ?? ''
  const delta = stringOf(event['delta'])
  const response = stringOf(event['response_id'])
  // The transcript is what the audio says, and not billed beside it.
  if (!isDelta.test(type) || delta === undefined || response === undefined || type.includes('transcript')) return undefined
  return { response, kind: type.includes('audio') ? 'audio' : 'text', size: delta.length }
}

/** An `error` event as the provider would send it. */
export function errorEvent(error: GatewayError, causedBy?: string): Message {
  const written = objectOf(objectOf(manners('openai-chat').writeError(error))?.['error'])
  const event = { type: 'error', event_id: `event_${uuidv7()}`, error: { ...written, event_id: causedBy ?? null } }
  return { isText: true, bytes: encoder.encode(JSON.stringify(event)) }
}

export const eventMessage = (event: JsonObject): Message => ({ isText: true, bytes: encoder.encode(JSON.stringify(event)) })
