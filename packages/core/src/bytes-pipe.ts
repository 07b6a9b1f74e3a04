import { concat, fail, type GatewayError, type Usage } from '@switchyard/wire'
import type { Pipe } from './pipe.ts'

/** A reply of bytes (speech) passes as it comes. It has no last word: that it is whole, only its end tells. */
export class BytesPipe implements Pipe {
  readonly #usageOf: (bytes: number) => Usage
  #ready: Uint8Array | undefined
  #length = 0
  #error: GatewayError | undefined
  readonly characters = 0
  finished = false

  constructor(usageOf: (bytes: number) => Usage) {
    this.#usageOf = usageOf
  }

  get started(): boolean {
    return this.#length > 0
  }
  get error(): GatewayError | undefined {
    return this.#error
  }
  get usage(): Usage {
    return this.#usageOf(this.#length)
  }

  push(chunk: Uint8Array): void {
    this.#length += chunk.length
    this.#ready = this.#ready === undefined ? chunk : concat([this.#ready, chunk])
  }

  end(): void {
    if (this.#length === 0) this.#error = fail('bad_reply', 'The provider answered with an empty body.')
    else this.finished = true
  }

  take(): Uint8Array | undefined {
    const bytes = this.#ready
    this.#ready = undefined
    return bytes
  }

  finish(): undefined {
    return undefined
  }

  /** There is no room for words in it: the transfer is broken off, so that a piece does not pass for the whole. */
  failWith(error: GatewayError): never {
    throw error
  }
}
