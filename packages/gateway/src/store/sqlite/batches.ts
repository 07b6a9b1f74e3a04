import type { StatementSync } from 'node:sqlite'
import type { BatchStore, StoredBatch } from '../batch-store.ts'
import type { Connection } from './connection.ts'
import { flag, integer, text, type SqlRow } from './row.ts'

export class SqliteBatches implements BatchStore {
  readonly #db: Connection
  readonly #insert: StatementSync
  readonly #get: StatementSync
  readonly #open: StatementSync
  readonly #free: StatementSync
  readonly #claim: StatementSync
  readonly #save: StatementSync
  readonly #delete: StatementSync
  readonly #cancel: StatementSync
  readonly #release: StatementSync
  readonly #prune: StatementSync

  constructor(db: Connection) {
    this.#db = db
    this.#insert = db.prepare(
      'INSERT INTO batches (id, owner, body, is_open, created_at, keep_until) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    )
    this.#get = db.prepare('SELECT * FROM batches WHERE id = ? AND keep_until > ?')
    this.#open = db.prepare('SELECT count(*) AS count FROM batches WHERE is_open = 1 AND owner = ?')
    this.#free = db.prepare(`WITH live AS (SELECT id FROM workers WHERE state = 'live'),
      busy AS (SELECT owner, count(*) AS count FROM batches WHERE is_open = 1 AND worker IN live GROUP BY owner)
      SELECT batches.id FROM batches LEFT JOIN busy ON busy.owner = batches.owner
      WHERE is_open = 1 AND (worker IS NULL OR worker NOT IN live) ORDER BY coalesce(busy.count, 0), created_at LIMIT 1`)
    this.#claim = db.prepare('UPDATE batches SET worker = ? WHERE id = ? RETURNING *')
    this.#save = db.prepare('UPDATE batches SET body = ?, is_open = ? WHERE id = ? AND worker = ? RETURNING is_cancelled')
    this.#delete = db.prepare('DELETE FROM batches WHERE id = ? AND is_open = 0')
    this.#cancel = db.prepare('UPDATE batches SET is_cancelled = 1 WHERE id = ? AND is_open = 1')
    this.#release = db.prepare('UPDATE batches SET worker = NULL WHERE worker = ? AND (? IS NULL OR id = ?)')
    this.#prune = db.prepare(
      'DELETE FROM batches WHERE id IN (SELECT id FROM batches WHERE keep_until <= ? AND is_open = 0 LIMIT 100)',
    )
  }

  insert(batch: Omit<StoredBatch, 'isCancelled'>, mostOpen: number): Promise<boolean> {
    const { id, owner, body, isOpen, createdAt, keepUntil } = batch
    return this.#db.writeDurably(() => {
      const open = this.#open.get(owner)
      if (open !== undefined && integer(open, 'count') >= mostOpen) return false
      this.#insert.run(id, owner, body, isOpen ? 1 : 0, createdAt, keepUntil)
      return true
    })
  }

  async get(id: string, now: number): Promise<StoredBatch | undefined> {
    const row = this.#get.get(id, now)
    return row === undefined ? undefined : readBatch(row)
  }

  async claim(worker: string): Promise<StoredBatch | undefined> {
    // Looked for without a lock first: mostly there is none.
    if (this.#free.get() === undefined) return undefined
    return this.#db.write(() => {
      const free = this.#free.get()
      const row = free === undefined ? undefined : this.#claim.get(worker, text(free, 'id'))
      return row === undefined ? undefined : readBatch(row)
    })
  }

  save(
    worker: string,
    batch: Pick<StoredBatch, 'id' | 'body' | 'isOpen'>,
  ): Promise<Pick<StoredBatch, 'isCancelled'> | undefined> {
    return this.#db.write(() => {
      const row = this.#save.get(batch.body, batch.isOpen ? 1 : 0, batch.id, worker)
      return row === undefined ? undefined : { isCancelled: flag(row, 'is_cancelled') }
    })
  }

  delete(id: string): Promise<boolean> {
    return this.#db.write(() => Number(this.#delete.run(id).changes) === 1)
  }

  cancel(id: string): Promise<boolean> {
    return this.#db.write(() => Number(this.#cancel.run(id).changes) === 1)
  }

  async release(worker: string, id?: string): Promise<void> {
    await this.#db.write(() => this.#release.run(worker, id ?? null, id ?? null))
  }

  prune(now: number): Promise<number> {
    return this.#db.write(() => Number(this.#prune.run(now).changes))
  }
}

const readBatch = (row: SqlRow): StoredBatch => ({
  id: text(row, 'id'),
  owner: text(row, 'owner'),
  body: text(row, 'body'),
  isOpen: flag(row, 'is_open'),
  isCancelled: flag(row, 'is_cancelled'),
  createdAt: integer(row, 'created_at'),
  keepUntil: integer(row, 'keep_until'),
})
