import type { KeptKind, Operation } from '@switchyard/core'
import type { Usage } from '@switchyard/wire'
import type { APIError } from './errors.ts'

/** What a callback learns of a call. */
export interface CallRecord {
  readonly callId: string
  /** What was asked of a model, or the kind of what a provider keeps. */
  readonly operation: Operation | KeptKind
  /** As the caller wrote it. */
  readonly model: string
  /** Who answered, or was asked last; absent when nobody was asked. */
  readonly provider?: string
  readonly providerModel?: string
  readonly stream: boolean
  readonly startedMs: number
  readonly latencyMs: number
  readonly firstByteMs?: number
  readonly usage?: Usage
  /** Nano-USD (1e-9); absent for a model without a price. */
  readonly costNano?: number
  /** True when the caller left the stream before its end. */
  readonly cancelled?: boolean
  readonly error?: APIError
}

/** Observers of calls. Their return values are not waited for, and what they throw is printed, not passed on. */
export interface Callbacks {
  readonly onStart?: (record: Pick<CallRecord, 'callId' | 'operation' | 'model' | 'stream' | 'startedMs'>) => unknown
  readonly onSuccess?: (record: CallRecord) => unknown
  readonly onFailure?: (record: CallRecord) => unknown
}

/** Runs one kind of callback on all observers. */
export function notify(callbacks: readonly Callbacks[], run: (one: Callbacks) => unknown): void {
  for (const one of callbacks) {
    try {
      Promise.resolve(run(one)).catch(complain)
    } catch (error) {
      complain(error)
    }
  }
}

// oxlint-disable-next-line no-console -- an observer's mistake must be seen, and there is no caller to throw it at
const complain = (error: unknown): void => console.error('switchyard: a callback failed:', error)
