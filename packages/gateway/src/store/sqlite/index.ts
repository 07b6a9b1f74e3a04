import { ChangeFeed } from '../feed.ts'
import type { Store } from '../store.ts'
import { SqliteBatches } from './batches.ts'
import { SqliteBudgets } from './budgets.ts'
import { SqliteChanges } from './changes.ts'
import { startCheckpointer } from './checkpointer.ts'
import { Connection } from './connection.ts'
import { SqliteFiles } from './files.ts'
import { SqliteIdempotency } from './idempotency.ts'
import { SqliteKeys } from './keys.ts'
import { SqliteLedger } from './ledger.ts'
import { migrate } from './migrate.ts'
import { SqliteRates } from './rates.ts'
import { SqliteResponses } from './responses.ts'
import { SqliteSettings } from './settings.ts'
import { SqliteWorkers } from './workers.ts'

/** Opens (and migrates) the embedded database. Several processes of one machine may open the same file. */
export async function openSqlite(path: string, { pollMs, serves }: { pollMs: number; serves: boolean }): Promise<Store> {
  const db = new Connection(path)
  try {
    await migrate(db)
  } catch (error) {
    db.close()
    throw error
  }
  db.serve()
  const endCheckpoints = serves ? startCheckpointer(path) : undefined
  if (serves) db.leaveCheckpoints()
  const changes = new SqliteChanges(db)
  const feed = new ChangeFeed(changes, pollMs)
  const budgets = new SqliteBudgets(db, (topic, id) => changes.record(topic, id))
  const workers = new SqliteWorkers(db)
  return {
    feed,
    budgets,
    workers,
    keys: new SqliteKeys(db, budgets, (id) => changes.record('key', id)),
    rates: new SqliteRates(db),
    ledger: new SqliteLedger(db, path, { budgets, workers }),
    responses: new SqliteResponses(db),
    files: new SqliteFiles(db),
    batches: new SqliteBatches(db),
    idempotency: new SqliteIdempotency(db),
    settings: new SqliteSettings(db),
    flush: async () => db.checkpoint(),
    close: async () => {
      feed.close()
      await endCheckpoints?.()
      db.close()
    },
  }
}
