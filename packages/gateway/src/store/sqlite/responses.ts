import type { StatementSync } from 'node:sqlite'
import type { ResponseStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { text } from './row.ts'

type StoredResponse = Parameters<ResponseStore['put']>[0]

export class SqliteResponses implements ResponseStore {
  readonly #db: Connection
  readonly #put: StatementSync
  readonly #get: StatementSync
  readonly #delete: StatementSync
  readonly #prune: StatementSync
  readonly #list: StatementSync
  constructor(db: Connection) {
    this.#db = db
    // The WHERE keeps one key from writing over another key's response.
    this.#put = db.prepare(`INSERT INTO responses (id, key_id, body, expires_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET body = excluded.body, expires_at = excluded.expires_at WHERE key_id = excluded.key_id`)
    this.#get = db.prepare('SELECT body FROM responses WHERE id = ? AND key_id = ? AND expires_at > ?')
    this.#delete = db.prepare('DELETE FROM responses WHERE id = ? AND key_id = ?')
    this.#list = db.prepare(`SELECT id, body FROM responses WHERE key_id = ? AND expires_at > ?
      ORDER BY expires_at DESC, rowid DESC LIMIT ?`)
    this.#prune = db.prepare('DELETE FROM responses WHERE id IN (SELECT id FROM responses WHERE expires_at <= ? LIMIT 100)')
  }

  async put({ id, keyId, body, expiresAt }: StoredResponse): Promise<void> {
    await this.#db.write(() => this.#put.run(id, keyId, body, expiresAt))
  }

  async get(id: string, keyId: string, now: number): Promise<string | undefined> {
    const row = this.#get.get(id, keyId, now)
    return row === undefined ? undefined : text(row, 'body')
  }

  delete(id: string, keyId: string): Promise<boolean> {
    return this.#db.write(() => Number(this.#delete.run(id, keyId).changes) === 1)
  }

  async list(keyId: string, now: number, limit: number): Promise<readonly { readonly id: string; readonly body: string }[]> {
    return this.#list.all(keyId, now, limit).map((row) => ({ id: text(row, 'id'), body: text(row, 'body') }))
  }

  prune(now: number): Promise<number> {
    return this.#db.write(() => Number(this.#prune.run(now).changes))
  }
}
