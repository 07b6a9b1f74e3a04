import { estimateTokens, manners, type Endpoint } from '@switchyard/core'
import { isObject, makeUsage, parseJson, ReplyCollector, SseParser, type Usage } from '@switchyard/wire'

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

export const usageOfReply = (endpoint: Endpoint, isEvents: boolean): ReplyUsage =>
  !isEvents ? new WholeUsage(endpoint) : endpoint.speaks === undefined ? new EventUsage(endpoint) : new OwnEventUsage(endpoint)

const estimated = (requestBytes: number, characters: number): Usage =>
  makeUsage({ input: estimateTokens(requestBytes), output: estimateTokens(characters), estimated: true })

class WholeUsage implements ReplyUsage {
  readonly #endpoint: Endpoint
  readonly #pieces: Uint8Array[] = []
  #length = 0
  readonly finished = false
  readonly failed = false

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint
  }

  push(piece: Uint8Array): void {
    this.#length += piece.length
    if (this.#length <= mostKept) this.#pieces.push(piece)
    else this.#pieces.length = 0
  }

  usage(requestBytes: number): Usage {
    const json = this.#length <= mostKept ? parseJson(decoder.decode(Buffer.concat(this.#pieces))) : undefined
    return this.#said(json) ?? estimated(requestBytes, this.#length)
  }

  /** Streams of JSON lists (Gemini without `alt=sse`) say it in their last item. */
  #said(json: unknown): Usage | undefined {
    const { shape, speaks } = this.#endpoint
    const last: unknown = Array.isArray(json) ? json.at(-1) : json
    if (!isObject(last)) return undefined
    return speaks === undefined ? manners(shape).readUsage(last) : speaks.readReply(last).usage
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
