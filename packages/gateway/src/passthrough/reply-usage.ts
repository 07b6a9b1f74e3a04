import {
  estimateTokens,
  manners,
  measuredOf,
  measuredUsage,
  type Ask,
  type Endpoint,
  type Measured,
  type PassedCall,
} from '@switchyard/core'
import {
  isObject,
  makeUsage,
  objectOf,
  parseJson,
  ReplyCollector,
  SseParser,
  stringOf,
  type JsonObject,
  type Usage,
} from '@switchyard/wire'
import type { KnownCall } from './known-call.ts'

/** Longer replies are not kept to be read; what they cost is estimated. */
const mostKept = 16 * 1024 * 1024
const decoder = new TextDecoder()

/** Reads along with a reply that is passed on as it is, for what it says of its usage. */
export interface ReplyUsage {
  push(piece: Uint8Array): void
  /** The last event of a stream is among what was pushed. */
  readonly finished: boolean
  /** What was used, as far as it is known now. */
  usage(requestBytes: number): Usage
  readonly failed: boolean
}

/** A known call that was read. */
export interface MeteredCall extends KnownCall {
  readonly ask: Ask
}

export function usageOfReply(call: MeteredCall, contentType: string): ReplyUsage {
  const { endpoint, operation, ask, passed } = call
  const isEvents = /event-stream|eventstream|ndjson|stream\+json/.test(contentType)
  const measured = measuredOf(operation)
  if (measured !== undefined) return new MeasuredUsage({ ask, measured, passed, isEvents, isJson: contentType.includes('json') })
  if (!isEvents) return new WholeUsage(call)
  return endpoint.speaks === undefined ? new EventUsage(endpoint) : new OwnEventUsage(endpoint)
}

const estimated = (requestBytes: number, characters: number): Usage =>
  makeUsage({ input: estimateTokens(requestBytes), output: estimateTokens(characters), estimated: true })

/** The bytes of a reply, to be read as JSON when they are all there. */
class Kept {
  readonly #pieces: Uint8Array[] = []
  length = 0

  push(piece: Uint8Array): void {
    this.length += piece.length
    if (this.length <= mostKept) this.#pieces.push(piece)
    else this.#pieces.length = 0
  }

  get json(): unknown {
    return this.length <= mostKept ? parseJson(decoder.decode(Buffer.concat(this.#pieces))) : undefined
  }
}

class WholeUsage implements ReplyUsage {
  readonly #call: MeteredCall
  readonly #kept = new Kept()
  readonly finished = false
  readonly failed = false

  constructor(call: MeteredCall) {
    this.#call = call
  }

  push(piece: Uint8Array): void {
    this.#kept.push(piece)
  }

  usage(requestBytes: number): Usage {
    const vectors = this.#call.operation === 'embedding'
    return this.#said(this.#kept.json) ?? estimated(requestBytes, vectors ? 0 : this.#kept.length)
  }

  /** Streams of JSON lists (Gemini without `alt=sse`) say it in their last item. */
  #said(json: unknown): Usage | undefined {
    const { passed, endpoint } = this.#call
    const { shape, speaks } = endpoint
    const own = passed?.usage?.(json)
    if (own !== undefined) return makeUsage(own)
    const last: unknown = Array.isArray(json) ? json.at(-1) : json
    if (!isObject(last)) return undefined
    return speaks === undefined ? manners(shape).readUsage(last) : speaks.readReply(last).usage
  }
}

interface MeasuredReply {
  readonly ask: Ask
  readonly measured: Measured
  readonly passed: PassedCall | undefined
  readonly isEvents: boolean
  readonly isJson: boolean
}

/** Of an operation besides chat: its reply in JSON, as typed events whose last one counts, or as bytes. */
class MeasuredUsage implements ReplyUsage {
  readonly #of: MeasuredReply
  readonly #kept = new Kept()
  readonly #parser = new SseParser((name, data) => this.#event(name, data))
  #last: JsonObject = {}
  #length = 0
  finished = false
  failed = false

  constructor(of: MeasuredReply) {
    this.#of = of
  }

  push(piece: Uint8Array): void {
    const { isEvents, isJson } = this.#of
    if (isEvents) this.#parser.push(piece)
    else if (isJson) this.#kept.push(piece)
    else this.#length += piece.length
  }

  #event(name: string, data: string): void {
    const event = objectOf(parseJson(data))
    if (event === undefined) return
    this.failed ||= name === 'error' || event['type'] === 'error'
    if (!/\.(?:done|completed)$/.test(stringOf(event['type']) ?? name)) return
    this.#last = event
    this.finished = true
  }

  usage(): Usage {
    const { ask, measured, passed, isEvents } = this.#of
    const reply = isEvents ? this.#last : objectOf(this.#kept.json)
    const counted = measuredUsage(ask.body, measured, reply ?? {}, this.#length)
    return makeUsage({ ...counted, ...passed?.usage?.(reply) })
  }
}

class EventUsage implements ReplyUsage {
  readonly #meter
  readonly #parser: SseParser
  constructor({ shape, reframer }: Endpoint) {
    this.#meter = manners(shape).meter()
    this.#parser = new SseParser((name, data) => {
      if (data !== '') this.#meter.event(name, data)
    })
    this.#reframer = reframer?.()
  }
  readonly #reframer

  push(piece: Uint8Array): void {
    this.#parser.push(this.#reframer === undefined ? piece : Buffer.from(this.#reframer.push(piece)))
  }

  get finished(): boolean {
    return this.#meter.finished
  }

  get failed(): boolean {
    return this.#meter.error !== undefined
  }

  usage(requestBytes: number): Usage {
    return this.#meter.usage ?? estimated(requestBytes, this.#meter.characters)
  }
}

/** Events of the provider's own protocol. */
class OwnEventUsage implements ReplyUsage {
  readonly #collector = new ReplyCollector()
  readonly #parser: SseParser
  readonly #reframer
  #length = 0
  constructor({ speaks, reframer }: Endpoint) {
    const reader = speaks?.reader(this.#collector)
    this.#parser = new SseParser((name, data) => reader?.event(name, data))
    this.#reframer = reframer?.()
  }

  push(piece: Uint8Array): void {
    this.#length += piece.length
    this.#parser.push(this.#reframer === undefined ? piece : Buffer.from(this.#reframer.push(piece)))
  }

  get finished(): boolean {
    return this.#collector.ended
  }

  get failed(): boolean {
    return this.#collector.error !== undefined
  }

  usage(requestBytes: number): Usage {
    return this.#collector.reply.usage ?? estimated(requestBytes, this.#length)
  }
}
