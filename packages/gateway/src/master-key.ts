import { randomBytes } from 'node:crypto'
import type { Config } from './config/config.ts'
import type { Identity } from './identity/index.ts'

/** Keys that documentation and tutorials print. */
const published = new Set([
  'sk-1234',
  'sk-12345',
  'sk-123456',
  'sk-test',
  'sk-master',
  'sk-litellm',
  'changeme',
  'password',
  'secret',
  'master-key',
  'sk-changeme',
  'sk-1234567890',
  'sk-1234567890123456',
  'sk-1234567890abcdef',
  'sk-0123456789abcdef',
  'sk-my-master-key',
  'sk-your-master-key',
  'sk-your-secret-key',
  'sk-litellm-master-key',
  'sk-litellm-master-key-change-me',
  'your-master-key-here',
])
const shortest = 16
const fewestCharacters = 8

/** What is wrong with a master key; undefined when it will do. */
export function weaknessOf(key: string): string | undefined {
  if (published.has(key.toLowerCase())) return 'is a published example'
  if (key.length < shortest) return `is shorter than ${shortest} characters`
  return new Set(key).size < fewestCharacters ? `has fewer than ${fewestCharacters} different characters` : undefined
}

export class WeakMasterKey extends Error {}

export interface MasterKeySetup {
  /** A key that was made now: to be shown once. */
  readonly made: string | undefined
}

/**
 * Settles the master key: the configured one, else the environment's, else the one that was made at the first start. Only a hash
 * is kept. Throws WeakMasterKey for a key that anybody could guess, unless the configuration permits it.
 */
export async function settleMasterKey(identity: Identity, config: Config): Promise<MasterKeySetup> {
  const key = config.server.masterKey?.reveal()
  if (key !== undefined) {
    const weakness = weaknessOf(key)
    if (weakness !== undefined && !config.server.permitWeakMasterKey) {
      throw new WeakMasterKey(
        `The master key ${weakness}. Choose another (for example: sk-${randomBytes(16).toString('base64url')}), or set general_settings.dangerously_permit_weak_or_unset_master_key: true on a machine that nobody else reaches.`,
      )
    }
    await identity.setMasterKey(key)
    return { made: undefined }
  }
  if (identity.hasMasterKey()) return { made: undefined }
  const made = `sk-${randomBytes(24).toString('base64url')}`
  await identity.setMasterKey(made)
  return { made }
}
