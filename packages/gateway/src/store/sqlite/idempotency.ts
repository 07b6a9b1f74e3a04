import type { StatementSync } from 'node:sqlite'
import type { CallClaim, EarlierCall, IdempotencyStore, KeptAnswer } from '../idempotency-store.ts'
import type { Connection } from './connection.ts'
import { bytesOrNull, flag, text, type SqlRow } from './row.ts'

export class SqliteIdempotency implements IdempotencyStore {
  readonly #db: Connection
  readonly #find: StatementSync
  readonly #insert: StatementSync
  readonly #finish: StatementSync
  readonly #free: StatementSync
  readonly #prune: StatementSync

  constructor(db: Connection) {
    this.#db = db
    // A worker is wound up only when all that it has paid is in the ledger, whose ids begin with the call's.
    this.#find = db.prepare(`SELECT fingerprint, call_id, content_type, answer, worker IS NOT NULL AS is_running,
        worker NOT IN (SELECT id FROM workers WHERE state = 'live') AS is_orphan,
        EXISTS (SELECT 1 FROM ledger WHERE id >= call_id || '.' AND id < call_id || '/'
          AND (ledger.status = 'success' OR spend_nano > 0)) AS is_charged
      FROM idempotency WHERE owner = ? AND route = ? AND name = ? AND expires_at > ?`)
    this.#insert = db.prepare(`INSERT OR REPLACE INTO idempotency (owner, route, name, fingerprint, call_id, worker, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)`)
    this.#finish = db.prepare(`UPDATE idempotency SET worker = NULL, content_type = ?, answer = ?
      WHERE owner = ? AND route = ? AND name = ? AND call_id = ?`)
    this.#free = db.prepare('DELETE FROM idempotency WHERE owner = ? AND route = ? AND name = ? AND call_id = ?')
    this.#prune = db.prepare(
      'DELETE FROM idempotency WHERE rowid IN (SELECT rowid FROM idempotency WHERE expires_at <= ? LIMIT 500)',
    )
  }

  async claim(claim: CallClaim, now: number): Promise<EarlierCall | undefined> {
    // Looked for without a lock first: a storm of repeats writes nothing.
    return this.#earlier(claim, now) ?? this.#db.write(() => this.#earlier(claim, now) ?? this.#take(claim))
  }

  async finish({ owner, route, name, callId }: CallClaim, answer: KeptAnswer | undefined): Promise<void> {
    const [contentType, body] = answer === undefined ? [null, null] : [answer.contentType, answer.body]
    await this.#db.write(() => this.#finish.run(contentType, body, owner, route, name, callId))
  }

  async free({ owner, route, name, callId }: CallClaim): Promise<void> {
    await this.#db.write(() => this.#free.run(owner, route, name, callId))
  }

  prune(now: number): Promise<number> {
    return this.#db.write(() => Number(this.#prune.run(now).changes))
  }

  #earlier({ owner, route, name }: CallClaim, now: number): EarlierCall | undefined {
    const row = this.#find.get(owner, route, name, now)
    return row === undefined ? undefined : readCall(row)
  }

  #take({ owner, route, name, fingerprint, callId, worker, expiresAt }: CallClaim): undefined {
    this.#insert.run(owner, route, name, fingerprint, callId, worker, expiresAt)
  }
}

/** Undefined for a call that left nothing behind. */
function readCall(row: SqlRow): EarlierCall | undefined {
  const call = { callId: text(row, 'call_id'), fingerprint: text(row, 'fingerprint') }
  if (flag(row, 'is_running')) {
    if (!flag(row, 'is_orphan')) return { ...call, state: 'running' }
    return flag(row, 'is_charged') ? { ...call, state: 'over' } : undefined
  }
  const body = bytesOrNull(row, 'answer')
  if (body === null) return { ...call, state: 'over' }
  return { ...call, state: 'answered', answer: { contentType: text(row, 'content_type'), body } }
}
