import { setImmediate as breathe } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'
import type { DeadLetter, JournalPosition, LedgerTotals } from '../store.ts'
import { integer, type SqlRow, text } from './row.ts'

type Reader = Pick<DatabaseSync, 'prepare'>

/** Rows summed before the event loop gets a turn: about 3 ms. */
const stride = 20_000

const readDeadLetter = (row: SqlRow): DeadLetter => ({
  worker: text(row, 'worker'),
  segment: integer(row, 'segment'),
  offset: integer(row, 'byte_offset'),
  error: text(row, 'error'),
  record: text(row, 'record'),
})

const readPosition = (row: SqlRow): readonly [string, JournalPosition] => [
  text(row, 'worker'),
  { segment: integer(row, 'segment'), offset: integer(row, 'byte_offset'), sequence: integer(row, 'sequence') },
]

async function sumLedger(db: Reader): Promise<{ rows: number; requests: number; spendNano: number }> {
  const sum = { rows: 0, requests: 0, spendNano: 0 }
  const last = db.prepare('SELECT coalesce(max(rowid), 0) AS last FROM ledger').get()
  const part = db.prepare(`SELECT count(*) AS count, coalesce(sum(attempt = 1), 0) AS requests,
    coalesce(sum(spend_nano), 0) AS spend FROM ledger WHERE rowid > ? AND rowid <= ?`)
  const end = last === undefined ? 0 : integer(last, 'last')
  for (let at = 0; at < end; at += stride) {
    if (at > 0) await breathe()
    const row = part.get(at, at + stride)
    if (row === undefined) continue
    sum.rows += integer(row, 'count')
    sum.requests += integer(row, 'requests')
    sum.spendNano += integer(row, 'spend')
  }
  return sum
}

/** Reads on a connection of its own, inside one read transaction: consistent, and others go on writing. */
export async function readTotals(path: string): Promise<LedgerTotals> {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    db.exec('PRAGMA busy_timeout = 1000')
    db.exec('BEGIN')
    return await totalsOf(db)
  } finally {
    db.close()
  }
}

/** Consistent only inside a transaction, or where nobody else writes. */
export async function totalsOf(db: Reader): Promise<LedgerTotals> {
  const rollups = db
    .prepare('SELECT coalesce(sum(requests), 0) AS rows, coalesce(sum(spend_nano), 0) AS spend FROM rollups')
    .get()
  const counters = new Map(
    db
      .prepare('SELECT name, value FROM counters')
      .all()
      .map((row) => [text(row, 'name'), integer(row, 'value')] as const),
  )
  const unbalanced = db.prepare(`SELECT k.id FROM keys k JOIN budgets b ON b.id = 'key:' || k.id
    LEFT JOIN (SELECT key_id, sum(spend_nano) AS spend FROM rollups GROUP BY key_id) r ON r.key_id = k.id
    WHERE b.total <> coalesce(r.spend, 0)`)
  return {
    ...(await sumLedger(db)),
    rollupRows: rollups === undefined ? 0 : integer(rollups, 'rows'),
    rollupSpendNano: rollups === undefined ? 0 : integer(rollups, 'spend'),
    attempts: counters.get('attempts') ?? 0,
    permits: counters.get('permits') ?? 0,
    deadLetters: db.prepare('SELECT * FROM dead_letters LIMIT 1000').all().map(readDeadLetter),
    unbalancedKeys: unbalanced.all().map((row) => text(row, 'id')),
    positions: new Map(db.prepare('SELECT * FROM journals').all().map(readPosition)),
  }
}
