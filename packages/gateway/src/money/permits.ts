import { fail, type NanoUsd } from '@switchyard/wire'
import type { Journal } from './journal.ts'
import type { Leases } from './leases.ts'
import type { AttemptFacts, Outcome, Payer } from '../store/index.ts'
import { laterRow, Permit } from './permit.ts'
import type { Principal } from './principal.ts'
import type { RateHold, RateLimit, Rates } from './rates.ts'
import { overBudget, overParallel, overRate } from './refusals.ts'

/** The most that a request may cost: what is reserved before a provider hears of it. */
export interface Bound {
  readonly nano: NanoUsd
  readonly tokens: number
}

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
    const { healthy, now } = this.#options
    if (!Number.isSafeInteger(bound.nano) || bound.nano < 0 || !Number.isSafeInteger(bound.tokens) || bound.tokens < 0) {
      throw fail('internal', 'The bound of a request must be whole, non-negative amounts.')
    }
    if (!healthy()) {
      const message = 'The ledger cannot be written, so no provider is called. Try again later.'
      throw fail('unavailable', message, { type: 'ledger_unavailable', code: '503', retryAfterMs: 1000 })
    }
    const taken: Taken = { leased: [], gauge: undefined, holds: [] }
    try {
      await this.#take(principal, bound, taken)
      if (this.#isClosed) throw fail('unavailable', 'This worker is shutting down. Try again.', { retryAfterMs: 1000 })
    } catch (error) {
      this.#giveBack(taken, bound)
      throw error
    }
    const permit = new Permit({ principal, bound, ...taken, ...this.#options, startedAt: now(), forget: this.#forget })
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

  /** Writes down in `taken` what it took, so that all of it can go back. What this worker holds is taken without waiting. */
  async #take(principal: Principal, bound: Bound, taken: Taken): Promise<void> {
    const { leases, rates, clock } = this.#options
    // What costs nothing is allowed on an empty budget too.
    for (const id of bound.nano === 0 ? [] : principal.budgets) {
      const asked = leases.reserve(id, bound.nano)
      const result = asked instanceof Promise ? await asked : asked
      if (result.kind === 'refused') throw overBudget(principal, result.budget, bound.nano)
      if (result.kind === 'reserved') taken.leased.push(id)
    }
    const { gauge } = principal
    if (gauge !== undefined) {
      const result = await leases.reserve(gauge.id, 1)
      if (result.kind === 'refused') throw overParallel(principal, gauge.limit)
      if (result.kind === 'reserved') taken.gauge = gauge.id
    }
    for (const limit of principal.rates) {
      const asked = rates.take(limit, limit.unit === 'requests' ? 1 : bound.tokens)
      const result = asked instanceof Promise ? await asked : asked
      if ('refused' in result) throw overRate(principal, result, clock())
      taken.holds.push({ unit: limit.unit, hold: result })
    }
  }

  #giveBack({ leased, gauge, holds }: Taken, bound: Bound): void {
    const { leases, rates } = this.#options
    for (const id of leased) leases.release(id, bound.nano)
    if (gauge !== undefined) leases.release(gauge, 1)
    for (const { hold } of holds) rates.correct(hold, 0)
  }
}

/** What a request has taken of its budgets, its concurrency and its rates. */
interface Taken {
  readonly leased: string[]
  gauge: string | undefined
  readonly holds: TakenRate[]
}

export interface TakenRate {
  readonly unit: RateLimit['unit']
  readonly hold: RateHold
}
