import type { SocketCounter } from '@switchyard/core'
import { numberOf, type JsonObject } from '@switchyard/wire'

/** A session is billed by how long it is open, which its last message tells (assemblyai.com/docs, Universal Streaming, 2026-11-22). */
export class OpenSeconds implements SocketCounter {
  readonly #seconds: () => number
  #told: number | undefined

  constructor(seconds: () => number) {
    this.#seconds = seconds
  }

  get amount(): number {
    return this.#told ?? this.#seconds()
  }

  said({ type, session_duration_seconds: seconds }: JsonObject): void {
    if (type === 'Termination') this.#told = numberOf(seconds)
  }
}
