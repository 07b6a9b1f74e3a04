import type { StatementSync } from 'node:sqlite'
import type { LedgerRow, RollupRow } from '../ledger-row.ts'
import type {
  DeadLetter,
  DueReset,
  JournalPosition,
  LeaseState,
  LedgerFilter,
  LedgerStore,
  LedgerTotals,
  Settlement,
  Shipment,
  ShipResult,
} from '../store.ts'
import { Batch } from './batch.ts'
import type { SqliteBudgets } from './budgets.ts'
import { type Connection, isRowFault } from './connection.ts'
import { insertLedgerRow, ledgerValues, readLedgerRow, readRollupRow } from './ledger-codec.ts'
import { readTotals } from './totals.ts'
import type { SqliteWorkers } from './workers.ts'

const upsertRollup = `INSERT INTO rollups (day, key_id, model, provider, requests, successes, failures, input_tokens,
    output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, spend_nano)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (day, key_id, model, provider) DO UPDATE SET
    requests = requests + excluded.requests, successes = successes + excluded.successes,
    failures = failures + excluded.failures, input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens,
    reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens, spend_nano = spend_nano + excluded.spend_nano`

/** A worker that asked so long ago, or whose clock is so much behind, is no reason to think that clocks were set back. */
const slackMs = 5000

export class SqliteLedger implements LedgerStore {
  readonly #db: Connection
  readonly #path: string
  readonly #budgets: SqliteBudgets
  readonly #workers: SqliteWorkers
  readonly #insert: StatementSync
  readonly #get: StatementSync
  readonly #delete: StatementSync
  readonly #rollup: StatementSync
  readonly #count: StatementSync
  readonly #deadLetter: StatementSync
  constructor(db: Connection, path: string, parts: { readonly budgets: SqliteBudgets; readonly workers: SqliteWorkers }) {
    this.#db = db
    this.#path = path
    this.#budgets = parts.budgets
    this.#workers = parts.workers
    this.#insert = db.prepare(insertLedgerRow)
    this.#get = db.prepare('SELECT * FROM ledger WHERE id = ?')
    this.#delete = db.prepare('DELETE FROM ledger WHERE id = ?')
    this.#rollup = db.prepare(upsertRollup)
    this.#count = db.prepare(
      'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
    )
    this.#deadLetter = db.prepare(`INSERT INTO dead_letters (worker, segment, byte_offset, error, record)
      VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
  }

  ship(shipment: Shipment): Promise<ShipResult> {
    return this.#db.write(() => {
      const { worker, from, to, now } = shipment
      const position = this.#workers.positionNow(worker)
      if (position?.sequence !== from.sequence) return { kind: 'behind', position }
      const due = this.#dueOf(shipment)
      if (due.length > 0) return { kind: 'due', due }
      const batch = new Batch()
      for (const settlement of shipment.settlements) this.#put(settlement, batch, { worker, position: from })
      for (const letter of shipment.unreadable) this.#bury(letter)
      this.#count.run('attempts', shipment.attempts)
      this.#count.run('permits', shipment.permits)
      this.#workers.moveNow(worker, to)
      return { kind: 'shipped', leases: this.#settle(batch, { worker, now }) }
    })
  }

  shipLost({ worker, now, settlements }: Parameters<LedgerStore['shipLost']>[0]): Promise<ShipResult> {
    return this.#db.write(() => {
      const due = this.#dueOf({ now, settlements })
      if (due.length > 0) return { kind: 'due', due }
      const batch = new Batch()
      for (const settlement of settlements) if (this.#insertRow(settlement.row)) batch.add(settlement)
      return { kind: 'shipped', leases: this.#settle(batch, { worker, now }) }
    })
  }

  async get(id: string): Promise<LedgerRow | undefined> {
    return this.#read(id)
  }

  async list(filter: LedgerFilter): Promise<readonly LedgerRow[]> {
    const conditions: string[] = []
    const values: (string | number)[] = []
    const where = (condition: string, value: string | number | undefined): void => {
      if (value === undefined) return
      conditions.push(condition)
      values.push(value)
    }
    where('key_id = ?', filter.keyId)
    where('start_ms >= ?', filter.fromMs)
    where('start_ms < ?', filter.toMs)
    if (filter.requestId !== undefined) {
      // Ids begin with the request's id and a dot, and '/' follows the dot: a range of the primary key.
      where('id >= ?', `${filter.requestId}.`)
      where('id < ?', `${filter.requestId}/`)
    }
    const condition = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
    const sql = `SELECT * FROM ledger ${condition} ORDER BY start_ms DESC, id DESC LIMIT ? OFFSET ?`
    return this.#db
      .prepare(sql)
      .all(...values, Math.min(filter.limit, 100), filter.offset)
      .map(readLedgerRow)
  }

  async rollups(fromDay: string, toDay: string): Promise<readonly RollupRow[]> {
    const sql = 'SELECT * FROM rollups WHERE day >= ? AND day <= ? ORDER BY day, key_id, model, provider'
    return this.#db.prepare(sql).all(fromDay, toDay).map(readRollupRow)
  }

  totals(): Promise<LedgerTotals> {
    return readTotals(this.#path)
  }

  /** A row must be charged to the period that it ended in, so the periods are brought up to date first. */
  #dueOf({ now, settlements }: Pick<Shipment, 'now' | 'settlements'>): readonly DueReset[] {
    const latest = new Map<string, number>()
    for (const { row, charges } of settlements) {
      if (row.spendNano > 0) for (const id of charges) latest.set(id, Math.max(latest.get(id) ?? 0, Math.min(row.endMs, now)))
    }
    return [...latest].map(([id, endMs]) => this.#budgets.periodNow(id, endMs)?.due).filter((due) => due !== undefined)
  }

  #put(settlement: Settlement, batch: Batch, from: { readonly worker: string; readonly position: JournalPosition }): void {
    try {
      if (this.#insertRow(settlement.row)) return batch.add(settlement)
      const before = this.#read(settlement.row.id)
      if (before?.status === 'lost') {
        this.#delete.run(before.id)
        this.#insertRow(settlement.row)
        batch.remove(before, settlement.charges)
        return batch.add(settlement)
      }
      // Two attempts under one id are a fault of the caller, but both were paid for: keep both.
      const row = { ...settlement.row, id: `${settlement.row.id}+${from.worker}.${settlement.sequence}` }
      this.#insertRow(row)
      batch.add({ ...settlement, row })
    } catch (error) {
      if (!isRowFault(error)) throw error
      const record = JSON.stringify(settlement)
      const { worker, position } = from
      this.#bury({ worker, segment: position.segment, offset: -settlement.sequence, error: String(error), record })
    }
  }

  #insertRow(row: LedgerRow): boolean {
    return Number(this.#insert.run(...ledgerValues(row)).changes) === 1
  }

  #bury({ worker, segment, offset, error, record }: DeadLetter): void {
    this.#deadLetter.run(worker, segment, offset, error, record)
  }

  #settle(batch: Batch, { worker, now }: Pick<Shipment, 'worker' | 'now'>): readonly LeaseState[] {
    for (const sum of batch.rollups) {
      const { day, keyId, model, provider, requests, successes, failures } = sum
      const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens, spendNano } = sum
      const tokens = [inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens]
      this.#rollup.run(day, keyId, model, provider, requests, successes, failures, ...tokens, spendNano)
    }
    for (const [id, parts] of batch.charges) {
      const start = this.#budgets.periodNow(id, 0)?.start ?? 0
      let total = 0
      let thisPeriod = 0
      for (const { spend, endMs } of parts) {
        total += spend
        if (endMs >= start || now + slackMs < start) thisPeriod += spend
      }
      this.#budgets.chargeNow(id, { total, thisPeriod })
    }
    const leases: LeaseState[] = []
    for (const [budgetId, amount] of batch.leased) leases.push(this.#budgets.lowerNow({ budgetId, owner: worker, amount }))
    return leases
  }

  #read(id: string): LedgerRow | undefined {
    const row = this.#get.get(id)
    return row === undefined ? undefined : readLedgerRow(row)
  }
}
