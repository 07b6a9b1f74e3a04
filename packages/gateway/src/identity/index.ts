import { nextReset as calendarReset } from '../config/duration.ts'
import type { Store } from '../store/index.ts'
import { KeyDirectory } from './directory.ts'
import { KeyAdmin } from './key-admin.ts'
import { hashKey, sameHash } from './key-hash.ts'
import { settlePepper } from './pepper.ts'

export { KeyDirectory, statusOf } from './directory.ts'
export { type ImportedKey, KeyAdmin, type KeyQuery, type KeyRequest } from './key-admin.ts'
export { generateKey, hashKey, legacyHashKey, nameOfKey } from './key-hash.ts'
export { PepperTrouble, pepperVariable } from './pepper.ts'
export { WrongKeys } from './wrong-keys.ts'
export type { KeyRecord, KeySettings, KeyType } from '../store/index.ts'

export interface IdentityOptions {
  readonly store: Store
  readonly nextReset?: (duration: string, now: Date) => Date
  /** From the configuration; else one is made and kept in the store. Kept elsewhere, a copy of the database is useless. */
  readonly pepper?: string | undefined
  readonly capacity?: number
  readonly staleMs?: number
  readonly clock?: () => number
}

export interface Identity {
  readonly directory: KeyDirectory
  readonly keys: KeyAdmin
  /** Whether this is the hash (`directory.hash`) of the master key, of which nothing else is known here. */
  isMasterHash(hash: string): boolean
  hasMasterKey(): boolean
  setMasterKey(key: string): Promise<void>
  close(): void
}

const masterSetting = 'master_key_hash'

export async function openIdentity(options: IdentityOptions): Promise<Identity> {
  const { store, nextReset = calendarReset, clock = Date.now, capacity = 10_000, staleMs = 900_000 } = options
  const pepper = await settlePepper(store.settings, options.pepper)
  const directory = await KeyDirectory.open({ store, pepper, capacity, staleMs })
  let masterHash = await store.settings.get(masterSetting)
  return {
    directory,
    keys: new KeyAdmin({ store, directory, pepper, nextReset, clock }),
    isMasterHash: (hash) => masterHash !== undefined && sameHash(hash, masterHash),
    hasMasterKey: () => masterHash !== undefined,
    setMasterKey: async (key) => {
      const hash = hashKey(pepper, key)
      await store.settings.put(masterSetting, hash)
      masterHash = hash
    },
    close: () => directory.close(),
  }
}
