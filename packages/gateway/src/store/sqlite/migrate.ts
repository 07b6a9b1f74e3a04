import { pendingMigrations } from '../migrations/index.ts'
import type { Connection } from './connection.ts'
import { integer } from './row.ts'

/** Brings the database to this version's schema. Workers that start together do it once: the lock is taken first. */
export async function migrate(db: Connection): Promise<void> {
  await db.write(() => {
    db.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, applied_at INTEGER NOT NULL) STRICT')
    const row = db.prepare('SELECT coalesce(max(version), 0) AS version FROM schema_version').get()
    const version = row === undefined ? 0 : integer(row, 'version')
    for (const step of pendingMigrations(version)) {
      db.exec(step.sql)
      db.prepare('INSERT INTO schema_version (version, applied_at) VALUES (?, ?)').run(step.version, Date.now())
    }
  })
}
