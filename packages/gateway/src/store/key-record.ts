import type { JsonObject } from '@switchyard/wire'

/** What a role of keys may do: the words that LiteLLM's clients send and read (litellm-proxy facts §4.2, 2026-11-22). */
export type KeyType = 'default' | 'llm_api' | 'management' | 'read_only'

/** What a manager of keys may set. Money in nano-USD, times in Unix milliseconds, `null` for "none". */
export interface KeySettings {
  readonly alias: string | null
  readonly models: readonly string[]
  readonly aliases: Readonly<Record<string, string>>
  readonly expiresAt: number | null
  readonly blocked: boolean
  readonly maxBudgetNano: number | null
  readonly budgetDuration: string | null
  readonly budgetResetAt: number | null
  readonly rpmLimit: number | null
  readonly tpmLimit: number | null
  readonly maxParallelRequests: number | null
  readonly metadata: JsonObject
  readonly permissions: JsonObject
  readonly userId: string | null
  readonly teamId: string | null
  readonly organizationId: string | null
  readonly allowedRoutes: readonly string[]
  readonly keyType: KeyType
}

/** Nothing is limited, named or blocked. */
export const emptySettings: KeySettings = {
  alias: null,
  models: [],
  aliases: {},
  expiresAt: null,
  blocked: false,
  maxBudgetNano: null,
  budgetDuration: null,
  budgetResetAt: null,
  rpmLimit: null,
  tpmLimit: null,
  maxParallelRequests: null,
  metadata: {},
  permissions: {},
  userId: null,
  teamId: null,
  organizationId: null,
  allowedRoutes: [],
  keyType: 'default',
}

/** A virtual key as everybody but its holder sees it: neither the key nor what it is checked against is in here. */
export interface KeyRecord extends KeySettings {
  /** The public token id: stable over re-hashing, 64 hexadecimal digits. Ledger rows and budgets refer to it. */
  readonly id: string
  /** `sk-...abcd` */
  readonly name: string
  /** Spend of the running budget period, as far as it is shipped. */
  readonly spendNano: number
  /** Spend since the key was made. */
  readonly totalSpendNano: number
  readonly createdAt: number
  readonly createdBy: string | null
  readonly updatedAt: number
  readonly updatedBy: string | null
  readonly deletedAt: number | null
}

/** What a key is checked against: its HMAC, or the SHA-256 that LiteLLM stored until the key is first used here. */
export type KeyVerifier = { readonly hash: string } | { readonly legacyHash: string }

export interface NewKey {
  readonly id: string
  readonly name: string
  readonly verifier: KeyVerifier
  readonly settings: KeySettings
  /** Spend that an import brings along. */
  readonly spendNano: number
  readonly at: number
  readonly by: string | null
}

export interface KeyUpdate {
  readonly id: string
  readonly changes: Partial<KeySettings>
  readonly at: number
  readonly by: string | null
}

export interface KeyFilter {
  readonly userId?: string
  readonly teamId?: string
  readonly alias?: string
  readonly id?: string
  /** Deleted keys instead of the living ones. */
  readonly deleted?: boolean
  readonly offset: number
  readonly limit: number
}

/** The budget that a key's spend is charged to, limited or not. */
export const keyBudgetId = (keyId: string): string => `key:${keyId}`

/** The gauge of a key's concurrent requests: a budget in units of one request, of which nothing is ever settled. */
export const keyGaugeId = (keyId: string): string => `parallel:${keyId}`
