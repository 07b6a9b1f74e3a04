import type { StatementSync } from 'node:sqlite'
import type { JournalPosition, Worker, WorkerStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { integer, text } from './row.ts'

/** Methods ending in `Now` run inside a transaction of the caller. */
export class SqliteWorkers implements WorkerStore {
  readonly #db: Connection
  readonly #position: StatementSync
  readonly #move: StatementSync
  readonly #heartbeat: StatementSync
  readonly #list: StatementSync
  constructor(db: Connection) {
    this.#db = db
    this.#position = db.prepare('SELECT segment, byte_offset, sequence FROM journals WHERE worker = ?')
    this.#move = db.prepare('UPDATE journals SET segment = ?, byte_offset = ?, sequence = ? WHERE worker = ?')
    this.#heartbeat = db.prepare('UPDATE workers SET heartbeat_at = ? WHERE id = ?')
    this.#list = db.prepare('SELECT * FROM workers ORDER BY started_at, id')
  }

  async register({ id, host, pid, startedAt, heartbeatAt }: Omit<Worker, 'state'>): Promise<void> {
    // Its journal is synced from the first row on, and nobody looks for the journal of a worker that nobody knows.
    await this.#db.writeDurably(() => {
      this.#db
        .prepare(`INSERT INTO workers (id, host, pid, started_at, heartbeat_at, state) VALUES (?, ?, ?, ?, ?, 'live')`)
        .run(id, host, pid, startedAt, heartbeatAt)
      this.#db.prepare('INSERT INTO journals (worker, segment, byte_offset, sequence) VALUES (?, 1, 0, 0)').run(id)
    })
  }

  async heartbeat(id: string, now: number): Promise<void> {
    await this.#db.write(() => this.#heartbeat.run(now, id))
  }

  async list(): Promise<readonly Worker[]> {
    return this.#list.all().map((row) => ({
      id: text(row, 'id'),
      host: text(row, 'host'),
      pid: integer(row, 'pid'),
      startedAt: integer(row, 'started_at'),
      heartbeatAt: integer(row, 'heartbeat_at'),
      state: text(row, 'state') === 'live' ? 'live' : 'gone',
    }))
  }

  async position(id: string): Promise<JournalPosition | undefined> {
    return this.positionNow(id)
  }

  positionNow(id: string): JournalPosition | undefined {
    const row = this.#position.get(id)
    if (row === undefined) return undefined
    return { segment: integer(row, 'segment'), offset: integer(row, 'byte_offset'), sequence: integer(row, 'sequence') }
  }

  moveNow(id: string, to: JournalPosition): void {
    this.#move.run(to.segment, to.offset, to.sequence, id)
  }

  retire(id: string): Promise<void> {
    return this.#db.write(() => {
      this.#db.prepare(`UPDATE workers SET state = 'gone' WHERE id = ?`).run(id)
      this.#db.prepare('DELETE FROM leases WHERE owner = ?').run(id)
    })
  }

  forget(id: string): Promise<void> {
    return this.#db.write(() => {
      this.#db.prepare(`DELETE FROM journals WHERE worker = ?`).run(id)
      this.#db.prepare(`DELETE FROM workers WHERE id = ? AND state = 'gone'`).run(id)
    })
  }
}
