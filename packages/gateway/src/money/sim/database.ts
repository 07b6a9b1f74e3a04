import type { StatementSync } from 'node:sqlite'
import { ChangeFeed } from '../../store/feed.ts'
import type { Change, LedgerTotals, Store } from '../../store/index.ts'
import { SqliteBatches } from '../../store/sqlite/batches.ts'
import { SqliteBudgets } from '../../store/sqlite/budgets.ts'
import { Connection } from '../../store/sqlite/connection.ts'
import { SqliteFiles } from '../../store/sqlite/files.ts'
import { SqliteIdempotency } from '../../store/sqlite/idempotency.ts'
import { SqliteKeys } from '../../store/sqlite/keys.ts'
import { SqliteLedger } from '../../store/sqlite/ledger.ts'
import { migrate } from '../../store/sqlite/migrate.ts'
import { SqliteRates } from '../../store/sqlite/rates.ts'
import { SqliteResponses } from '../../store/sqlite/responses.ts'
import { integer, text } from '../../store/sqlite/row.ts'
import { SqliteSettings } from '../../store/sqlite/settings.ts'
import { totalsOf } from '../../store/sqlite/totals.ts'
import { SqliteWorkers } from '../../store/sqlite/workers.ts'
import type { World } from './world.ts'

const tables = [
  'keys',
  'budgets',
  'leases',
  'rate_windows',
  'ledger',
  'rollups',
  'workers',
  'journals',
  'counters',
  'dead_letters',
]

export interface Balance {
  readonly id: string
  readonly limit: number
  readonly settled: number
  readonly resetAt: number
  readonly leases: readonly Lease[]
}

interface Lease {
  readonly owner: string
  readonly amount: number
}

export interface Row {
  readonly id: string
  readonly status: string
  readonly spendNano: number
}

/** The feed polls when the simulation says so, not by the real clock. */
const neverMs = 2 ** 31 - 1

class OpenLedger extends SqliteLedger {
  readonly #db: Connection
  constructor(db: Connection, parts: ConstructorParameters<typeof SqliteLedger>[2]) {
    super(db, ':memory:', parts)
    this.#db = db
  }

  /** On the one connection that there is; nobody writes meanwhile, because nothing here waits. */
  override totals(): Promise<LedgerTotals> {
    return totalsOf(this.#db)
  }
}

/** The real store's statements on a database in memory, emptied for each schedule. */
export class Database {
  readonly #db: Connection
  readonly #parts: Omit<Store, 'feed' | 'flush' | 'close'>
  readonly #changes: Change[] = []
  /** What was done since the schedule began, to be done again up to a point when the power was lost. */
  #history: (() => Promise<unknown>)[] = []
  #safe = 0
  readonly #balances: StatementSync
  readonly #rows: StatementSync
  readonly #sums: StatementSync
  readonly #workers: StatementSync
  private constructor(db: Connection) {
    this.#db = db
    const changed = (topic: string, id: string): void => void this.#changes.push({ topic, id })
    const budgets = new SqliteBudgets(db, changed)
    const workers = new SqliteWorkers(db)
    this.#parts = {
      budgets,
      workers,
      keys: new SqliteKeys(db, budgets, (id) => changed('key', id)),
      rates: new SqliteRates(db),
      ledger: new OpenLedger(db, { budgets, workers }),
      responses: new SqliteResponses(db),
      files: new SqliteFiles(db),
      batches: new SqliteBatches(db),
      idempotency: new SqliteIdempotency(db),
      settings: new SqliteSettings(db),
    }
    this.#balances = db.prepare(`SELECT b.id, b.max_amount, b.settled, coalesce(b.reset_at, 0) AS reset_at, l.owner, l.amount
      FROM budgets b LEFT JOIN leases l ON l.budget_id = b.id WHERE b.max_amount IS NOT NULL`)
    this.#rows = db.prepare('SELECT id, status, spend_nano FROM ledger')
    // A budget's total is what its rows cost; what is settled is the part of it that ended in the running period.
    this.#sums = db.prepare(`SELECT b.id, b.total, b.settled, coalesce(sum(l.spend_nano), 0) AS spent,
        coalesce(sum(CASE WHEN b.reset_at IS NULL OR l.end_ms >= b.period_start THEN l.spend_nano END), 0) AS spent_now
      FROM keys k JOIN budgets b ON b.id = 'key:' || k.id LEFT JOIN ledger l ON l.key_id = k.id
      GROUP BY b.id HAVING b.total <> spent OR (b.settled <> spent_now AND (b.reset_at IS NULL OR ?))`)
    this.#workers = db.prepare('SELECT id FROM workers')
  }

  static async open(): Promise<Database> {
    const db = new Connection(':memory:')
    await migrate(db)
    return new Database(db)
  }

  close(): void {
    this.#db.close()
  }

  get store(): Omit<Store, 'feed' | 'flush' | 'close'> {
    return this.#parts
  }

  clear(): void {
    for (const table of tables) this.#db.exec(`DELETE FROM ${table}`)
    this.#changes.length = 0
    this.#history = []
    this.#safe = 0
  }

  /** What a schedule begins with is safe. */
  async setUp(work: () => Promise<unknown>): Promise<void> {
    await this.do(work)
    this.#safe = this.#history.length
  }

  do<T>(work: () => Promise<T>): Promise<T> {
    this.#history.push(work)
    return work()
  }

  /** All that was committed is safe from now on. */
  flush(): void {
    this.#safe = this.#history.length
  }

  /** Forgets commits that nobody made safe: none, some or all of them, the last ones first. */
  async losePower(world: World): Promise<void> {
    const kept = this.#history.slice(0, world.random.between(this.#safe, this.#history.length))
    const lost = this.#history.length - kept.length
    this.clear()
    for (const work of kept) await this.do(work)
    this.#safe = kept.length
    world.note('power', `the store forgets ${lost} calls`)
  }

  /** Limited budgets with their leases. */
  balances(): readonly Balance[] {
    const balances = new Map<string, Balance & { readonly leases: Lease[] }>()
    for (const row of this.#balances.all()) {
      const id = text(row, 'id')
      const numbers = { limit: integer(row, 'max_amount'), settled: integer(row, 'settled'), resetAt: integer(row, 'reset_at') }
      const balance = balances.get(id) ?? { id, ...numbers, leases: [] }
      balances.set(id, balance)
      if (row['owner'] !== null) balance.leases.push({ owner: text(row, 'owner'), amount: integer(row, 'amount') })
    }
    return [...balances.values()]
  }

  rows(): readonly Row[] {
    return this.#rows
      .all()
      .map((row) => ({ id: text(row, 'id'), status: text(row, 'status'), spendNano: integer(row, 'spend_nano') }))
  }

  /** Whatever does not add up, in words. Of a budget that starts anew only the total is certain, where clocks are not. */
  sums(areClocksSure: boolean): readonly string[] {
    return this.#sums.all(areClocksSure ? 1 : 0).map((row) => JSON.stringify(row))
  }

  /** What is left of workers and their leases. */
  remains(): { readonly workers: readonly string[]; readonly leases: readonly string[] } {
    return {
      workers: this.#workers.all().map((row) => text(row, 'id')),
      leases: this.balances().flatMap(({ id, leases }) => leases.map(({ owner, amount }) => `${amount} of ${id} by ${owner}`)),
    }
  }

  changeFeed(call: <T>(what: string, work: () => Promise<T>) => Promise<T>): ChangeFeed {
    const revision = async (): Promise<number> => this.#changes.length
    return new ChangeFeed(
      {
        revision: () => call('feed.revision', revision),
        since: (from) => call('feed.since', async () => ({ revision: this.#changes.length, changes: this.#changes.slice(from) })),
        publish: async (change) => void this.#changes.push(change),
      },
      neverMs,
    )
  }
}
