import { bodyDecoder, type BodyDecoder } from './body-decoder.ts'
import type { BodyLength } from './fields.ts'

/** More than this waits in the client's socket, not here. */
export const mostWaiting = 256 * 1024

const nothing = new Uint8Array(0)

/** A body that arrives on a connection and is read once: whole, or piece by piece. What is not read yet waits, in bounds. */
export class IncomingBody {
  readonly #decoder: BodyDecoder
  readonly #wantsMore: () => void
  #pieces: Uint8Array[] = []
  #waiting = 0
  #failure: Error | undefined
  #wake: (() => void) | undefined

  /** `wantsMore`: called when a reader has taken what waited, or waits itself. */
  constructor(length: BodyLength | 'close', wantsMore: () => void) {
    this.#decoder = bodyDecoder(length)
    this.#wantsMore = wantsMore
  }

  get complete(): boolean {
    return this.#decoder.done
  }

  /** Too much waits: the connection should be read no further. */
  get full(): boolean {
    return this.#waiting > mostWaiting
  }

  /** Answers the bytes behind the body's end. */
  feed(bytes: Uint8Array): Uint8Array {
    const rest = this.#decoder.feed(bytes, this.#keep)
    this.#rouse()
    return rest
  }

  /** The connection is over: a body without its end is broken. */
  fail(error: Error): void {
    if (this.complete) return
    this.#failure ??= error
    this.#rouse()
  }

  /** The connection's end is the body's, where nothing else marks it. */
  endWithConnection(): void {
    this.#closed = true
    this.#rouse()
  }
  #closed = false

  get #over(): boolean {
    return this.complete || this.#closed
  }

  async bytes(): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for await (const piece of this) parts.push(piece)
    return parts.length === 1 ? (parts[0] ?? nothing) : Buffer.concat(parts)
  }

  /** All of it, when it has come. */
  received(): Uint8Array | undefined {
    if (!this.#over || this.#failure !== undefined) return undefined
    return this.#take() ?? nothing
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const piece = this.#take()
      if (piece !== undefined) yield piece
      else if (this.#failure !== undefined) throw this.#failure
      else if (this.#over) return
      else await this.arrival()
    }
  }

  /** What waits now; undefined when nothing does. */
  takeNow(): Uint8Array | undefined {
    return this.#take()
  }

  /** Throws what broke the body; true when nothing more comes. */
  get ended(): boolean {
    if (this.#waiting > 0) return false
    if (this.#failure !== undefined) throw this.#failure
    return this.#over
  }

  /** Resolves when there is something to take, or an end. */
  arrival(): Promise<void> {
    this.#wantsMore()
    return new Promise((resolve) => (this.#wake = resolve))
  }

  readonly #keep = (piece: Uint8Array): void => {
    this.#pieces.push(piece)
    this.#waiting += piece.length
  }

  #take(): Uint8Array | undefined {
    const { length } = this.#pieces
    if (length === 0) return undefined
    const pieces = this.#pieces
    const wasFull = this.full
    this.#pieces = []
    this.#waiting = 0
    if (wasFull) this.#wantsMore()
    return length === 1 ? pieces[0] : Buffer.concat(pieces)
  }

  #rouse(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
