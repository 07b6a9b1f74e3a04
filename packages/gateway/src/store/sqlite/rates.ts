import type { StatementSync } from 'node:sqlite'
import type { RateStore, WindowGrant, WindowRequest } from '../store.ts'
import type { Connection } from './connection.ts'
import { integer } from './row.ts'

export class SqliteRates implements RateStore {
  readonly #db: Connection
  readonly #window: StatementSync
  readonly #add: StatementSync
  readonly #prune: StatementSync
  constructor(db: Connection) {
    this.#db = db
    this.#window = db.prepare('SELECT slot, used FROM rate_windows WHERE bucket = ? AND slot >= ? AND used > 0 ORDER BY slot')
    this.#add = db.prepare(`INSERT INTO rate_windows (bucket, slot, used) VALUES (?, ?, max(0, ?))
      ON CONFLICT (bucket, slot) DO UPDATE SET used = max(0, used + ?)`)
    this.#prune = db.prepare('DELETE FROM rate_windows WHERE slot < ?')
  }

  take(request: WindowRequest): Promise<WindowGrant> {
    return this.#db.write(() => {
      // Slots after `slot` are counted too: a worker with a slower clock must not gain by it.
      const slots = this.#window
        .all(request.bucket, request.oldest)
        .map((row) => ({ slot: integer(row, 'slot'), used: integer(row, 'used') }))
      const left = request.limit - slots.reduce((sum, entry) => sum + entry.used, 0)
      if (left < request.least) return { granted: 0, slots }
      const granted = Math.min(left, Math.max(request.need, Math.min(request.chunk, Math.floor(left / 4))))
      this.#add.run(request.bucket, request.slot, granted, granted)
      return { granted, slots }
    })
  }

  adjust(corrections: readonly { readonly bucket: string; readonly slot: number; readonly delta: number }[]): Promise<void> {
    return this.#db.write(() => {
      for (const { bucket, slot, delta } of corrections) this.#add.run(bucket, slot, delta, delta)
    })
  }

  async prune(oldest: number): Promise<void> {
    await this.#db.write(() => this.#prune.run(oldest))
  }
}
