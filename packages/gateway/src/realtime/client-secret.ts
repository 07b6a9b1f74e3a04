import { isObject, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import { sameHash } from '../identity/key-hash.ts'
import type { KeyDirectory } from '../identity/index.ts'

/** What a secret for a browser says: whose money its conversation spends, until when it opens one, and which. */
export interface ClientSecret {
  readonly keyId: string
  readonly expiresAtMs: number
  readonly model: string
  /** What the conversation begins with: the rest of OpenAI's `session`. */
  readonly session: JsonObject
}

type Hasher = Pick<KeyDirectory, 'hash'>

const prefix = 'ek_'
const written = /^ek_([\w-]+)([0-9a-f]{64})$/

/** It travels in a header of a handshake, of which servers in the middle often take no more than 8 KB in all. */
const longest = 6000

export const isClientSecret = (key: string): boolean => key.startsWith(prefix)

const macOf = (hasher: Hasher, text: string): string => hasher.hash(`client-secret:${text}`)

/** Nothing is kept: the secret says it all, and nobody can make one that was not given out. Undefined: it is too long. */
export function writeClientSecret(hasher: Hasher, { keyId, expiresAtMs, model, session }: ClientSecret): string | undefined {
  const text = Buffer.from(JSON.stringify([keyId, expiresAtMs, model, session])).toString('base64url')
  const secret = prefix + text + macOf(hasher, text)
  return secret.length > longest ? undefined : secret
}

/** Undefined: it is none of ours. */
export function readClientSecret(hasher: Hasher, secret: string): ClientSecret | undefined {
  const [, text, mac] = secret.length > longest ? [] : (written.exec(secret) ?? [])
  if (text === undefined || mac === undefined || !sameHash(mac, macOf(hasher, text))) return undefined
  const value = parseJson(Buffer.from(text, 'base64url').toString())
  if (!Array.isArray(value)) return undefined
  const [keyId, expiresAtMs, model, session]: readonly unknown[] = value
  const id = stringOf(keyId)
  const name = stringOf(model)
  if (id === undefined || name === undefined || typeof expiresAtMs !== 'number' || !isObject(session)) return undefined
  return { keyId: id, expiresAtMs, model: name, session }
}
