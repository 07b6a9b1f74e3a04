import type { JsonObject, NanoUsd } from '@switchyard/wire'

/** What is known of an attempt when it starts. Times are Unix milliseconds. */
export interface AttemptFacts {
  /** Our own UUIDv7 of the request. */
  readonly requestId: string
  /** 1 for the first attempt of a request, counting up over retries and fallbacks. */
  readonly attempt: number
  readonly callType: string
  /** The model as the client asked for it. */
  readonly model: string
  readonly modelGroup: string
  readonly deploymentId: string | null
  readonly provider: string
  /** Host only: what may be shown to everybody who may read the ledger. */
  readonly apiBase: string | null
  readonly startMs: number
  readonly endUser: string | null
  readonly sessionId: string | null
  readonly ip: string | null
  readonly tags: readonly string[]
  readonly metadata: JsonObject
}

/** Who pays. */
export interface Payer {
  readonly keyId: string
  readonly userId: string | null
  readonly teamId: string | null
}

/**
 * `lost`: the worker died, or never settled, so how the attempt ended is not known. A settlement that comes after all
 * replaces it.
 */
export type AttemptStatus = 'success' | 'failure' | 'cancelled' | 'lost'

/** What is known of an attempt when it is over. */
export interface Outcome {
  readonly status: AttemptStatus
  /** An `ErrorKind`; read back, perhaps one that an older version knew. */
  readonly errorKind: string | null
  /** The provider's id of the reply. Providers repeat ids, so it is never a key. */
  readonly providerRequestId: string | null
  /** What the provider answered, whatever the client was told; null: nothing. */
  readonly upstreamStatus: number | null
  readonly endMs: number
  readonly firstByteMs: number | null
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  readonly reasoningTokens: number
  readonly totalTokens: number
  /** The gateway counted the tokens because the provider did not. */
  readonly estimated: boolean
  /** No price was known, so `spendNano` is 0 for want of one. */
  readonly unpriced: boolean
  readonly spendNano: NanoUsd
}

/** One attempt in the ledger. Its currency is USD. */
export interface LedgerRow extends AttemptFacts, Payer, Outcome {
  readonly id: string
}

/** The ledger's key: the request and the attempt, so that rows of one request stand together. */
export const rowId = (requestId: string, attempt: number): string => `${requestId}.${attempt}`

export interface RollupRow {
  /** UTC day of the attempt's start, `2026-11-22`. */
  readonly day: string
  readonly keyId: string
  readonly model: string
  readonly provider: string
  readonly requests: number
  readonly successes: number
  readonly failures: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  readonly reasoningTokens: number
  readonly spendNano: NanoUsd
}
