import type { SettingStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { text } from './row.ts'

export class SqliteSettings implements SettingStore {
  readonly #db: Connection
  constructor(db: Connection) {
    this.#db = db
  }

  async get(name: string): Promise<string | undefined> {
    const row = this.#db.prepare('SELECT value FROM settings WHERE name = ?').get(name)
    return row === undefined ? undefined : text(row, 'value')
  }

  async put(name: string, value: string): Promise<void> {
    const sql = 'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'
    await this.#db.writeDurably(() => this.#db.prepare(sql).run(name, value))
  }

  async putIfAbsent(name: string, value: string): Promise<string> {
    const sql = 'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING'
    await this.#db.writeDurably(() => this.#db.prepare(sql).run(name, value))
    return (await this.get(name)) ?? value
  }
}
