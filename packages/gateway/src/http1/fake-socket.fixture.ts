import type { ServerSocket } from './socket.ts'

/** A connection whose other end is the test: what was written, and what was done to it. */
export class FakeSocket implements ServerSocket {
  readonly remoteAddress = '192.0.2.1'
  readonly done: string[] = []
  #written: Uint8Array[] = []
  /** The peer reads nothing: what is written waits. */
  isSlow = false
  isPaused = false
  unsent = 0

  /** All that was written and not read here yet, as Latin-1. */
  read(): string {
    const text = Buffer.concat(this.#written).toString('latin1')
    this.#written = []
    return text
  }

  write(bytes: Uint8Array): boolean {
    this.#written.push(bytes.slice())
    if (this.isSlow) this.unsent += bytes.length
    return !this.isSlow
  }

  /** The peer has read everything; the owner is to be told. */
  drain(): void {
    this.isSlow = false
    this.unsent = 0
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  end(): void {
    this.done.push('end')
  }

  halfClose(): void {
    this.done.push('halfClose')
  }

  destroy(): void {
    this.unsent = 0
    this.done.push('destroy')
  }
}

/** A buffer of its own each time: decoders move bytes in place. */
export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1')

/** Lets everything that waits for nothing but other code go on. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
