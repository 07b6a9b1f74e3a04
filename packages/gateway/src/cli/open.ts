import { existsSync } from 'node:fs'
import { PepperTrouble } from '../identity/index.ts'
import { databaseFile, openStore, type Store } from '../store/index.ts'
import { exitCodes, exitWith } from './exit.ts'

/** Opens an existing data folder for a command, and closes it after. */
export async function withStore(dataDir: string, work: (store: Store) => Promise<void>): Promise<void> {
  const file = databaseFile(dataDir)
  if (!existsSync(file)) {
    exitWith(exitCodes.unavailable, `switchyard: there is no database at ${file}; start the gateway once, or name its --data-dir`)
  }
  const store = await openStore({ dataDir })
  try {
    await work(store)
  } catch (error) {
    if (error instanceof PepperTrouble) exitWith(exitCodes.config, `switchyard: ${error.message}`)
    throw error
  } finally {
    await store.close()
  }
}
