import type { BatchStore, FileStore } from './batch-store.ts'
import type { ChangeFeed } from './feed.ts'
import type { IdempotencyStore } from './idempotency-store.ts'
import type { KeyFilter, KeyRecord, KeyUpdate, NewKey } from './key-record.ts'
import type { LedgerRow, RollupRow } from './ledger-row.ts'

/**
 * What the gateway keeps. One contract, tested by `store.contract.ts` on every engine. A call that fails may have been done all
 * the same: answers get lost.
 */
export interface Store {
  readonly feed: ChangeFeed
  readonly keys: KeyStore
  readonly budgets: BudgetStore
  readonly rates: RateStore
  readonly ledger: LedgerStore
  readonly workers: WorkerStore
  readonly responses: ResponseStore
  readonly files: FileStore
  readonly batches: BatchStore
  readonly idempotency: IdempotencyStore
  readonly settings: SettingStore
  /** Makes all that was committed survive a power loss; false when it could not be done now. */
  flush(): Promise<boolean>
  close(): Promise<void>
}

/** `key` names a key's id, `budget` and `wanted` a budget's. Other modules may publish topics of their own. */
export interface Change {
  readonly topic: string
  readonly id: string
}

export interface ChangeSource {
  revision(): Promise<number>
  /** The changes after `revision`; `undefined` in place of them when the feed no longer reaches back so far. */
  since(revision: number): Promise<{ readonly revision: number; readonly changes: readonly Change[] | undefined }>
  publish(change: Change): Promise<void>
}

/** Thrown when a key's unique field is taken; `field` names it as the API spells it. */
export class KeyTaken extends Error {
  readonly field: 'key' | 'key_alias'
  constructor(field: 'key' | 'key_alias') {
    super(`a key with this ${field} exists`)
    this.name = 'KeyTaken'
    this.field = field
  }
}

/** Writes publish a `key` change, and a `budget` change where a limit moved, in their own transaction. */
export interface KeyStore {
  insert(key: NewKey): Promise<void>
  update(update: KeyUpdate): Promise<KeyRecord | undefined>
  /** Marks keys as deleted; answers the ids that were not deleted before. */
  remove(ids: readonly string[], at: number, by: string | null): Promise<readonly string[]>
  byId(id: string): Promise<KeyRecord | undefined>
  /** Finds a living key by its HMAC or, where it was imported and never used, by its SHA-256. */
  byVerifier(hash: string, legacyHash: string): Promise<{ readonly record: KeyRecord; readonly legacy: boolean } | undefined>
  /** Replaces an imported SHA-256 by the HMAC. */
  rehash(id: string, hash: string): Promise<void>
  list(filter: KeyFilter): Promise<{ readonly keys: readonly KeyRecord[]; readonly total: number }>
}

export interface Budget {
  readonly id: string
  readonly limit: number | null
  /** Spent in the running period, as far as it is shipped. */
  readonly settled: number
  /** Spent since the beginning. */
  readonly total: number
  /** The sum of all leases. */
  readonly leased: number
  readonly duration: string | null
  readonly resetAt: number | null
}

/** A lease's amount after a change. `version` orders the answers of calls that ran side by side. */
export interface LeaseState {
  readonly budgetId: string
  readonly amount: number
  readonly version: number
}

export interface LeaseRequest {
  readonly budgetId: string
  readonly owner: string
  /** Less than this is of no use; nothing is granted then. */
  readonly least: number
  readonly need: number
  /** Grant up to 1/share of what is left when that is more than `need`; 0 grants the need only. */
  readonly share: number
  readonly now: number
  readonly expiresAt: number
  /** Publish `wanted` when it is denied while others hold leases. */
  readonly ask: boolean
}

export interface DueReset {
  readonly budgetId: string
  readonly resetAt: number
  readonly duration: string
}

/** Rows that ended at `start` or later are charged to it; all are, while the clock is behind its start. */
export interface Period {
  readonly start: number
  /** When the one after it begins. */
  readonly next: number
}

export type Grant =
  | { readonly kind: 'granted'; readonly lease: LeaseState }
  | { readonly kind: 'denied'; readonly budget: Budget; readonly leasedByOthers: number }
  /** Nobody limits this budget (any more). */
  | { readonly kind: 'unlimited' }
  /** Its period is over: reset it, then ask again. */
  | { readonly kind: 'due'; readonly due: DueReset }
  | { readonly kind: 'missing' }

/** Law: settled + the sum of leases <= limit, except where a limit was lowered or a provider billed more than the bound. */
export interface BudgetStore {
  put(budget: {
    readonly id: string
    readonly limit: number | null
    readonly duration: string | null
    readonly resetAt: number | null
    readonly now: number
  }): Promise<void>
  get(id: string): Promise<Budget | undefined>
  setSettled(id: string, settled: number): Promise<void>
  grant(request: LeaseRequest): Promise<Grant>
  giveBack(lease: { readonly budgetId: string; readonly owner: string; readonly amount: number }): Promise<LeaseState>
  renew(owner: string, expiresAt: number): Promise<void>
  /** Opens the period that runs now; false when another worker was first. */
  reset(due: DueReset, period: Period): Promise<boolean>
  due(now: number, limit: number): Promise<readonly DueReset[]>
  leases(): Promise<readonly (LeaseState & { readonly owner: string; readonly expiresAt: number })[]>
}

export interface WindowRequest {
  readonly bucket: string
  /** Number of the sub-bucket that now lies in. */
  readonly slot: number
  /** First slot that still counts. */
  readonly oldest: number
  readonly limit: number
  readonly least: number
  readonly need: number
  /** Take up to this many, but no more than a quarter of what is left, when that is more than `need`. */
  readonly chunk: number
}

export interface WindowGrant {
  readonly granted: number
  /** The window before the grant, oldest slot first. */
  readonly slots: readonly { readonly slot: number; readonly used: number }[]
}

export interface RateStore {
  take(request: WindowRequest): Promise<WindowGrant>
  adjust(corrections: readonly { readonly bucket: string; readonly slot: number; readonly delta: number }[]): Promise<void>
  /** Drops slots before `oldest`. */
  prune(oldest: number): Promise<void>
}

/** Where the shipper stands in a worker's journal. `sequence` is the last record that was taken over. */
export interface JournalPosition {
  readonly segment: number
  readonly offset: number
  readonly sequence: number
}

export interface Settlement {
  readonly sequence: number
  readonly row: LedgerRow
  /** Budgets whose `settled` rises by the row's spend. */
  readonly charges: readonly string[]
  /** Those of them whose lease falls by it. */
  readonly leased: readonly string[]
}

export interface DeadLetter {
  readonly worker: string
  readonly segment: number
  readonly offset: number
  readonly error: string
  readonly record: string
}

export interface Shipment {
  readonly worker: string
  /** Rows that ended later than this (a clock was set back) do not open periods that are yet to come. */
  readonly now: number
  readonly from: JournalPosition
  readonly to: JournalPosition
  readonly settlements: readonly Settlement[]
  /** Attempts and permits that the journal opened between `from` and `to`. */
  readonly attempts: number
  readonly permits: number
  readonly unreadable: readonly DeadLetter[]
}

export type ShipResult =
  | { readonly kind: 'shipped'; readonly leases: readonly LeaseState[] }
  /** Somebody else has shipped; go on from there. */
  | { readonly kind: 'behind'; readonly position: JournalPosition | undefined }
  | { readonly kind: 'due'; readonly due: readonly DueReset[] }

export interface LedgerTotals {
  readonly rows: number
  /** Rows of first attempts: one for each request that reached a provider. */
  readonly requests: number
  readonly spendNano: number
  readonly rollupRows: number
  readonly rollupSpendNano: number
  /** Attempts and permits that shipped journals opened. */
  readonly attempts: number
  readonly permits: number
  readonly deadLetters: readonly DeadLetter[]
  /** Keys whose budget's total is not the sum of their rollups. */
  readonly unbalancedKeys: readonly string[]
  readonly positions: ReadonlyMap<string, JournalPosition>
}

export interface LedgerFilter {
  readonly keyId?: string
  readonly requestId?: string
  readonly fromMs?: number
  readonly toMs?: number
  readonly offset: number
  readonly limit: number
}

export interface LedgerStore {
  /** Rows, rollups, budgets, leases, counters and the position, in one transaction. At most 100 settlements. */
  ship(shipment: Shipment): Promise<ShipResult>
  /** Writes rows for attempts that a dead worker left open; rows that exist are left alone. */
  shipLost(lost: Pick<Shipment, 'worker' | 'now' | 'settlements'>): Promise<ShipResult>
  get(id: string): Promise<LedgerRow | undefined>
  /** Newest first. */
  list(filter: LedgerFilter): Promise<readonly LedgerRow[]>
  rollups(fromDay: string, toDay: string): Promise<readonly RollupRow[]>
  /** One consistent view of everything that must add up. */
  totals(): Promise<LedgerTotals>
}

export interface Worker {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly startedAt: number
  readonly heartbeatAt: number
  /** `gone`: dead, shipped and without leases; only its files may be left. */
  readonly state: 'live' | 'gone'
}

export interface WorkerStore {
  register(worker: Omit<Worker, 'state'>): Promise<void>
  heartbeat(id: string, now: number): Promise<void>
  list(): Promise<readonly Worker[]>
  position(id: string): Promise<JournalPosition | undefined>
  /** Marks a dead worker as gone and frees its leases. Only when its journal is shipped to the end. */
  retire(id: string): Promise<void>
  /** Forgets a worker that is gone and whose files are deleted. */
  forget(id: string): Promise<void>
}

/** Replies kept for /v1/responses, and objects that a provider keeps. All calls see only what belongs to the key. */
export interface ResponseStore {
  put(response: { readonly id: string; readonly keyId: string; readonly body: string; readonly expiresAt: number }): Promise<void>
  get(id: string, keyId: string, now: number): Promise<string | undefined>
  /** True for one caller only. */
  delete(id: string, keyId: string): Promise<boolean>
  /** The newest first. */
  list(keyId: string, now: number, limit: number): Promise<readonly { readonly id: string; readonly body: string }[]>
  /** Deletes some of the expired ones; answers how many. */
  prune(now: number): Promise<number>
}

export interface SettingStore {
  get(name: string): Promise<string | undefined>
  put(name: string, value: string): Promise<void>
  /** Keeps the value that is there, or puts this one; answers what is there then. */
  putIfAbsent(name: string, value: string): Promise<string>
}
