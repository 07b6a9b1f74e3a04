import type { StatementSync } from 'node:sqlite'
import type { Budget, BudgetStore, DueReset, Grant, LeaseRequest, LeaseState, Period } from '../store.ts'
import type { Connection } from './connection.ts'
import { integer, integerOrNull, type SqlRow, text, textOrNull } from './row.ts'

type BudgetSettings = Parameters<BudgetStore['put']>[0]

const selectBudget = `SELECT b.*, (SELECT coalesce(sum(amount), 0) FROM leases l WHERE l.budget_id = b.id) AS leased
  FROM budgets b`

const readBudget = (row: SqlRow): Budget => ({
  id: text(row, 'id'),
  limit: integerOrNull(row, 'max_amount'),
  settled: integer(row, 'settled'),
  total: integer(row, 'total'),
  leased: integer(row, 'leased'),
  duration: textOrNull(row, 'duration'),
  resetAt: integerOrNull(row, 'reset_at'),
})

function dueAt(budget: Budget, now: number): DueReset | undefined {
  const { resetAt, duration } = budget
  return resetAt !== null && duration !== null && resetAt <= now ? { budgetId: budget.id, resetAt, duration } : undefined
}

/** Methods ending in `Now` run inside a transaction of the caller. */
export class SqliteBudgets implements BudgetStore {
  readonly #db: Connection
  readonly #changed: (topic: 'budget' | 'wanted', id: string) => void
  readonly #get: StatementSync
  readonly #put: StatementSync
  readonly #setSettled: StatementSync
  readonly #charge: StatementSync
  readonly #bump: StatementSync
  readonly #lease: StatementSync
  readonly #putLease: StatementSync
  readonly #dropLease: StatementSync
  readonly #renew: StatementSync
  readonly #reset: StatementSync
  readonly #due: StatementSync
  constructor(db: Connection, changed: (topic: 'budget' | 'wanted', id: string) => void) {
    this.#db = db
    this.#changed = changed
    this.#get = db.prepare(`${selectBudget} WHERE b.id = ?`)
    this.#put = db.prepare(`INSERT INTO budgets (id, max_amount, duration, reset_at, period_start) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET max_amount = excluded.max_amount, duration = excluded.duration, reset_at = excluded.reset_at
      WHERE max_amount IS NOT excluded.max_amount OR duration IS NOT excluded.duration OR reset_at IS NOT excluded.reset_at`)
    this.#setSettled = db.prepare('UPDATE budgets SET settled = ? WHERE id = ?')
    this.#charge = db.prepare('UPDATE budgets SET settled = max(0, settled + ?), total = max(0, total + ?) WHERE id = ?')
    this.#bump = db.prepare('UPDATE budgets SET lease_version = lease_version + 1 WHERE id = ? RETURNING lease_version')
    this.#lease = db.prepare('SELECT amount, expires_at FROM leases WHERE budget_id = ? AND owner = ?')
    this.#putLease = db.prepare(`INSERT INTO leases (budget_id, owner, amount, expires_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (budget_id, owner) DO UPDATE SET amount = excluded.amount, expires_at = excluded.expires_at`)
    this.#dropLease = db.prepare('DELETE FROM leases WHERE budget_id = ? AND owner = ?')
    this.#renew = db.prepare('UPDATE leases SET expires_at = ? WHERE owner = ?')
    this.#reset = db.prepare('UPDATE budgets SET settled = 0, period_start = ?, reset_at = ? WHERE id = ? AND reset_at = ?')
    this.#due = db.prepare(`SELECT id, reset_at, duration FROM budgets
      WHERE reset_at <= ? AND duration IS NOT NULL ORDER BY reset_at LIMIT ?`)
  }

  put(budget: BudgetSettings): Promise<void> {
    return this.#db.writeDurably(() => this.putNow(budget))
  }

  putNow({ id, limit, duration, resetAt, now }: BudgetSettings): void {
    const changes = Number(this.#put.run(id, limit, duration, resetAt, now).changes)
    if (changes > 0) this.#changed('budget', id)
  }

  async get(id: string): Promise<Budget | undefined> {
    return this.#read(id)
  }

  setSettled(id: string, settled: number): Promise<void> {
    return this.#db.writeDurably(() => this.setSettledNow(id, settled))
  }

  setSettledNow(id: string, settled: number): void {
    this.#setSettled.run(settled, id)
    this.#changed('budget', id)
  }

  grant(request: LeaseRequest): Promise<Grant> {
    return this.#db.write(() => {
      const budget = this.#read(request.budgetId)
      if (budget === undefined) return { kind: 'missing' }
      if (budget.limit === null) return { kind: 'unlimited' }
      const due = dueAt(budget, request.now)
      if (due !== undefined) return { kind: 'due', due }
      const left = budget.limit - budget.settled - budget.leased
      const own = this.#leaseAmount(request.budgetId, request.owner)
      if (left < request.least) {
        const leasedByOthers = budget.leased - own
        if (request.ask && leasedByOthers > 0) this.#changed('wanted', request.budgetId)
        return { kind: 'denied', budget, leasedByOthers }
      }
      const share = request.share === 0 ? 0 : Math.floor(left / request.share)
      const amount = own + Math.min(left, Math.max(request.need, share))
      return { kind: 'granted', lease: this.#setLease(request, amount, request.expiresAt) }
    })
  }

  giveBack(lease: { readonly budgetId: string; readonly owner: string; readonly amount: number }): Promise<LeaseState> {
    return this.#db.write(() => this.lowerNow(lease))
  }

  /** Lowers a lease, not below nothing. */
  lowerNow(lease: { readonly budgetId: string; readonly owner: string; readonly amount: number }): LeaseState {
    const row = this.#lease.get(lease.budgetId, lease.owner)
    if (row === undefined) return this.#setLease(lease, 0, 0)
    return this.#setLease(lease, Math.max(0, integer(row, 'amount') - lease.amount), integer(row, 'expires_at'))
  }

  /** What a row costs, in the period that it ended in. */
  chargeNow(id: string, spend: { readonly total: number; readonly thisPeriod: number }): void {
    this.#charge.run(spend.thisPeriod, spend.total, id)
  }

  periodNow(id: string, until: number): { readonly start: number; readonly due: DueReset | undefined } | undefined {
    const row = this.#get.get(id)
    if (row === undefined) return undefined
    const budget = readBudget(row)
    // A budget that never starts anew has no earlier period, whatever a clock that was set back says.
    return { start: budget.resetAt === null ? 0 : integer(row, 'period_start'), due: dueAt(budget, until) }
  }

  async renew(owner: string, expiresAt: number): Promise<void> {
    await this.#db.write(() => this.#renew.run(expiresAt, owner))
  }

  reset(due: DueReset, { start, next }: Period): Promise<boolean> {
    return this.#db.write(() => {
      const won = Number(this.#reset.run(start, next, due.budgetId, due.resetAt).changes) === 1
      if (won) this.#changed('budget', due.budgetId)
      return won
    })
  }

  async due(now: number, limit: number): Promise<readonly DueReset[]> {
    return this.#due
      .all(now, limit)
      .map((row) => ({ budgetId: text(row, 'id'), resetAt: integer(row, 'reset_at'), duration: text(row, 'duration') }))
  }

  async leases(): Promise<readonly (LeaseState & { readonly owner: string; readonly expiresAt: number })[]> {
    const rows = this.#db.prepare(`SELECT l.*, b.lease_version FROM leases l JOIN budgets b ON b.id = l.budget_id`).all()
    return rows.map((row) => ({
      budgetId: text(row, 'budget_id'),
      owner: text(row, 'owner'),
      amount: integer(row, 'amount'),
      version: integer(row, 'lease_version'),
      expiresAt: integer(row, 'expires_at'),
    }))
  }

  #read(id: string): Budget | undefined {
    const row = this.#get.get(id)
    return row === undefined ? undefined : readBudget(row)
  }

  #leaseAmount(budgetId: string, owner: string): number {
    const row = this.#lease.get(budgetId, owner)
    return row === undefined ? 0 : integer(row, 'amount')
  }

  #setLease(lease: { readonly budgetId: string; readonly owner: string }, amount: number, expiresAt: number): LeaseState {
    const { budgetId, owner } = lease
    if (amount === 0) this.#dropLease.run(budgetId, owner)
    else this.#putLease.run(budgetId, owner, amount, expiresAt)
    const bumped = this.#bump.get(budgetId)
    return { budgetId, amount, version: bumped === undefined ? 0 : integer(bumped, 'lease_version') }
  }
}
