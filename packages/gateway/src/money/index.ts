import { hostname } from 'node:os'
import { join } from 'node:path'
import { nextReset as calendarReset } from '../config/duration.ts'
import type { Store } from '../store/index.ts'
import { adopt, type AdoptionOptions, adoptDeadWorkers } from './adoption.ts'
import { type Audit, audit } from './audit.ts'
import { Journal, type SyncMode } from './journal.ts'
import { Leases } from './leases.ts'
import { type Lock, type Machine, realMachine, type Stop } from './machine.ts'
import { OwnShipper } from './own-shipper.ts'
import { type LostPolicy, Permits } from './permits.ts'
import { Rates } from './rates.ts'
import { resetBudget } from './resets.ts'
import { defaultTimings, type NextReset, type Timings, type Trouble } from './timings.ts'

export { laterOutcome } from './later-outcome.ts'
export { type Audit, audit } from './audit.ts'
export type { SyncMode } from './journal.ts'
export type { Permit, Reservation } from './permit.ts'
export type { LostPolicy, Permits } from './permits.ts'
export { masterPrincipal, type Principal, principalOf, withLimits } from './principal.ts'
export type { RateHold, RateLimit, RateRefused, Rates } from './rates.ts'
export type { Bound, Stage } from './stages.ts'
export { defaultTimings, type NextReset, type Timings, type Trouble } from './timings.ts'

export interface MoneyOptions {
  readonly dataDir: string
  readonly store: Store
  /** Names this worker in the ledger's bookkeeping; every start gets a journal of its own. */
  readonly workerId: string
  readonly sync: SyncMode
  readonly nextReset?: NextReset
  readonly lost?: LostPolicy
  readonly timings?: Partial<Timings>
  readonly maxSegmentBytes?: number
  /** Unix milliseconds. */
  readonly clock?: () => number
  readonly trouble?: Trouble
  readonly machine?: Machine
}

const warn: Trouble = (task, error) => process.emitWarning(`money: could not ${task}: ${String(error)}`)

/** One worker's purse: what it may spend, what it has spent, and the proof of it. */
export class Money {
  /** The only way to a permit, and a permit is the only way to a provider. */
  readonly permits: Permits
  readonly rates: Rates
  readonly #journal: Journal
  readonly #leases: Leases
  readonly #shipper: OwnShipper
  readonly #lock: Lock
  readonly #machine: Machine
  readonly #adoption: AdoptionOptions
  readonly #trouble: Trouble
  readonly #dataDir: string
  readonly #timers: readonly Stop[]
  constructor(parts: MoneyParts) {
    this.rates = parts.rates
    this.permits = parts.permits
    this.#journal = parts.journal
    this.#leases = parts.leases
    this.#shipper = parts.shipper
    this.#lock = parts.lock
    this.#adoption = parts.adoption
    this.#trouble = parts.trouble
    this.#dataDir = parts.dataDir
    this.#machine = parts.machine
    this.#timers = [
      parts.machine.every(parts.timings.shipMs, () => void this.#try('ship the journal', this.ship())),
      parts.machine.every(parts.timings.choresMs, () => void this.#chores()),
    ]
  }

  /** False while the journal cannot be written: providers must not be called. */
  get healthy(): boolean {
    return this.#journal.healthy && !this.#shipper.fenced
  }

  /** This worker's name in the store: unlike any other's, and every start has a new one. */
  get worker(): string {
    return this.#adoption.self
  }

  /** Moves what is durable in the journal into the ledger now. */
  ship(): Promise<void> {
    return this.#shipper.ship()
  }

  /** Winds up dead workers; answers how many. */
  adopt(): Promise<number> {
    return adoptDeadWorkers(this.#adoption)
  }

  audit(): Promise<Audit> {
    return audit(this.#adoption.store, this.#dataDir, this.#machine)
  }

  /** Leaves in good order: all shipped, all leases returned. Permits that are still out become `lost` rows. */
  async close(): Promise<void> {
    for (const stop of this.#timers) stop()
    this.permits.close()
    await this.#leases.close()
    await this.rates.close()
    try {
      await this.#journal.close()
      await this.#shipper.ship()
      await adopt({ id: this.#adoption.self }, this.#adoption)
    } finally {
      this.#lock.release()
    }
  }

  async #chores(): Promise<void> {
    const { self, store, clock } = this.#adoption
    const now = clock()
    await this.#try('renew leases', this.#leases.renew())
    await this.#try('report alive', store.workers.heartbeat(self, now))
    await this.#try('end forgotten permits', this.permits.sweep())
    await this.#try('reset budgets', this.#resetBudgets(now))
    await this.#try('adopt dead workers', this.adopt())
    await this.#try('prune rate windows', this.rates.prune())
    await this.#try('prune responses', store.responses.prune(now))
    await this.#try('prune idempotency keys', store.idempotency.prune(now))
  }

  async #resetBudgets(now: number): Promise<void> {
    for (const due of await this.#adoption.store.budgets.due(now, 100)) await resetBudget(due, this.#adoption)
  }

  async #try(task: string, work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#trouble(task, error)
    }
  }
}

interface MoneyParts {
  readonly rates: Rates
  readonly permits: Permits
  readonly journal: Journal
  readonly leases: Leases
  readonly shipper: OwnShipper
  readonly lock: Lock
  readonly machine: Machine
  readonly adoption: AdoptionOptions
  readonly trouble: Trouble
  readonly dataDir: string
  readonly timings: Timings
}

/** Opens this worker's purse, after winding up workers that died before. */
export async function openMoney(options: MoneyOptions): Promise<Money> {
  const { dataDir, store, nextReset = calendarReset, lost = 'nothing', clock = Date.now, trouble = warn } = options
  const timings = { ...defaultTimings, ...options.timings }
  const machine = options.machine ?? realMachine
  const { files, locks } = machine
  const directory = join(dataDir, 'journal')
  await files.mkdir(directory, { recursive: true, mode: 0o700 })
  const worker = `${options.workerId}-${nameOf(machine)}`
  // The lock comes first: whoever sees the worker in the store must see it alive.
  const lock = locks.take(directory, worker)
  const now = clock()
  await store.workers.register({ id: worker, host: hostname(), pid: process.pid, startedAt: now, heartbeatAt: now })
  const adoption = { store, files, locks, directory, nextReset, clock, self: worker, lost, leaseMs: timings.leaseMs }
  await adoptDeadWorkers(adoption)
  const maxSegmentBytes = options.maxSegmentBytes ?? 32 * 1024 * 1024
  const journal = new Journal({
    directory,
    worker,
    sync: options.sync,
    maxSegmentBytes,
    retryMs: timings.journalRetryMs,
    machine,
  })
  const leases = await Leases.start({ store, owner: worker, timings, nextReset, clock, machine, trouble })
  const rates = new Rates(store.rates, { clock, timings, machine, trouble })
  const shipper = new OwnShipper(worker, journal, {
    ...adoption,
    machine,
    shipped: (spent, states) => leases.shipped(spent, states),
  })
  const healthy = (): boolean => journal.healthy && !shipper.fenced
  const permits = new Permits({ journal, healthy, leases, rates, lost, permitMs: timings.permitMs, clock, now: machine.now })
  return new Money({ rates, permits, journal, leases, shipper, lock, machine, adoption, trouble, dataDir, timings })
}

/** Tells one start of a worker from the next: its journal and its leases are its own. */
const nameOf = (machine: Machine): string =>
  Math.trunc(machine.random() * 2 ** 48)
    .toString(16)
    .padStart(12, '0')
