import type { StatementSync } from 'node:sqlite'
import type { FileStore, StoredFile } from '../batch-store.ts'
import type { Connection } from './connection.ts'
import { integer, text, type SqlRow } from './row.ts'

export class SqliteFiles implements FileStore {
  readonly #db: Connection
  readonly #sum: StatementSync
  readonly #put: StatementSync
  readonly #get: StatementSync
  readonly #delete: StatementSync
  readonly #expired: StatementSync

  constructor(db: Connection) {
    this.#db = db
    this.#sum = db.prepare('SELECT coalesce(sum(bytes), 0) AS bytes FROM files WHERE owner = ? AND id <> ?')
    this.#put = db.prepare(`INSERT OR REPLACE INTO files
      (id, owner, filename, content_type, purpose, bytes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#get = db.prepare('SELECT * FROM files WHERE id = ? AND expires_at > ?')
    this.#delete = db.prepare('DELETE FROM files WHERE id = ?')
    this.#expired = db.prepare('SELECT id FROM files WHERE expires_at <= ? ORDER BY expires_at LIMIT ?')
  }

  put(file: StoredFile, mostBytes: number): Promise<boolean> {
    const { id, owner, filename, contentType, purpose, bytes, createdAt, expiresAt } = file
    return this.#db.write(() => {
      const others = this.#sum.get(owner, id)
      if (others !== undefined && integer(others, 'bytes') + bytes > mostBytes) return false
      this.#put.run(id, owner, filename, contentType, purpose, bytes, createdAt, expiresAt)
      return true
    })
  }

  async get(id: string, now: number): Promise<StoredFile | undefined> {
    const row = this.#get.get(id, now)
    return row === undefined ? undefined : readFile(row)
  }

  delete(id: string): Promise<boolean> {
    return this.#db.write(() => Number(this.#delete.run(id).changes) === 1)
  }

  async expired(now: number, limit: number): Promise<readonly string[]> {
    return this.#expired.all(now, limit).map((row) => text(row, 'id'))
  }
}

const readFile = (row: SqlRow): StoredFile => ({
  id: text(row, 'id'),
  owner: text(row, 'owner'),
  filename: text(row, 'filename'),
  contentType: text(row, 'content_type'),
  purpose: text(row, 'purpose'),
  bytes: integer(row, 'bytes'),
  createdAt: integer(row, 'created_at'),
  expiresAt: integer(row, 'expires_at'),
})
