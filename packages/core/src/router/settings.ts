import type { ErrorKind } from '@switchyard/wire'

/** Group → the groups to try next, in order. The key `*` stands for every group. */
export type FallbackMap = ReadonlyMap<string, readonly string[]>

export interface RouterSettings {
  readonly retries: number
  /** How often each kind of error is retried; kinds that are not named follow `retries`. */
  readonly retryPolicy: Readonly<Partial<Record<ErrorKind, number>>>
  readonly groupRetryPolicy: ReadonlyMap<string, Readonly<Partial<Record<ErrorKind, number>>>>
  /** The least wait between two attempts. */
  readonly retryAfterMs: number
  readonly fallbacks: FallbackMap
  readonly contextFallbacks: FallbackMap
  readonly policyFallbacks: FallbackMap
  readonly defaultFallbacks: readonly string[]
  readonly maxFallbacks: number
  readonly cooldownMs: number
  readonly disableCooldowns: boolean
  /** Failures of one deployment within a minute before it cools down; undefined: by rate, as in cooldown.ts. */
  readonly allowedFails?: number
  readonly allowedFailsPolicy: Readonly<Partial<Record<ErrorKind, number>>>
}

/** LiteLLM's defaults (1.106.2, facts §9). */
export const routerDefaults: RouterSettings = {
  retries: 2,
  retryPolicy: {},
  groupRetryPolicy: new Map(),
  retryAfterMs: 0,
  fallbacks: new Map(),
  contextFallbacks: new Map(),
  policyFallbacks: new Map(),
  defaultFallbacks: [],
  maxFallbacks: 5,
  cooldownMs: 5000,
  disableCooldowns: false,
  allowedFailsPolicy: {},
}
