import { fail, type NanoUsd } from '@switchyard/wire'
import type { Journal } from './journal.ts'
import type { Leases } from './leases.ts'
import type { AttemptFacts, Outcome, Payer } from '../store/index.ts'
import { laterRow, Permit } from './permit.ts'
import type { Principal } from './principal.ts'
import type { Rates } from './rates.ts'
import type { Bound, Taken } from './stages.ts'

/** What becomes of the reserved money of an attempt whose end nobody saw: nothing is charged, or all of it. */
export type LostPolicy = 'nothing' | 'reserved'

export interface PermitOptions {
  readonly journal: Journal
  readonly healthy: () => boolean
  readonly leases: Leases
  readonly rates: Rates
  readonly lost: LostPolicy
  readonly permitMs: number
  readonly clock: () => number
  /** Milliseconds of a clock that does not jump. */
  readonly now: () => number
}

export class Permits {
  readonly #options: PermitOptions
  readonly #live = new Set<Permit>()
  #isClosed = false
  readonly #forget = (permit: Permit): void => void this.#live.delete(permit)
  constructor(options: PermitOptions) {
    this.#options = options
  }

  /** How many permits are not released yet. */
  get size(): number {
    return this.#live.size
  }

  /**
   * Reserves money, a place among the concurrent requests and rate, in this order; all of it or nothing. Throws
   * `over_budget`, `rate_limited`, or `unavailable` when the ledger or the store is.
   */
  async admit(principal: Principal, bound: Bound): Promise<Permit> {
    const { healthy, now, leases, rates, clock } = this.#options
    if (!Number.isSafeInteger(bound.nano) || bound.nano < 0 || !Number.isSafeInteger(bound.tokens) || bound.tokens < 0) {
      throw fail('internal', 'The bound of a request must be whole, non-negative amounts.')
    }
    if (!healthy()) {
      const message = 'The ledger cannot be written, so no provider is called. Try again later.'
      throw fail('unavailable', message, { type: 'ledger_unavailable', code: '503', retryAfterMs: 1000 })
    }
    const taken: Taken = { leased: [], gauge: undefined, holds: [] }
    try {
      const admission = { principal, bound, taken, leases, rates, clock }
      for (const stage of principal.stages) {
        const waiting = stage.take(admission)
        if (waiting !== undefined) await waiting
      }
      if (this.#isClosed) throw fail('unavailable', 'This worker is shutting down. Try again.', { retryAfterMs: 1000 })
    } catch (error) {
      this.#giveBack(taken, bound)
      throw error
    }
    const permit = new Permit(this.#options, { principal, bound, taken, startedAt: now(), forget: this.#forget })
    this.#live.add(permit)
    return permit
  }

  /**
   * Writes how an attempt ended whose row says `lost`: the row is replaced, and what it charged with it. Call it once, when that
   * row has been shipped.
   */
  settleLater(
    later: { readonly facts: AttemptFacts; readonly payer: Payer; readonly charges: readonly string[] },
    outcome: Outcome,
  ): Promise<void> {
    const { facts, payer, charges } = later
    return this.#options.journal.append({ kind: 'settled', row: laterRow(facts, payer, outcome), charges, leased: [] })
  }

  /** From now on nobody gets a permit, not even who is waiting for one. */
  close(): void {
    this.#isClosed = true
  }

  /** The most that could be reserved for this principal now, so that a caller can clamp what it asks for. */
  async fundable(principal: Principal): Promise<NanoUsd> {
    const amounts = await Promise.all(principal.budgets.map((id) => this.#options.leases.fundable(id)))
    return Math.min(Number.MAX_SAFE_INTEGER, ...amounts)
  }

  /** Ends permits that somebody forgot: an open attempt becomes a row with status `lost`. */
  async sweep(): Promise<void> {
    const before = this.#options.now() - this.#options.permitMs
    const forgotten = [...this.#live].filter((permit) => permit.startedAt < before)
    await Promise.all(forgotten.map((permit) => permit.expire()))
  }

  #giveBack({ leased, gauge, holds }: Taken, bound: Bound): void {
    const { leases, rates } = this.#options
    for (const id of leased) leases.release(id, bound.nano)
    if (gauge !== undefined) leases.release(gauge, 1)
    for (const { hold } of holds) rates.correct(hold, 0)
  }
}
