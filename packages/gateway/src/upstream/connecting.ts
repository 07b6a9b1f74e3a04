import type { Cancellation } from '@switchyard/core'
import { fail } from '@switchyard/wire'

/** An origin that answered within this time is fresh: its connections stand. */
const freshMs = 30_000
const maxOrigins = 1000

/**
 * A connection of the pool that the provider was just closing fails at once and without an answer: the call is made again on
 * a new one (reliability facts U16; Bun 1.4.5 failed 196 of 500 such calls, 2026-11-22). What fails later may have been read.
 */
export const staleMs = 300

/** Which origins answered a moment ago. */
export class FreshOrigins {
  readonly #answered = new Map<string, number>()

  has(url: string): boolean {
    const last = this.#answered.get(originOf(url))
    return last !== undefined && performance.now() - last < freshMs
  }

  answered(url: string): void {
    if (this.#answered.size >= maxOrigins) this.#answered.clear()
    this.#answered.set(originOf(url), performance.now())
  }
}

function originOf(url: string): string {
  const slash = url.indexOf('/', 8)
  return slash < 0 ? url : url.slice(0, slash)
}

/** What a call is ended with when its signal aborts. */
export const abortReason = (signal: Cancellation): Error =>
  signal.reason instanceof Error ? signal.reason : new Error('The call was aborted.', { cause: signal.reason })

export const connectedTooLate = (timeoutMs: number): Error =>
  fail('unreachable', `The provider could not be connected to within ${timeoutMs / 1000} seconds.`, { code: 'connect_timeout' })
