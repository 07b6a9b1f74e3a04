import { isObject, parseJson, type JsonObject } from '@switchyard/wire'
import type { StoredBatch } from '../../store/index.ts'

/** OpenAI's states of a batch, without `cancelling`: that is any open one that somebody wants to end. */
export type BatchState = 'validating' | 'in_progress' | 'finalizing' | 'completed' | 'failed' | 'expired' | 'cancelled'

export interface BatchFault {
  readonly code: string
  readonly message: string
  readonly line: number | null
}

/** A batch that a provider makes by way of an API of its own. */
export interface RemoteBatch {
  readonly deploymentId: string
  /** The model as the rows name it. */
  readonly model: string
  /** The ledger row of all its rows. */
  readonly requestId: string
  /** The provider may have heard of it. */
  readonly isSubmitted: boolean
  /** Its id there. */
  readonly upstreamId: string | null
  readonly isCancelled: boolean
}

/** A batch that the gateway works on itself. Times are Unix milliseconds. */
export interface BatchRecord {
  readonly state: BatchState
  readonly endpoint: string
  readonly completionWindow: string
  readonly inputFile: string
  /** Lines are added to them while the batch runs; the client hears of them when it is over. */
  readonly outputFile: string
  readonly errorFile: string
  readonly expiresMs: number
  /** When it came into a state. */
  readonly times: Readonly<Partial<Record<BatchState | 'cancelling', number>>>
  readonly counts: { readonly total: number; readonly completed: number; readonly failed: number }
  /** Rows that were not run in time; they are among the failed ones. */
  readonly expired: number
  /** Whether there is a line in the files; known when it is over. */
  readonly hasOutput: boolean
  readonly hasErrors: boolean
  /** Where a provider makes it; null: the gateway does, row by row. */
  readonly remote: RemoteBatch | null
  readonly faults: readonly BatchFault[]
  readonly metadata: JsonObject | null
  /** Of the request that made it: they hold for every row. */
  readonly headers: Readonly<Record<string, string>>
  readonly ip: string | null
}

const over: ReadonlySet<BatchState> = new Set(['completed', 'failed', 'expired', 'cancelled'])

export const isOver = ({ state }: BatchRecord): boolean => over.has(state)

export const withState = (record: BatchRecord, state: BatchState): BatchRecord => ({
  ...record,
  state,
  times: { ...record.times, [state]: Date.now() },
})

/** What was written by `JSON.stringify`. */
export function readRecord({ id, body }: Pick<StoredBatch, 'id' | 'body'>): BatchRecord {
  const value = parseJson(body)
  if (isRecord(value)) return value
  throw new Error(`batch ${id} cannot be read`)
}

const isRecord = (value: unknown): value is BatchRecord =>
  isObject(value) && typeof value['state'] === 'string' && isObject(value['counts']) && isObject(value['times'])
