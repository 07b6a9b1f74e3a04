import type { Socket as Native } from 'bun'
import type { Socket, SocketEvents } from './socket.ts'

/** A connection of Bun: its `write` takes what fits, so what does not waits here. */
export class BunSocket implements Socket {
  readonly #native: Native<BunSocket>
  readonly #waiting: Uint8Array[] = []
  #ending = false
  #closed = false
  events: SocketEvents | undefined

  constructor(native: Native<BunSocket>) {
    this.#native = native
  }

  get remoteAddress(): string | null {
    return this.#native.remoteAddress
  }

  write(bytes: Uint8Array): boolean {
    if (this.#closed) return true
    if (this.#waiting.length === 0) {
      const written = Math.max(0, this.#native.write(bytes))
      if (written === bytes.length) return true
      bytes = bytes.subarray(written)
    }
    this.#waiting.push(bytes)
    return false
  }

  pause(): void {
    this.#native.pause()
  }

  resume(): void {
    this.#native.resume()
  }

  end(): void {
    this.#ending = true
    if (this.#waiting.length === 0) this.#native.end()
  }

  destroy(): void {
    this.#waiting.length = 0
    this.#native.terminate()
  }

  /** The native connection takes bytes again. */
  drain(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const written = Math.max(0, this.#native.write(next))
      if (written < next.length) {
        this.#waiting[0] = next.subarray(written)
        return
      }
      this.#waiting.shift()
    }
    if (this.#ending) this.#native.end()
    else this.events?.drained()
  }

  close(error: Error | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.events?.closed(error)
  }
}

/** What Bun tells of a connection, told to its `BunSocket`. */
export const nativeHandler = {
  data: (native: Native<BunSocket>, bytes: Uint8Array): void => native.data.events?.data(bytes),
  drain: (native: Native<BunSocket>): void => native.data.drain(),
  close: (native: Native<BunSocket>, error?: Error): void => native.data.close(error),
  error: (native: Native<BunSocket>, error: Error): void => native.data.close(error),
} as const
