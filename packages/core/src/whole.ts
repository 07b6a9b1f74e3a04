import {
  fail,
  findField,
  fieldValue,
  isGatewayError,
  isObject,
  makeUsage,
  replay,
  scanObject,
  stringOf,
  type ChatReply,
  type EventSink,
  type JsonObject,
  type Usage,
} from '@switchyard/wire'
import type { Incoming } from './contracts.ts'
import type { Deployment } from './deployment.ts'
import { maxReplyBytes, readAll } from './incoming.ts'
import { Binary } from './payload.ts'
import type { Prepared } from './prepare.ts'

/** A provider's JSON reply, ready for the client. */
export interface Whole {
  readonly bytes: Uint8Array
  /** Absent: JSON. */
  readonly contentType?: string
  readonly usage: Usage | undefined
  /** Bytes of the reply: the base of an estimate when no usage came. */
  readonly characters: number
  readonly providerId: string | undefined
  /** The reply in the hub, where a translation made it. */
  readonly chat?: ChatReply
}

/** How the client's shape prints a reply of the hub. */
export interface Printer {
  readonly whole: (reply: ChatReply) => JsonObject
  readonly stream: (out: (text: string) => void) => EventSink
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Reads the reply and says it in the client's shape. Bytes that are not a JSON object, or hold an error, throw. */
export async function readWhole(
  incoming: Incoming,
  deployment: Deployment,
  prepared: Prepared,
  printer: () => Printer,
): Promise<Whole> {
  const bytes = await readAll(incoming, maxReplyBytes)
  if (prepared.mode === 'relay') return relayed(bytes, prepared)
  const json = parsed(bytes)
  refuseErrorBody(json, prepared)
  const mended = deployment.provider.mend?.(json) ?? json
  if (prepared.decode !== undefined) {
    const { reply, usage } = prepared.decode(mended)
    if (reply instanceof Binary) throw badReply(bytes, undefined)
    return {
      bytes: encode(reply),
      usage: usage === undefined ? prepared.client.readUsage(reply) : makeUsage(usage),
      characters: 0,
      providerId: stringOf(reply['id']),
    }
  }
  const chat = prepared.protocol.readReply(mended, prepared.undo)
  return {
    bytes: encode(printer().whole(chat)),
    usage: chat.usage,
    characters: bytes.length,
    providerId: chat.id,
    chat,
  }
}

/** A provider that answered a streaming call with one JSON body: the same content as a stream. `printer` is told its model. */
export function asStream(whole: Whole, prepared: Prepared, printer: (said: string) => Printer): Uint8Array {
  const chat = whole.chat ?? prepared.protocol.readReply(parsed(whole.bytes), prepared.undo)
  let text = ''
  replay(
    chat,
    printer(chat.model).stream((piece) => (text += piece)),
  )
  return encoder.encode(text)
}

function relayed(bytes: Uint8Array, prepared: Prepared): Whole {
  const head = bytes.length <= maxParsed ? parsed(bytes) : scannedHead(bytes)
  refuseErrorBody(head, prepared)
  const usage = prepared.client.readUsage(head)
  return { bytes, usage, characters: bytes.length, providerId: stringOf(head['id']) ?? stringOf(head['responseId']) }
}

/** The small top-level fields of replies, in all dialects, that the account needs. */
const headFields = ['id', 'responseId', 'usage', 'usageMetadata', 'service_tier', 'error', 'type', 'status', 'model', 'x_groq']

/**
 * The runtime parses a short reply faster than we scan it (640 bytes in 0.5 against 2.4 µs, Bun 1.4.5, 2026-11-22); a long
 * one may be embeddings.
 */
const maxParsed = 16 * 1024

function scannedHead(bytes: Uint8Array): JsonObject {
  const head: JsonObject = {}
  try {
    const scan = scanObject(bytes)
    for (const name of headFields) {
      const field = findField(scan, name)
      if (field !== undefined) head[name] = fieldValue(bytes, field)
    }
    return head
  } catch (cause) {
    throw isGatewayError(cause) ? badReply(bytes, cause) : cause
  }
}

export function parsed(bytes: Uint8Array): JsonObject {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes))
    if (isObject(value)) return value
  } catch (cause) {
    throw badReply(bytes, cause)
  }
  throw badReply(bytes, undefined)
}

const badReply = (bytes: Uint8Array, cause: unknown): Error =>
  fail(
    'bad_reply',
    bytes.length === 0
      ? 'The provider answered with an empty body.'
      : 'The provider answered with something that is not a JSON object.',
    {},
    { cause },
  )

/** A 200 whose body is an error (OpenRouter and others): it is one. */
export function refuseErrorBody(json: JsonObject, prepared: Prepared): void {
  const { error } = json
  const isError = (isObject(error) || (typeof error === 'string' && error !== '')) && json['status'] !== 'incomplete'
  if (!isError || json['status'] === 'failed') return
  const code =
    isObject(error) && typeof error['code'] === 'number' && error['code'] >= 400 && error['code'] < 600 ? error['code'] : 500
  throw prepared.protocol.readError(code, json)
}

const encode = (json: JsonObject): Uint8Array => encoder.encode(JSON.stringify(json))
