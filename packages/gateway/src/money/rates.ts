import type { RateStore, WindowGrant } from '../store/index.ts'
import type { Machine, Stop } from './machine.ts'
import type { Timings, Trouble } from './timings.ts'

/** A limit of so many a minute. Who shares the bucket's name shares the limit, over all workers. */
export interface RateLimit {
  readonly bucket: string
  readonly unit: 'requests' | 'tokens'
  readonly limit: number
}

/** What was taken from a window: the amount may be corrected once. */
export interface RateHold {
  readonly bucket: string
  readonly slot: number
  readonly amount: number
}

export interface RateRefused {
  readonly refused: true
  readonly limit: RateLimit
  readonly remaining: number
  /** `undefined`: more was asked for than the limit ever gives. */
  readonly retryAfterMs: number | undefined
}

interface Waiter {
  readonly amount: number
  readonly resolve: (result: RateHold | RateRefused) => void
  readonly reject: (error: unknown) => void
}

/** What this worker has taken of a bucket and not used: good only in the slot that it was taken for. */
interface Pool {
  limit: RateLimit
  slot: number
  free: number
  waiters: Waiter[]
  funding: boolean
  refusal: { readonly amount: number; readonly remaining: number; readonly until: number; readonly retryAt: number } | undefined
}

const slotMs = 5000
/** A minute is 12 slots; the thirteenth is the one that the minute's begin cuts, which must count whole. */
const windowSlots = 13
/** Five minutes. */
const keptSlots = 60
/** Chunks of a 600th of the limit: a key that uses up its limit asks the store ten times a second at most. */
const chunksAMinute = 600
const maxPools = 10_000
const maxBatch = 100

export const oldestSlot = (now: number): number => Math.floor(now / slotMs) - windowSlots + 1

export interface RateOptions {
  readonly clock: () => number
  readonly timings: Timings
  readonly machine: Machine
  readonly trouble: Trouble
}

/** Sliding windows over all workers: never more than the limit in any 60 seconds. */
export class Rates {
  readonly #store: RateStore
  readonly #clock: () => number
  readonly #timings: Timings
  readonly #pools = new Map<string, Pool>()
  #corrections = new Map<string, { readonly bucket: string; readonly slot: number; delta: number }>()
  readonly #stopTimer: Stop
  readonly #trouble: Trouble
  constructor(store: RateStore, options: RateOptions) {
    this.#store = store
    this.#trouble = options.trouble
    this.#clock = options.clock
    this.#timings = options.timings
    this.#stopTimer = options.machine.every(this.#timings.shipMs, () => void this.flush())
  }

  take(limit: RateLimit, amount: number): RateHold | RateRefused | Promise<RateHold | RateRefused> {
    if (amount > limit.limit) return { refused: true, limit, remaining: limit.limit, retryAfterMs: undefined }
    const now = this.#clock()
    const pool = this.#poolOf(limit, now)
    if (pool.waiters.length === 0 && pool.free >= amount) return this.#hold(pool, amount)
    const { refusal } = pool
    if (refusal !== undefined && now < refusal.until && amount >= refusal.amount) {
      return { refused: true, limit, remaining: refusal.remaining, retryAfterMs: Math.max(1, refusal.retryAt - now) }
    }
    return new Promise((resolve, reject) => {
      pool.waiters.push({ amount, resolve, reject })
      if (!pool.funding) void this.#fund(pool)
    })
  }

  /** Corrects a hold to what was really used: less makes room at once, more counts from now on. */
  correct(hold: RateHold, used: number): void {
    const delta = used - hold.amount
    const slot = Math.floor(this.#clock() / slotMs)
    if (delta > 0) return this.#adjust(hold.bucket, slot, delta)
    const pool = this.#pools.get(hold.bucket)
    // There is more room now than when it was refused.
    if (pool !== undefined) pool.refusal = undefined
    if (pool !== undefined && pool.slot === hold.slot && slot === hold.slot) pool.free -= delta
    else this.#adjust(hold.bucket, hold.slot, delta)
  }

  /** Writes corrections, small batches at a time; the ones that fail stay for the next time. Tells whether it wrote any. */
  async flush(): Promise<boolean> {
    const now = this.#clock()
    for (const pool of this.#pools.values()) this.#turn(pool, Math.floor(now / slotMs))
    const all = [...this.#corrections.values()].filter((entry) => entry.slot >= oldestSlot(now) && entry.delta !== 0)
    this.#corrections = new Map()
    for (let at = 0; at < all.length; at += maxBatch) {
      try {
        await this.#store.adjust(all.slice(at, at + maxBatch))
      } catch (error) {
        this.#trouble('correct rates', error)
        // They may be made all the same, and what makes room twice lets too many in: better a window that is too full.
        const tried = all.slice(at, at + maxBatch).filter(({ delta }) => delta > 0)
        for (const { bucket, slot, delta } of [...tried, ...all.slice(at + maxBatch)]) this.#adjust(bucket, slot, delta)
        return false
      }
    }
    return all.length > 0
  }

  /** What is a little older stays: a clock that is set back must find it again. */
  prune(): Promise<void> {
    return this.#store.prune(oldestSlot(this.#clock()) - keptSlots)
  }

  /** Gives back what was taken and not used. */
  async close(): Promise<void> {
    this.#stopTimer()
    for (const pool of this.#pools.values()) this.#turn(pool, Number.POSITIVE_INFINITY)
    await this.flush()
  }

  #poolOf(limit: RateLimit, now: number): Pool {
    const slot = Math.floor(now / slotMs)
    const known = this.#pools.get(limit.bucket)
    if (known !== undefined) {
      if (known.limit.limit !== limit.limit) known.refusal = undefined
      known.limit = limit
      this.#turn(known, slot)
      return known
    }
    if (this.#pools.size >= maxPools) this.#evict()
    const pool: Pool = { limit, slot, free: 0, waiters: [], funding: false, refusal: undefined }
    this.#pools.set(limit.bucket, pool)
    return pool
  }

  /** Drops the pools that hold nothing; their buckets live on in the store. */
  #evict(): void {
    for (const [bucket, pool] of this.#pools) {
      if (pool.free === 0 && pool.waiters.length === 0 && !pool.funding) this.#pools.delete(bucket)
    }
  }

  /** What is left of an earlier slot must not be used in a later one: its window would end too soon. */
  #turn(pool: Pool, slot: number): void {
    if (pool.slot === slot) return
    if (pool.free > 0) this.#adjust(pool.limit.bucket, pool.slot, -pool.free)
    pool.free = 0
    pool.slot = slot
  }

  #hold(pool: Pool, amount: number): RateHold {
    pool.free -= amount
    return { bucket: pool.limit.bucket, slot: pool.slot, amount }
  }

  async #fund(pool: Pool): Promise<void> {
    pool.funding = true
    try {
      while (pool.waiters.length > 0) {
        this.#turn(pool, Math.floor(this.#clock() / slotMs))
        const { slot, limit, free } = pool
        const amounts = pool.waiters.map((waiter) => waiter.amount)
        const grant = await this.#store.take({
          bucket: limit.bucket,
          slot,
          oldest: oldestSlot(this.#clock()),
          limit: limit.limit,
          least: Math.max(0, Math.min(...amounts) - free),
          need: Math.max(0, amounts.reduce((sum, amount) => sum + amount, 0) - free),
          chunk: Math.floor(limit.limit / chunksAMinute),
        })
        this.#turn(pool, Math.floor(this.#clock() / slotMs))
        if (pool.slot === slot) pool.free += grant.granted
        else if (grant.granted > 0) this.#adjust(limit.bucket, slot, -grant.granted)
        const before = pool.waiters.length
        this.#serve(pool)
        if (grant.granted > 0 || pool.slot !== slot || pool.waiters.length < before) continue
        // What this worker has to give back may be all that is missing.
        if (!(await this.flush())) this.#refuse(pool, grant)
      }
    } catch (error) {
      for (const waiter of pool.waiters.splice(0)) waiter.reject(error)
    } finally {
      pool.funding = false
    }
  }

  #serve(pool: Pool): void {
    pool.waiters = pool.waiters.filter((waiter) => {
      if (pool.free < waiter.amount) return true
      waiter.resolve(this.#hold(pool, waiter.amount))
      return false
    })
  }

  #refuse(pool: Pool, grant: WindowGrant): void {
    const now = this.#clock()
    const { limit } = pool
    const remaining = limit.limit - grant.slots.reduce((sum, entry) => sum + entry.used, 0) + pool.free
    let least = Number.MAX_SAFE_INTEGER
    let earliest = Number.MAX_SAFE_INTEGER
    for (const { amount, resolve } of pool.waiters.splice(0)) {
      const retryAt = roomAt(grant, amount - remaining)
      least = Math.min(least, amount)
      earliest = Math.min(earliest, retryAt)
      resolve({ refused: true, limit, remaining: Math.max(0, remaining), retryAfterMs: Math.max(1, retryAt - now) })
    }
    const until = Math.min(earliest, now + this.#timings.refuseMs)
    pool.refusal = { amount: least, remaining: Math.max(0, remaining), until, retryAt: earliest }
  }

  #adjust(bucket: string, slot: number, delta: number): void {
    const name = `${slot} ${bucket}`
    const known = this.#corrections.get(name)
    if (known === undefined) this.#corrections.set(name, { bucket, slot, delta })
    else known.delta += delta
  }
}

/** When so much will have left the window. */
function roomAt(grant: WindowGrant, missing: number): number {
  let freed = 0
  for (const { slot, used } of grant.slots) {
    freed += used
    if (freed >= missing) return (slot + windowSlots) * slotMs
  }
  return Number.MAX_SAFE_INTEGER
}
