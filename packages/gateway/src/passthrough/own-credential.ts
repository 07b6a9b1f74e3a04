import type { Context } from '../http/context.ts'
import { keyInAuthorization } from '../pipeline/credential.ts'

/** Headers in which providers take credentials. */
const providerHeaders = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'xi-api-key'] as const
/** It was made for the gateway's address and is worth nothing to a provider. */
const signature = /^aws4-/i
/** Headers that name the gateway's key outright, so that the others may be the provider's. */
const ownHeaders = ['x-switchyard-api-key', 'x-litellm-api-key'] as const

/**
 * The client's own credential for the provider (a coding agent's login), where another header names the gateway's key. What is a
 * key of this gateway never goes out.
 */
export async function ownCredential({
  request: { headers },
  snapshot,
  gateway,
}: Context): Promise<Readonly<Record<string, string>>> {
  const named = [snapshot.config.server.keyHeaderName, ...ownHeaders].some(
    (name) => name !== undefined && headers.get(name) !== null,
  )
  if (!named) return {}
  const found: Record<string, string> = {}
  for (const name of providerHeaders) {
    const value = headers.get(name)
    if (value === null || signature.test(value) || name === snapshot.config.server.keyHeaderName) continue
    if (!(await isOurs(gateway, keyInAuthorization(value, true) ?? value.trim()))) found[name] = value
  }
  return found
}

async function isOurs({ identity }: Context['gateway'], key: string): Promise<boolean> {
  const { directory } = identity
  const hash = directory.hash(key)
  return identity.isMasterHash(hash) || (key.startsWith('sk-') && (await directory.find(key, hash)) !== undefined)
}
