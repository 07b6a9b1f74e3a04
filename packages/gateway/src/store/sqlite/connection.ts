import { fail } from '@switchyard/wire'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

/** SQLite's primary result codes (sqlite.org/rescode.html); node:sqlite gives the extended ones in `errcode`. */
const busy = 5
const constraint = 19
const mismatch = 20

const resultCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined

/** The row is at fault, not the database: a value of the wrong type, a broken constraint, something unbindable. */
export const isRowFault = (error: unknown): boolean => {
  const code = resultCode(error)
  return code === constraint || code === mismatch || (code === undefined && error instanceof TypeError)
}

/** SQLite itself would sleep on the event loop while another process writes; we wait asynchronously beyond this. */
const blockMs = 4
const giveUpMs = 10_000

/** One connection. Writes are short IMMEDIATE transactions; their work is synchronous, so they never interleave. */
export class Connection {
  readonly #db: DatabaseSync
  constructor(path: string) {
    this.#db = new DatabaseSync(path)
    this.#db.exec('PRAGMA busy_timeout = 10000')
    this.#db.exec('PRAGMA journal_mode = WAL')
    this.#db.exec('PRAGMA synchronous = NORMAL')
  }

  /** After the migrations: from now on the event loop matters more than patience. */
  serve(): void {
    this.#db.exec(`PRAGMA busy_timeout = ${blockMs}`)
  }

  /** Another thread checkpoints. Should it stop, a log of 64 MB is still copied here. */
  leaveCheckpoints(): void {
    this.#db.exec('PRAGMA wal_autocheckpoint = 16384')
  }

  prepare(sql: string): StatementSync {
    return this.#db.prepare(sql)
  }

  exec(sql: string): void {
    this.#db.exec(sql)
  }

  write<T>(work: () => T): Promise<T> {
    return this.#patiently(() => this.#transact(work))
  }

  /** For what a person did (a key made or revoked): survives a power loss as soon as the promise resolves. */
  writeDurably<T>(work: () => T): Promise<T> {
    return this.#patiently(() => {
      this.#db.exec('PRAGMA synchronous = FULL')
      try {
        return this.#transact(work)
      } finally {
        this.#db.exec('PRAGMA synchronous = NORMAL')
      }
    })
  }

  /** Copies the log into the database and syncs both; false when a reader still needs the log. */
  checkpoint(): boolean {
    const row = this.#db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()
    return row?.['busy'] === 0 && row['log'] === row['checkpointed']
  }

  close(): void {
    this.#db.close()
  }

  /** Tries again, without holding up the event loop, while another process writes. */
  async #patiently<T>(transact: () => T): Promise<T> {
    const giveUpAt = performance.now() + giveUpMs
    for (;;) {
      try {
        return transact()
      } catch (error) {
        if (resultCode(error) !== busy) throw error
        if (performance.now() > giveUpAt) {
          throw fail('unavailable', 'The database is busy. Try again.', { retryAfterMs: 1000 }, { cause: error })
        }
      }
      await sleep(1 + Math.random() * 4)
    }
  }

  /** Nothing is awaited in here, so that transactions of this connection never mix. */
  #transact<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk ends the transaction by itself.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }
}
