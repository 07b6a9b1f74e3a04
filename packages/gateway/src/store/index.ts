import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openSqlite } from './sqlite/index.ts'
import type { Store } from './store.ts'

export * from './batch-store.ts'
export * from './feed.ts'
export * from './idempotency-store.ts'
export * from './key-record.ts'
export * from './ledger-row.ts'
export * from './store.ts'

export interface StoreOptions {
  readonly dataDir: string
  /** How often other processes' changes are looked for. */
  readonly pollMs?: number
  /** The process serves requests: nothing may sync the disk on its main thread. */
  readonly serves?: boolean
}

/** The embedded store's file in a data folder. */
export const databaseFile = (dataDir: string): string => join(dataDir, 'switchyard.db')

/** The embedded store in `<dataDir>/switchyard.db`. */
export async function openStore({ dataDir, pollMs = 100, serves = false }: StoreOptions): Promise<Store> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  return openSqlite(databaseFile(dataDir), { pollMs, serves })
}
