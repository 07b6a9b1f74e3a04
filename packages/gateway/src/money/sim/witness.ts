import { keyBudgetId, type KeyRecord } from '../../store/index.ts'
import type { Balance, Row } from './database.ts'
import type { Process, World } from './world.ts'

const minuteMs = 60_000

/** When a request was admitted is known only as precisely as it was asked for and answered, in wall time. */
interface Admission {
  readonly askedAt: number
  /** By the clock that does not jump. */
  readonly askedAtElapsed: number
  admittedAt: number
  tokens: number
  /** From then on the gateway may take it for forgotten. */
  expiresAt: number
  /** The clock was set: this one is not counted. */
  isVague: boolean
}

/** A request that has a permit, as the world outside sees it. */
export interface Claim {
  readonly process: Process
  readonly account: Account
  readonly bound: number
  /** What a provider may still charge. */
  liability: number
  /** Charged, and not yet known to be durable. */
  pending: number
  isLive: boolean
  readonly admission: Admission
}

interface Charged {
  readonly isLate: boolean
  readonly isLast: boolean
  /** Used by all attempts so far. */
  readonly tokens: number
}

interface Account {
  readonly key: KeyRecord
  readonly claims: Set<Claim>
  readonly asking: Set<Admission>
  admissions: Admission[]
  /** Durable, and told to the client. */
  paid: number
  /**
   * What may be charged without a reservation, by design: settlements after the permit had expired, and, should a disk
   * fail and the worker then die, the whole bound where only a part was spent.
   */
  late: number
}

export interface WitnessOptions {
  readonly keys: readonly KeyRecord[]
  readonly permitMs: number
  /** False once the store has forgotten some of what was taken. */
  readonly isRateExact: () => boolean
}

/** Sees everything from outside, and knows the laws. */
export class Witness {
  readonly #world: World
  readonly #accounts = new Map<string, Account>()
  /** Rows that a client relies on, and what they cost. */
  readonly #promised = new Map<string, number>()
  /** All rows that there may be. */
  readonly #known = new Map<string, number>()
  /** When each budget starts anew. */
  readonly #resets = new Map<string, number>()
  #hasForgotten = false
  #wasSetBack = false
  readonly #gone = new Set<string>()
  readonly #isRateExact: () => boolean
  readonly #permitMs: number
  constructor(world: World, options: WitnessOptions) {
    const { keys, permitMs, isRateExact } = options
    this.#permitMs = permitMs
    this.#world = world
    this.#isRateExact = isRateExact
    for (const key of keys) {
      this.#accounts.set(key.id, { key, claims: new Set(), asking: new Set(), admissions: [], paid: 0, late: 0 })
    }
  }

  get promised(): ReadonlyMap<string, number> {
    return this.#promised
  }

  /** How many requests got a permit. */
  get admissions(): number {
    return [...this.#accounts.values()].reduce((sum, { admissions }) => sum + admissions.length, 0)
  }

  asks(keyId: string, tokens: number): Admission {
    const admission = {
      askedAt: this.#world.wall(),
      askedAtElapsed: this.#world.elapsed,
      admittedAt: 0,
      tokens,
      expiresAt: 0,
      isVague: false,
    }
    this.#accountOf(keyId).asking.add(admission)
    return admission
  }

  refused(keyId: string, admission: Admission): void {
    this.#accountOf(keyId).asking.delete(admission)
  }

  admitted(process: Process, keyId: string, bound: number, admission: Admission): Claim {
    const account = this.#accountOf(keyId)
    account.asking.delete(admission)
    admission.admittedAt = this.#world.wall()
    admission.expiresAt = this.#world.now + this.#permitMs
    account.admissions.push(admission)
    const claim: Claim = { process, account, bound, liability: bound, pending: 0, isLive: true, admission }
    account.claims.add(claim)
    this.#checkMoney(account)
    this.#checkParallel(account)
    this.#checkRates(account)
    return claim
  }

  /** A provider is called again. */
  opened(claim: Claim, rowId: string): void {
    this.#known.set(rowId, claim.bound)
    if (!this.#gone.has(claim.process.name)) claim.liability = claim.bound
    this.#checkMoney(claim.account)
  }

  /** An attempt is over; unless another one may follow, so is the request's place among the running ones. */
  charged(claim: Claim, cost: number, how: Charged): void {
    const { isLate, isLast, tokens } = how
    claim.liability = 0
    if (isLast) {
      claim.isLive = false
      claim.admission.tokens = tokens
    }
    if (isLate) claim.account.late += cost
    else claim.pending += cost
    // Whether the journal of a worker that stops still takes it is known in a moment: see `paid` and `unwritten`.
    if (!this.#gone.has(claim.process.name)) this.#checkMoney(claim.account)
  }

  /** The client has its last byte. */
  paid(claim: Claim, rowId: string, cost: number, isLate: boolean): void {
    this.#promised.set(rowId, cost)
    if (isLate) return
    claim.pending -= cost
    claim.account.paid += cost
    this.#checkMoney(claim.account)
  }

  /** The client was told that its row is not written. A journal whose disk fails keeps it for later, one that is closed does not. */
  unwritten(claim: Claim, cost: number): void {
    claim.account.late += claim.bound
    if (this.#gone.has(claim.process.name)) claim.pending -= cost
  }

  released(claim: Claim, tokens: number): void {
    claim.liability = 0
    claim.isLive = false
    claim.admission.tokens = tokens
    if (claim.pending === 0) claim.account.claims.delete(claim)
  }

  storeForgot(): void {
    this.#hasForgotten = true
    this.#resets.clear()
  }

  /** While the clock was ahead the store has dropped windows, as it should: set back, it has forgotten what was in them. */
  clockWasSet(ms: number): void {
    if (ms < 0) this.#wasSetBack = true
    for (const { asking, admissions } of this.#accounts.values()) {
      for (const admission of asking) admission.isVague = true
      if (ms < 0) for (const admission of admissions) admission.isVague = true
    }
  }

  /** Its requests are cut: they have no claim any more, except to what is being written. */
  leaves(process: Process): void {
    this.#gone.add(process.name)
    for (const { claims } of this.#accounts.values()) {
      for (const claim of claims) {
        if (claim.process !== process) continue
        claim.liability = 0
        claim.isLive = false
      }
    }
  }

  /** What a dead process owed is only what its journal holds. */
  died(process: Process): void {
    this.#gone.add(process.name)
    for (const account of this.#accounts.values()) {
      for (const claim of account.claims) if (claim.process === process) account.claims.delete(claim)
    }
  }

  /**
   * What is settled and leased is never more than the limit. Leases of the dead do not count where lost rows are charged
   * beside them, or where the store has forgotten what was given back.
   */
  checkBalances(balances: readonly Balance[], areDeadCounted: boolean): void {
    for (const { id, limit, settled, leases, resetAt } of balances) {
      if (resetAt < (this.#resets.get(id) ?? 0)) this.#world.violate(`${id}: a period began that was over already`)
      this.#resets.set(id, resetAt)
      // Rows of periods that the store forgot, and that the clock says are yet to come, are charged to the one before them.
      if (resetAt > 0 && this.#hasForgotten && this.#wasSetBack) continue
      const account = this.#accounts.get(id.slice(id.indexOf(':') + 1))
      const late = id.startsWith('key:') ? (account?.late ?? 0) : 0
      const counted = areDeadCounted ? leases : leases.filter(({ owner }) => !this.#gone.has(owner.slice(0, owner.indexOf('-'))))
      const leased = counted.reduce((sum, { amount }) => sum + amount, 0)
      if (settled + leased > limit + late) this.#world.violate(`${id}: ${settled} settled and ${leased} leased of ${limit}`)
    }
  }

  /** Every row that a client relies on is there, once, as it was; and none that nobody made. */
  checkRows(rows: readonly Row[]): void {
    const missing = new Map(this.#promised)
    for (const { id, status, spendNano } of rows) {
      const bound = this.#known.get(id)
      if (bound === undefined) this.#world.violate(`row ${id} was never opened, or is there twice`)
      else if (spendNano > bound) this.#world.violate(`row ${id} costs ${spendNano}, its bound is ${bound}`)
      const promised = missing.get(id)
      if (promised === undefined) continue
      missing.delete(id)
      if (spendNano !== promised || status === 'lost') {
        this.#world.violate(`row ${id} is ${status} and costs ${spendNano}, the client was told ${promised}`)
      }
    }
    for (const [id, cost] of missing) this.#world.violate(`row ${id} of ${cost} is lost although its client had its last byte`)
  }

  #hasExpired({ expiresAt }: Admission): boolean {
    return this.#world.now >= expiresAt
  }

  #accountOf(keyId: string): Account {
    const account = this.#accounts.get(keyId)
    if (account === undefined) throw new Error(`no account of ${keyId}`)
    return account
  }

  /** What was paid, what is being charged and what may still be charged are never more than the limit. */
  #checkMoney({ key, claims, paid }: Account): void {
    // Of a budget that starts anew only the sums of the store are checked.
    if (key.maxBudgetNano === null || key.budgetDuration !== null) return
    let owed = paid
    for (const { liability, pending, admission } of claims) owed += pending + (this.#hasExpired(admission) ? 0 : liability)
    if (owed > key.maxBudgetNano) {
      this.#world.violate(`${keyBudgetId(key.id)}: ${owed} paid or owed to providers, the limit is ${key.maxBudgetNano}`)
    }
  }

  #checkParallel({ key, claims }: Account): void {
    const live = [...claims].filter((claim) => claim.isLive && !this.#hasExpired(claim.admission)).length
    const limit = key.maxParallelRequests ?? Number.MAX_SAFE_INTEGER
    if (live > limit) this.#world.violate(`${key.id}: ${live} requests at once, the limit is ${limit}`)
  }

  /** No minute, on either clock, ever holds more than the limit; counted are those that were surely admitted in it. */
  #checkRates({ key, admissions }: Account): void {
    if (!this.#isRateExact()) return
    const end = this.#world.wall()
    const began = this.#world.elapsed - minuteMs
    const within = admissions.filter(
      ({ askedAt, askedAtElapsed, admittedAt, isVague }) =>
        !isVague && askedAtElapsed > began && askedAt > end - minuteMs && askedAt <= end && admittedAt <= end,
    )
    const requests = key.rpmLimit ?? Number.MAX_SAFE_INTEGER
    if (within.length > requests)
      this.#world.violate(`${key.id}: ${within.length} requests in a minute, the limit is ${requests}`)
    // What an expired permit still uses is used without a hold.
    const tokens = within.reduce((sum, admission) => sum + (admission.expiresAt <= this.#world.now ? 0 : admission.tokens), 0)
    const limit = key.tpmLimit ?? Number.MAX_SAFE_INTEGER
    if (tokens > limit) this.#world.violate(`${key.id}: ${tokens} tokens in a minute, the limit is ${limit}`)
  }
}
