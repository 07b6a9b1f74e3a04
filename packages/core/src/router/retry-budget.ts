import type { GatewayError } from '@switchyard/wire'

/** Retries that wait for nobody: what a quiet gateway may spend at once. */
const most = 20
const perCall = 0.1
const perSecond = 1

/**
 * How often failed calls may be made again on the deployments that just failed them: a tenth of the calls, and a few in any
 * case. A storm must not be tripled by those who wait in it (reliability facts U14). Rate limits are not counted: their retries
 * come when the provider asked for them.
 */
export class RetryBudget {
  #left = most
  #filledMs: number
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
    this.#filledMs = now()
  }

  /** A new call earns its share of a retry. */
  earn(): void {
    this.#left = Math.min(most, this.#left + perCall)
  }

  /** May a call be made again after this error? */
  take(error: GatewayError): boolean {
    if (error.kind === 'rate_limited') return true
    const now = this.#now()
    this.#left = Math.min(most, this.#left + ((now - this.#filledMs) / 1000) * perSecond)
    this.#filledMs = now
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
