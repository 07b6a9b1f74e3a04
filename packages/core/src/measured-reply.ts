import {
  fail,
  isObject,
  makeUsage,
  objectOf,
  openaiChatClient,
  parseJson,
  sseData,
  stringOf,
  type Echo,
  type GatewayError,
  type JsonObject,
  type StreamMeter,
  type Usage,
} from '@switchyard/wire'
import { BytesPipe } from './bytes-pipe.ts'
import type { Incoming } from './contracts.ts'
import { maxReplyBytes, readAll } from './incoming.ts'
import type { CallInputs, Measured, ReplyKind } from './operations/index.ts'
import { Binary } from './payload.ts'
import type { Pipe } from './pipe.ts'
import type { Ask } from './ask.ts'
import type { Prepared } from './prepare.ts'
import { RelayPipe } from './relay-pipe.ts'
import { parsed, refuseErrorBody, type Whole } from './whole.ts'

/** Pictures come as base64, ten in a reply. */
const maxMeasuredBytes = 8 * maxReplyBytes
const tolerance = 10

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const contentTypeOf = ({ headers }: Incoming): string => headers.get('content-type') ?? 'application/octet-stream'
const isJsonType = (type: string): boolean => type.includes('json')
const isEvents = (type: string): boolean => type.includes('event-stream')

/** Is the reply passed on while it comes? */
export function isPassedOn({ body }: Ask, measured: Measured, incoming: Incoming): boolean {
  const type = contentTypeOf(incoming)
  return isEvents(type) || (kindOf(body, measured) === 'bytes' && !isJsonType(type))
}

type Body = Ask['body']

const askedOf = (body: Body): CallInputs => ({ field: (name) => body.field(name), files: body.files ?? [] })

const kindOf = (body: Body, measured: Measured): ReplyKind => measured.replyKind(askedOf(body))

/** Reads the reply of an operation besides chat and counts what it is billed by. */
export async function readMeasured(incoming: Incoming, { body }: Ask, prepared: Prepared, measured: Measured): Promise<Whole> {
  const bytes = await readAll(incoming, maxMeasuredBytes)
  const type = contentTypeOf(incoming)
  const usageOf = (reply: JsonObject, replyBytes = 0): Usage => measuredUsage(body, measured, reply, replyBytes)
  if (prepared.decode !== undefined) {
    const json = isJsonType(type) || looksJson(bytes) ? parsedAny(bytes) : undefined
    if (isObject(json)) refuseErrorBody(json, prepared)
    const { reply, usage } = prepared.decode(json ?? new Binary(bytes, type))
    const counted = reply instanceof Binary ? usageOf({}, reply.bytes.length) : usageOf(reply)
    const whole: Pick<Whole, 'bytes' | 'contentType'> =
      reply instanceof Binary
        ? { bytes: reply.bytes, contentType: reply.contentType }
        : { bytes: encoder.encode(JSON.stringify(reply)) }
    return { ...whole, usage: makeUsage({ ...counted, ...usage }), characters: 0, providerId: idOf(reply) }
  }
  if (kindOf(body, measured) === 'text' && !isJsonType(type)) {
    if (bytes.length === 0) throw fail('bad_reply', 'The provider answered with an empty body.')
    return { bytes, contentType: type, usage: usageOf({}), characters: 0, providerId: undefined }
  }
  const json = parsed(bytes)
  refuseErrorBody(json, prepared)
  return { bytes, usage: usageOf(json), characters: 0, providerId: stringOf(json['id']) }
}

const idOf = (reply: JsonObject | Binary): string | undefined => (reply instanceof Binary ? undefined : stringOf(reply['id']))

const looksJson = (bytes: Uint8Array): boolean => bytes[0] === openObject || bytes[0] === openArray
const openObject = 123
const openArray = 91

function parsedAny(bytes: Uint8Array): unknown {
  const json = parseJson(decoder.decode(bytes))
  if (json === undefined) throw fail('bad_reply', 'The provider answered with something that is not JSON.')
  return json
}

/** What the reply says, unless it cannot be: a length far beyond what was sent is not believed. */
export function measuredUsage(body: Body, measured: Measured, reply: JsonObject, replyBytes: number): Usage {
  const inputs = askedOf(body)
  const usage = measured.count({ ...inputs, reply, replyBytes })
  const most: Readonly<Record<string, number | undefined>> = measured.most(inputs).units ?? {}
  const isPossible = Object.entries(usage.units ?? {}).every(
    ([unit, amount]) => amount <= (most[unit] ?? 0) * tolerance + tolerance,
  )
  return isPossible ? usage : { ...measured.count({ ...inputs, reply: {}, replyBytes: 0 }), estimated: true }
}

/** The pipe of a reply that is passed on while it comes. */
export function measuredPipe({ body }: Ask, measured: Measured, incoming: Incoming): Pipe {
  const usageOf = (reply: JsonObject, replyBytes: number): Usage => measuredUsage(body, measured, reply, replyBytes)
  if (!isEvents(contentTypeOf(incoming))) return new BytesPipe((length) => usageOf({}, length))
  return new MeasuredEvents(new EventMeter((reply) => usageOf(reply, 0)))
}

/** OpenAI's typed events (`transcript.text.delta`, `image_generation.completed`), relayed. */
class MeasuredEvents extends RelayPipe {
  constructor(meter: StreamMeter) {
    super({ ...openaiChatClient, meter: () => meter }, noEcho, false)
  }

  override failWith(error: GatewayError): Uint8Array {
    return encoder.encode(`event: error\n${sseData(JSON.stringify({ type: 'error', ...openaiChatClient.writeError(error) }))}`)
  }
}

/** Such events are not printed from the hub. */
const noEcho = (): Echo => {
  throw fail('internal', 'An event of an operation besides chat has no echo.')
}

class EventMeter implements StreamMeter {
  readonly #usageOf: (reply: JsonObject) => Usage
  #last: JsonObject = {}
  characters = 0
  finished = false
  error: GatewayError | undefined

  constructor(usageOf: (reply: JsonObject) => Usage) {
    this.#usageOf = usageOf
  }

  get usage(): Usage {
    return this.#usageOf(this.#last)
  }

  event(name: string, data: string): void {
    const event = objectOf(parseJson(data))
    if (event === undefined) return
    if (name === 'error' || event['type'] === 'error' || isObject(event['error'])) {
      this.error = openaiChatClient.readError(500, event)
      return
    }
    this.characters += data.length
    if (!/\.(?:done|completed)$/.test(stringOf(event['type']) ?? name)) return
    this.#last = event
    this.finished = true
  }
}
