import type { Socket as Native } from 'bun'
import type { ServerSocket, SocketEvents } from './socket.ts'

/** A connection of Bun: its `write` takes what fits, so what does not waits here. */
export class BunSocket implements ServerSocket {
  /** Asked for at once: of a connection that has closed Bun 1.4.5 says `undefined`, whatever its types say. */
  readonly remoteAddress: string | null
  readonly #native: Native<BunSocket>
  readonly #waiting: Uint8Array[] = []
  #unsent = 0
  #ending: 'end' | 'shutdown' | undefined
  #closed = false
  events: SocketEvents | undefined

  constructor(native: Native<BunSocket>) {
    this.#native = native
    const address: string | undefined = native.remoteAddress
    this.remoteAddress = address ?? null
  }

  get unsent(): number {
    return this.#unsent
  }

  write(bytes: Uint8Array): boolean {
    if (this.#closed) return true
    if (this.#waiting.length === 0) {
      const written = Math.max(0, this.#native.write(bytes))
      if (written === bytes.length) return true
      bytes = bytes.subarray(written)
    }
    this.#waiting.push(bytes)
    this.#unsent += bytes.length
    return false
  }

  pause(): void {
    this.#native.pause()
  }

  resume(): void {
    this.#native.resume()
  }

  end(): void {
    this.#ending = 'end'
    if (this.#unsent === 0) this.#native.end()
  }

  halfClose(): void {
    this.#ending = 'shutdown'
    if (this.#unsent === 0) this.#native.shutdown()
  }

  destroy(): void {
    this.#forget()
    this.#native.terminate()
  }

  /** The native connection takes bytes again. */
  drain(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const written = Math.max(0, this.#native.write(next))
      this.#unsent -= written
      if (written < next.length) {
        this.#waiting[0] = next.subarray(written)
        return
      }
      this.#waiting.shift()
    }
    if (this.#ending === undefined) this.events?.drained()
    else this.#native[this.#ending]()
  }

  ended(): void {
    this.events?.ended?.()
  }

  close(error: Error | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.#forget()
    this.events?.closed(error)
  }

  #forget(): void {
    this.#waiting.length = 0
    this.#unsent = 0
  }
}

/** What Bun tells of a connection, told to its `BunSocket`. */
export const nativeHandler = {
  data: (native: Native<BunSocket>, bytes: Uint8Array): void => native.data.events?.data(bytes),
  drain: (native: Native<BunSocket>): void => native.data.drain(),
  end: (native: Native<BunSocket>): void => native.data.ended(),
  close: (native: Native<BunSocket>, error?: Error): void => native.data.close(error),
  error: (native: Native<BunSocket>, error: Error): void => native.data.close(error),
} as const
