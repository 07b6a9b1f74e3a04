import { fail, type NanoUsd } from '@switchyard/wire'
import type { Journal } from './journal.ts'
import type { Leases } from './leases.ts'
import { Permit } from './permit.ts'
import type { Principal } from './principal.ts'
import { type RateHold, type RateLimit, type Rates } from './rates.ts'
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
}

export class Permits {
  readonly #options: PermitOptions
  readonly #live = new Set<Permit>()
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
    const { healthy, clock } = this.#options
    if (!Number.isSafeInteger(bound.nano) || bound.nano < 0 || !Number.isSafeInteger(bound.tokens) || bound.tokens < 0) {
      throw fail('internal', 'The bound of a request must be whole, non-negative amounts.')
    }
    if (!healthy()) {
      const message = 'The ledger cannot be written, so no provider is called. Try again later.'
      throw fail('unavailable', message, { type: 'ledger_unavailable', code: '503', retryAfterMs: 1000 })
    }
    const undo: (() => void)[] = []
    try {
      const leased = await this.#reserveMoney(principal, bound.nano, undo)
      const gauge = await this.#reservePlace(principal, undo)
      const holds = await this.#reserveRates(principal, bound, undo)
      const forget = (permit: Permit): boolean => this.#live.delete(permit)
      const permit = new Permit({ principal, bound, leased, gauge, holds, ...this.#options, startedAt: clock(), forget })
      this.#live.add(permit)
      return permit
    } catch (error) {
      for (const step of undo) step()
      throw error
    }
  }

  /** The most that could be reserved for this principal now, so that a caller can clamp what it asks for. */
  async fundable(principal: Principal): Promise<NanoUsd> {
    const amounts = await Promise.all(principal.budgets.map((id) => this.#options.leases.fundable(id)))
    return Math.min(Number.MAX_SAFE_INTEGER, ...amounts)
  }

  /** Ends permits that somebody forgot: an open attempt becomes a row with status `lost`. */
  async sweep(): Promise<void> {
    const before = this.#options.clock() - this.#options.permitMs
    const forgotten = [...this.#live].filter((permit) => permit.startedAt < before)
    await Promise.all(forgotten.map((permit) => permit.expire()))
  }

  async #reserveMoney(principal: Principal, nano: NanoUsd, undo: (() => void)[]): Promise<readonly string[]> {
    const { leases } = this.#options
    const leased: string[] = []
    // What costs nothing is allowed on an empty budget too.
    if (nano === 0) return leased
    for (const id of principal.budgets) {
      const reserved = leases.reserve(id, nano)
      const result = reserved instanceof Promise ? await reserved : reserved
      if (result.kind === 'refused') throw overBudget(principal, result.budget, nano)
      if (result.kind === 'unlimited') continue
      leased.push(id)
      undo.push(() => leases.release(id, nano))
    }
    return leased
  }

  async #reservePlace(principal: Principal, undo: (() => void)[]): Promise<string | undefined> {
    const { leases } = this.#options
    const { gauge } = principal
    if (gauge === undefined) return undefined
    const result = await leases.reserve(gauge.id, 1)
    if (result.kind === 'refused') throw overParallel(principal, gauge.limit)
    if (result.kind === 'unlimited') return undefined
    undo.push(() => leases.release(gauge.id, 1))
    return gauge.id
  }

  async #reserveRates(principal: Principal, bound: Bound, undo: (() => void)[]): Promise<readonly TakenRate[]> {
    const { rates, clock } = this.#options
    const holds: TakenRate[] = []
    for (const limit of principal.rates) {
      const result = await rates.take(limit, limit.unit === 'requests' ? 1 : bound.tokens)
      if ('refused' in result) throw overRate(principal, result, clock())
      undo.push(() => rates.correct(result, 0))
      holds.push({ unit: limit.unit, hold: result })
    }
    return holds
  }
}

export interface TakenRate {
  readonly unit: RateLimit['unit']
  readonly hold: RateHold
}
