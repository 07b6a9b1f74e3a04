import type { Socket as Native } from 'node:net'
import type { Socket, SocketEvents } from './socket.ts'

/** A connection of `node:net` or `node:tls`, paused until somebody listens. `ahead`: bytes that were read too far. */
export class NetSocket implements Socket {
  readonly #native: Native
  readonly #ahead: Uint8Array
  readonly remoteAddress: string | null

  constructor(native: Native, ahead: Uint8Array) {
    this.#native = native
    this.#ahead = ahead
    this.remoteAddress = native.remoteAddress ?? null
    native.pause()
  }

  listen(events: SocketEvents): void {
    const native = this.#native
    let failure: Error | undefined
    native.on('error', (error: Error) => (failure = error))
    native.on('data', (bytes: Buffer) => events.data(bytes))
    native.on('drain', () => events.drained())
    native.on('end', () => native.end())
    if (this.#ahead.length > 0) events.data(this.#ahead)
    if (native.destroyed) return events.closed(undefined)
    native.once('close', () => events.closed(failure))
    native.resume()
  }

  write(bytes: Uint8Array): boolean {
    return this.#native.destroyed || this.#native.write(bytes)
  }

  pause(): void {
    this.#native.pause()
  }

  resume(): void {
    this.#native.resume()
  }

  end(): void {
    this.#native.end()
  }

  destroy(): void {
    this.#native.destroy()
  }
}
