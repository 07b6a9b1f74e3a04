import type { StatementSync } from 'node:sqlite'
import type { Change, ChangeSource } from '../store.ts'
import type { Connection } from './connection.ts'
import { integer, text } from './row.ts'

/** A cache that missed more than this reads everything anew. */
const keep = 10_000
const pruneEvery = 1000

export class SqliteChanges implements ChangeSource {
  readonly #db: Connection
  readonly #dataVersion: StatementSync
  readonly #revision: StatementSync
  readonly #oldest: StatementSync
  readonly #since: StatementSync
  readonly #insert: StatementSync
  readonly #prune: StatementSync
  #seen: number | undefined
  constructor(db: Connection) {
    this.#db = db
    this.#dataVersion = db.prepare('PRAGMA data_version')
    this.#revision = db.prepare('SELECT coalesce(max(revision), 0) AS revision FROM changes')
    this.#oldest = db.prepare('SELECT min(revision) AS revision FROM changes')
    this.#since = db.prepare('SELECT revision, topic, id FROM changes WHERE revision > ? ORDER BY revision')
    this.#insert = db.prepare('INSERT INTO changes (topic, id) VALUES (?, ?)')
    this.#prune = db.prepare('DELETE FROM changes WHERE revision <= ?')
  }

  /** Inside a transaction of the caller. */
  record(topic: string, id: string): void {
    const revision = Number(this.#insert.run(topic, id).lastInsertRowid)
    // data_version does not move for this connection's own writes.
    this.#seen = undefined
    if (revision % pruneEvery === 0) this.#prune.run(revision - keep)
  }

  publish(change: Change): Promise<void> {
    return this.#db.write(() => this.record(change.topic, change.id))
  }

  async revision(): Promise<number> {
    const row = this.#revision.get()
    return row === undefined ? 0 : integer(row, 'revision')
  }

  async since(revision: number): Promise<{ readonly revision: number; readonly changes: readonly Change[] | undefined }> {
    const row = this.#dataVersion.get()
    const version = row === undefined ? 0 : integer(row, 'data_version')
    if (version === this.#seen) return { revision, changes: [] }
    this.#seen = version
    const oldest = this.#oldest.get()?.['revision']
    if (typeof oldest === 'number' && oldest > revision + 1) return { revision: await this.revision(), changes: undefined }
    const rows = this.#since.all(revision)
    const last = rows.at(-1)
    return {
      revision: last === undefined ? revision : integer(last, 'revision'),
      changes: rows.map((change) => ({ topic: text(change, 'topic'), id: text(change, 'id') })),
    }
  }
}
