import { fail } from '@switchyard/wire'
import type { Change, KeyRecord, Store } from '../store/index.ts'
import { hashKey, legacyHashKey } from './key-hash.ts'
import { Lru } from './lru.ts'

export interface DirectoryOptions {
  readonly store: Store
  readonly pepper: string
  /** Records kept in this process. */
  readonly capacity: number
  /** How long the cache serves while the store does not answer. */
  readonly staleMs: number
}

/** An unknown key stays unknown for so long, unless the feed tells otherwise (reliability facts G19). */
const unknownMs = 5000

/**
 * Keys by their hash, cached. What another process changes is dropped as soon as the change feed tells; what this one
 * changes, at once. No key is kept, only its HMAC.
 */
export class KeyDirectory {
  readonly #options: DirectoryOptions
  readonly #records: Lru<KeyRecord>
  readonly #unknown: Lru<number>
  /** The hash that a record is cached under, by the record's id. */
  readonly #hashes = new Map<string, string>()
  readonly #loading = new Map<string, Promise<KeyRecord | undefined>>()
  /** Counts invalidations: what was read before one must not be cached after it. */
  #generation = 0
  #unsubscribe: (() => void) | undefined
  private constructor(options: DirectoryOptions) {
    this.#options = options
    this.#records = new Lru(options.capacity)
    this.#unknown = new Lru(options.capacity)
  }

  static async open(options: DirectoryOptions): Promise<KeyDirectory> {
    const directory = new KeyDirectory(options)
    directory.#unsubscribe = await options.store.feed.subscribe((changes) => directory.#heed(changes))
    return directory
  }

  hash(key: string): string {
    return hashKey(this.#options.pepper, key)
  }

  /**
   * The key's record, at once when it is cached. Blocked and expired keys are found too: see `statusOf`. `hash` spares
   * hashing the key again when the caller has done so.
   */
  find(key: string, hash: string = this.hash(key)): KeyRecord | undefined | Promise<KeyRecord | undefined> {
    if (this.#options.store.feed.staleMs > this.#options.staleMs) {
      throw fail('unavailable', 'Keys cannot be checked: the database does not answer. Try again.', { retryAfterMs: 1000 })
    }
    const record = this.#records.get(hash)
    if (record !== undefined) return record
    const unknownSince = this.#unknown.get(hash)
    if (unknownSince !== undefined && performance.now() - unknownSince < unknownMs) return undefined
    // Many requests with one cold key read it once.
    const running = this.#loading.get(hash)
    if (running !== undefined) return running
    const loading = this.#load(hash, legacyHashKey(key)).finally(() => this.#loading.delete(hash))
    this.#loading.set(hash, loading)
    return loading
  }

  /** Drops what is cached of a key: after a change by this process. */
  invalidate(id: string): void {
    this.#generation += 1
    const hash = this.#hashes.get(id)
    this.#hashes.delete(id)
    if (hash !== undefined) this.#records.delete(hash)
    // An id does not tell which unknown key became known.
    this.#unknown.clear()
    this.#loading.clear()
  }

  close(): void {
    this.#unsubscribe?.()
  }

  async #load(hash: string, legacyHash: string): Promise<KeyRecord | undefined> {
    const { store } = this.#options
    const generation = this.#generation
    const found = await store.keys.byVerifier(hash, legacyHash)
    if (found?.legacy) await store.keys.rehash(found.record.id, hash)
    if (generation !== this.#generation) return found?.record
    if (found === undefined) this.#unknown.set(hash, performance.now())
    else this.#remember(hash, found.record)
    return found?.record
  }

  #remember(hash: string, record: KeyRecord): void {
    this.#records.set(hash, record)
    this.#hashes.set(record.id, hash)
    if (this.#hashes.size > 2 * this.#options.capacity) this.#forgetEvicted()
  }

  #forgetEvicted(): void {
    for (const [id, hash] of this.#hashes) if (!this.#records.has(hash)) this.#hashes.delete(id)
  }

  #heed(changes: readonly Change[] | undefined): void {
    if (changes === undefined) {
      this.#generation += 1
      this.#records.clear()
      this.#unknown.clear()
      this.#hashes.clear()
      this.#loading.clear()
      return
    }
    for (const { topic, id } of changes) if (topic === 'key') this.invalidate(id)
  }
}

/** Whether a key may be used; the reason why not is the caller's to tell. */
export function statusOf(key: KeyRecord, now: number): 'active' | 'blocked' | 'expired' | 'deleted' {
  if (key.deletedAt !== null) return 'deleted'
  if (key.blocked) return 'blocked'
  return key.expiresAt !== null && key.expiresAt <= now ? 'expired' : 'active'
}
