import { fail } from '@switchyard/wire'
import type { Budget, Change, Grant, LeaseState } from '../store/index.ts'
import type { Machine, Stop } from './machine.ts'
import { resetBudget, type ResetOptions } from './resets.ts'
import type { Timings, Trouble } from './timings.ts'

export interface LeaseOptions extends ResetOptions {
  readonly owner: string
  readonly timings: Timings
  readonly machine: Machine
  readonly trouble: Trouble
}

/** `unlimited`: nothing was reserved, and nothing is to be released. */
export type Reserved = { readonly kind: 'reserved' } | { readonly kind: 'unlimited' } | Refused
export interface Refused {
  readonly kind: 'refused'
  readonly budget: Budget
}

interface Waiter {
  readonly amount: number
  readonly resolve: (reserved: Reserved) => void
  readonly reject: (error: unknown) => void
}

/** Calls to the store that failed, and what they would have given back: nobody knows whether they were done. */
interface Doubt {
  readonly calls: number
  readonly amount: number
}

const noDoubt: Doubt = { calls: 0, amount: 0 }

/** granted = reserved + unshipped + returning + in doubt + free. */
interface Lease {
  readonly id: string
  granted: number
  version: number
  reserved: number
  /** Spent and journaled, but not yet moved to `settled` by the shipper. */
  unshipped: number
  returning: number
  /** Since the beginning. */
  doubted: Doubt
  /** So much of it an answer to a later call has cleared up. */
  cleared: Doubt
  waiters: Waiter[]
  funding: boolean
  usedAt: number
  /** Others want this money too: lease what is needed and no more. */
  scarceUntil: number
  refusal: { readonly refused: Refused; readonly amount: number; readonly until: number } | undefined
}

/** Of what is left, so that a busy key asks the store a few times a second and sixteen workers can share a budget. */
const share = 16
const scarceMs = 2000
const retryMs = 40
const reservedResult: Reserved = { kind: 'reserved' }
const unlimitedResult: Reserved = { kind: 'unlimited' }

const freeOf = (lease: Lease): number =>
  lease.granted - lease.reserved - lease.unshipped - lease.returning - (lease.doubted.amount - lease.cleared.amount)

const isInDoubt = ({ doubted, cleared }: Lease): boolean => doubted.calls > cleared.calls

const doubt = ({ doubted }: Lease, amount: number): Doubt => ({ calls: doubted.calls + 1, amount: doubted.amount + amount })

/** This worker's leases of budgets (and gauges): what it may spend without asking anybody. */
export class Leases {
  readonly #options: LeaseOptions
  readonly #book = new Map<string, Lease>()
  #validUntil: number
  readonly #stopTimer: Stop
  #unsubscribe: (() => void) | undefined
  readonly #fundings = new Set<Promise<void>>()
  #closed = false
  private constructor(options: LeaseOptions) {
    this.#options = options
    this.#validUntil = options.machine.now() + options.timings.leaseMs
    this.#stopTimer = options.machine.every(options.timings.idleMs / 4, () => void this.#returnIdle())
  }

  static async start(options: LeaseOptions): Promise<Leases> {
    const leases = new Leases(options)
    leases.#unsubscribe = await options.store.feed.subscribe((changes) => leases.#heed(changes))
    return leases
  }

  /** Puts money aside. At once when this worker has it, else after asking the store. */
  reserve(id: string, amount: number): Reserved | Promise<Reserved> {
    const lease = this.#leaseOf(id)
    const now = this.#options.machine.now()
    lease.usedAt = now
    if (lease.waiters.length === 0 && freeOf(lease) >= amount && now < this.#validUntil) {
      lease.reserved += amount
      return reservedResult
    }
    const { refusal } = lease
    if (refusal !== undefined && amount >= refusal.amount && now < refusal.until) return refusal.refused
    if (this.#closed) throw fail('unavailable', 'This worker is shutting down. Try again.', { retryAfterMs: 1000 })
    return new Promise((resolve, reject) => {
      lease.waiters.push({ amount, resolve, reject })
      if (lease.funding) return
      const funding = this.#fund(lease).finally(() => this.#fundings.delete(funding))
      this.#fundings.add(funding)
    })
  }

  release(id: string, amount: number): void {
    const lease = this.#leaseOf(id)
    lease.reserved -= amount
    lease.usedAt = this.#options.machine.now()
    // There is more now than when it was refused.
    lease.refusal = undefined
    if (lease.waiters.length > 0) this.#serve(lease)
  }

  /** Part of a reservation became spend; it counts against the lease until it is shipped. */
  spend(id: string, reserved: number, spent: number): void {
    const lease = this.#leaseOf(id)
    lease.unshipped += spent
    this.release(id, reserved)
  }

  /** The shipper moved `spent` from leases to settled; `states` is what the store says since. */
  shipped(spent: ReadonlyMap<string, number>, states: readonly LeaseState[]): void {
    for (const [id, amount] of spent) {
      const lease = this.#book.get(id)
      if (lease !== undefined) lease.unshipped -= amount
    }
    for (const state of states) this.#apply(state)
  }

  /** How much could be reserved now. */
  async fundable(id: string): Promise<number> {
    const budget = await this.#options.store.budgets.get(id)
    if (budget === undefined || budget.limit === null) return Number.MAX_SAFE_INTEGER
    return Math.max(0, freeOf(this.#leaseOf(id)) + Math.max(0, budget.limit - budget.settled - budget.leased))
  }

  async renew(): Promise<void> {
    const { store, owner, timings, clock } = this.#options
    await store.budgets.renew(owner, clock() + timings.leaseMs)
    this.#validUntil = this.#options.machine.now() + timings.leaseMs
  }

  /** Resolves when no grant is under way: one that came after the leases are freed would never end. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stopTimer()
    this.#unsubscribe?.()
    await Promise.all(this.#fundings)
  }

  #leaseOf(id: string): Lease {
    const known = this.#book.get(id)
    if (known !== undefined) return known
    const lease: Lease = {
      id,
      granted: 0,
      version: -1,
      reserved: 0,
      unshipped: 0,
      returning: 0,
      doubted: noDoubt,
      cleared: noDoubt,
      waiters: [],
      funding: false,
      usedAt: this.#options.machine.now(),
      scarceUntil: 0,
      refusal: undefined,
    }
    this.#book.set(id, lease)
    return lease
  }

  async #fund(lease: Lease): Promise<void> {
    lease.funding = true
    const { machine, timings } = this.#options
    const patience = machine.now() + timings.waitMs
    try {
      while (lease.waiters.length > 0) {
        const grant = await this.#ask(lease)
        if (grant.kind === 'granted') {
          this.#apply(grant.lease)
          this.#serve(lease)
        } else if (grant.kind === 'denied') {
          this.#serve(lease)
          const mayWait = grant.leasedByOthers > 0 && machine.now() < patience
          // Two workers that both hold too little, and both wait, must not wait for each other.
          if (grant.leasedByOthers > 0) await this.#giveBack(lease)
          if (mayWait) await machine.sleep(retryMs * (0.5 + machine.random()))
          else this.#refuse(lease, grant.budget)
        } else if (grant.kind === 'unlimited') {
          for (const waiter of lease.waiters.splice(0)) waiter.resolve(unlimitedResult)
        } else if (grant.kind === 'due') {
          await resetBudget(grant.due, this.#options)
        } else {
          throw fail('internal', `The budget ${lease.id} is not in the store.`)
        }
      }
    } catch (error) {
      lease.doubted = doubt(lease, 0)
      for (const waiter of lease.waiters.splice(0)) waiter.reject(error)
    } finally {
      lease.funding = false
    }
  }

  #ask(lease: Lease): Promise<Grant> {
    const { store, owner, timings, clock } = this.#options
    const free = freeOf(lease)
    let need = -free
    let least = Number.MAX_SAFE_INTEGER
    for (const { amount } of lease.waiters) {
      need += amount
      least = Math.min(least, amount - free)
    }
    const now = clock()
    return store.budgets.grant({
      budgetId: lease.id,
      owner,
      least: Math.max(0, least),
      need: Math.max(0, need),
      share: this.#options.machine.now() < lease.scarceUntil ? 0 : share,
      now,
      expiresAt: now + timings.leaseMs,
      ask: true,
    })
  }

  /** First come, first served; but who needs too much does not hold up the others. */
  #serve(lease: Lease): void {
    lease.waiters = lease.waiters.filter((waiter) => {
      if (freeOf(lease) < waiter.amount) return true
      lease.reserved += waiter.amount
      waiter.resolve(reservedResult)
      return false
    })
  }

  #refuse(lease: Lease, budget: Budget): void {
    const { clock, timings } = this.#options
    const { settled, leased } = budget
    // What this worker has spent is spent, although the store does not know yet.
    const known = { ...budget, settled: settled + lease.unshipped, leased: Math.max(0, leased - lease.unshipped) }
    const refused: Refused = { kind: 'refused', budget: known }
    const untilReset = (budget.resetAt ?? Number.MAX_SAFE_INTEGER) - clock()
    const amount = lease.waiters.reduce((least, waiter) => Math.min(least, waiter.amount), Number.MAX_SAFE_INTEGER)
    lease.refusal = { refused, amount, until: this.#options.machine.now() + Math.min(timings.refuseMs, untilReset) }
    for (const waiter of lease.waiters.splice(0)) waiter.resolve(refused)
  }

  #apply({ budgetId, amount, version }: LeaseState): void {
    // A lease that is not in the book any more was given back since: an answer that comes so late is an old one.
    const lease = this.#book.get(budgetId)
    if (lease === undefined || version <= lease.version) return
    lease.version = version
    lease.granted = amount
  }

  #heed(changes: readonly Change[] | undefined): void {
    if (changes === undefined) {
      for (const lease of this.#book.values()) this.#yieldUp(lease)
      return
    }
    for (const { topic, id } of changes) {
      const lease = topic === 'wanted' || topic === 'budget' ? this.#book.get(id) : undefined
      if (lease === undefined) continue
      if (topic === 'wanted') lease.scarceUntil = this.#options.machine.now() + scarceMs
      else lease.refusal = undefined
      this.#yieldUp(lease)
    }
  }

  /** Others need it, or the limit has changed and every lease must be checked against the new one. */
  #yieldUp(lease: Lease): void {
    if (!lease.funding) void this.#giveBack(lease)
  }

  async #giveBack(lease: Lease): Promise<void> {
    const amount = Math.max(0, freeOf(lease))
    if (amount === 0 && !isInDoubt(lease)) return
    lease.returning += amount
    try {
      const { store, owner } = this.#options
      const { doubted } = lease
      this.#apply(await store.budgets.giveBack({ budgetId: lease.id, owner, amount }))
      if (doubted.calls > lease.cleared.calls) lease.cleared = doubted
    } catch (error) {
      // It may have been done all the same: this money is not to be spent before the store says that it is still leased.
      lease.doubted = doubt(lease, amount)
      this.#options.trouble('give back a lease', error)
    } finally {
      lease.returning -= amount
    }
  }

  async #returnIdle(): Promise<void> {
    const before = this.#options.machine.now() - this.#options.timings.idleMs
    for (const lease of this.#book.values()) {
      if (lease.funding || (lease.usedAt > before && !isInDoubt(lease))) continue
      if (lease.granted === 0 && lease.reserved === 0 && lease.unshipped === 0 && !isInDoubt(lease)) this.#book.delete(lease.id)
      else await this.#giveBack(lease)
    }
  }
}
