import { createHmac } from 'node:crypto'
import { fail } from '@switchyard/wire'
import {
  emptySettings,
  type KeyFilter,
  keyBudgetId,
  type KeyRecord,
  type KeySettings,
  KeyTaken,
  type Store,
} from '../store/index.ts'
import type { KeyDirectory } from './directory.ts'
import { generateKey, hashKey, nameOfKey } from './key-hash.ts'

export interface KeyAdminOptions {
  readonly store: Store
  readonly directory: KeyDirectory
  readonly pepper: string
  readonly nextReset: (duration: string, now: Date) => Date
  readonly clock: () => number
}

/** Settings of a new key; what is left out is empty or unlimited. */
export interface KeyRequest extends Partial<KeySettings> {
  /** A key that the caller chose, instead of a generated one. */
  readonly key?: string
}

/** A key of another gateway, known only by its SHA-256. */
export interface ImportedKey extends Partial<KeySettings> {
  readonly legacyHash: string
  readonly name: string
  readonly spendNano?: number
}

export type KeyQuery = Partial<KeyFilter>

const shortestKey = 16
const limits = ['maxBudgetNano', 'rpmLimit', 'tpmLimit', 'maxParallelRequests'] as const

/** Makes, changes and finds keys. Every change holds in this process at once, and in the others when the feed tells. */
export class KeyAdmin {
  readonly #options: KeyAdminOptions
  constructor(options: KeyAdminOptions) {
    this.#options = options
  }

  /** The only time that the key itself is seen. */
  async createKey(request: KeyRequest, by: string | null): Promise<{ readonly key: string; readonly record: KeyRecord }> {
    const { key: chosen, ...settings } = request
    const key = chosen ?? generateKey()
    if (!key.startsWith('sk-') || key.length < shortestKey) {
      const message = `A key must start with "sk-" and have at least ${shortestKey} characters.`
      throw fail('bad_request', message, { param: 'key' })
    }
    const hash = hashKey(this.#options.pepper, key)
    const record = await this.#insert({ id: hash, name: nameOfKey(key), verifier: { hash }, spendNano: 0 }, settings, by)
    return { key, record }
  }

  /** Takes over a key by its SHA-256; it is re-hashed when its holder first uses it. */
  importKey({ legacyHash, name, spendNano = 0, ...settings }: ImportedKey, by: string | null): Promise<KeyRecord> {
    const id = this.#importedId(legacyHash)
    return this.#insert({ id, name, verifier: { legacyHash }, spendNano }, settings, by)
  }

  /** Changes what is given; `null` clears. Limits hold for running leases too, within a poll of the change feed. */
  async updateKey(reference: string, changes: Partial<KeySettings>, by: string | null): Promise<KeyRecord> {
    const { store, directory, clock } = this.#options
    const id = await this.#idOf(reference)
    checkLimits(changes)
    const update = { id, changes: { ...changes, ...this.#resetAfter(changes) }, at: clock(), by }
    const record = await translated(() => store.keys.update(update))
    if (record === undefined) throw unknownKey()
    directory.invalidate(id)
    await store.feed.poll()
    return record
  }

  blockKey(reference: string, by: string | null): Promise<KeyRecord> {
    return this.updateKey(reference, { blocked: true }, by)
  }

  unblockKey(reference: string, by: string | null): Promise<KeyRecord> {
    return this.updateKey(reference, { blocked: false }, by)
  }

  /** Answers the references that were keys; the others are unknown. */
  async deleteKeys(references: readonly string[], by: string | null): Promise<readonly string[]> {
    const { store, directory, clock } = this.#options
    const deleted: string[] = []
    for (const reference of references) {
      const key = await this.#find(reference)
      if (key === undefined) continue
      const removed = await store.keys.remove([key.id], clock(), by)
      directory.invalidate(key.id)
      if (removed.length > 0) deleted.push(reference)
    }
    return deleted
  }

  /** Sets what the key has spent in this period. The ledger keeps what it knows. */
  async resetSpend(reference: string, spendNano: number): Promise<void> {
    const { store, directory } = this.#options
    const id = await this.#idOf(reference)
    await store.budgets.setSettled(keyBudgetId(id), spendNano)
    directory.invalidate(id)
    await store.feed.poll()
  }

  /** By the key itself, its token id, or the SHA-256 that it was imported with. Spend is up to date. */
  infoOf(reference: string): Promise<KeyRecord | undefined> {
    return this.#find(reference)
  }

  listKeys(query: KeyQuery): Promise<{ readonly keys: readonly KeyRecord[]; readonly total: number }> {
    return this.#options.store.keys.list({ offset: 0, limit: 100, ...query })
  }

  async #insert(
    identity: {
      readonly id: string
      readonly name: string
      readonly verifier: { readonly hash: string } | { readonly legacyHash: string }
      readonly spendNano: number
    },
    partial: Partial<KeySettings>,
    by: string | null,
  ): Promise<KeyRecord> {
    const { store, directory, clock } = this.#options
    checkLimits(partial)
    const settings = { ...emptySettings, ...this.#resetAfter(partial), ...partial }
    await translated(() => store.keys.insert({ ...identity, settings, at: clock(), by }))
    directory.invalidate(identity.id)
    const record = await store.keys.byId(identity.id)
    if (record === undefined) throw unknownKey()
    return record
  }

  /** A new period begins where a duration is set, unless the caller says when it ends. */
  #resetAfter(changes: Partial<KeySettings>): Partial<KeySettings> {
    const { budgetDuration, budgetResetAt } = changes
    if (budgetDuration === undefined || budgetResetAt !== undefined) return {}
    if (budgetDuration === null) return { budgetResetAt: null }
    const { nextReset, clock } = this.#options
    return { budgetResetAt: nextReset(budgetDuration, new Date(clock())).getTime() }
  }

  async #idOf(reference: string): Promise<string> {
    const key = await this.#find(reference)
    if (key === undefined) throw unknownKey()
    return key.id
  }

  async #find(reference: string): Promise<KeyRecord | undefined> {
    const { store, directory } = this.#options
    const key = reference.startsWith('sk-')
      ? await directory.find(reference)
      : ((await store.keys.byId(reference)) ?? (await store.keys.byId(this.#importedId(reference))))
    if (key === undefined) return undefined
    const fresh = await store.keys.byId(key.id)
    return fresh?.deletedAt === null ? fresh : undefined
  }

  /** Tells an imported key by the hash that its owners know, without keeping that hash. */
  #importedId(legacyHash: string): string {
    return createHmac('sha256', this.#options.pepper).update(`imported:${legacyHash}`).digest('hex')
  }
}

const unknownKey = () => fail('not_found', 'No such key: it was deleted, or it never existed.', { param: 'key' })

function checkLimits(settings: Partial<KeySettings>): void {
  for (const name of limits) {
    const value = settings[name] ?? 0
    if (!Number.isSafeInteger(value) || value < 0) throw fail('bad_request', `${name} must not be negative.`, { param: name })
  }
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof KeyTaken)) throw error
    const message =
      error.field === 'key_alias'
        ? 'A key with this alias exists: choose another alias, or update that key.'
        : 'This key exists already: let the gateway generate one.'
    throw fail('bad_request', message, { type: 'bad_request_error', param: error.field, code: '400' }, { cause: error })
  }
}
