import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a key is stored as: worthless without the pepper. */
export const hashKey = (pepper: string, key: string): string => createHmac('sha256', pepper).update(key).digest('hex')

/** What LiteLLM stores (litellm-proxy facts, Appendix B). Only ever compared with imported rows. */
export const legacyHashKey = (key: string): string => createHash('sha256').update(key).digest('hex')

/** `sk-` and 22 url-safe characters: 128 random bits, in LiteLLM's format. */
export const generateKey = (): string => `sk-${randomBytes(16).toString('base64url')}`

/** How a key is shown: `sk-...abcd`. */
export const nameOfKey = (key: string): string => `sk-...${key.slice(-4)}`

/** Tells nothing by the time that it takes, besides the length. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
