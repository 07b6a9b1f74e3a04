import type { JsonObject } from '@switchyard/wire'
import type { Endpoint, Incoming, Operation, Outgoing, Target } from './contracts.ts'

/**
 * A provider's batch API that is not OpenAI's: requests in the language of one of its endpoints go in, its replies come out. The
 * gateway keeps OpenAI's files and states in front of it.
 */
export interface BatchApi {
  /** Whose requests it takes. */
  readonly operations: readonly Operation[]
  /** A line of what is submitted. `body`: as the endpoint would get it. */
  row(id: string, body: JsonObject): JsonObject
  /** Asked for once: a batch that was made twice would be paid for twice. */
  submit(job: BatchJob, ask: BatchAsk): Promise<BatchReport>
  look(id: string, target: Target, ask: BatchAsk): Promise<BatchReport>
  cancel(id: string, target: Target, ask: BatchAsk): Promise<void>
  /** What a line of the results says; undefined: nothing of a row. */
  result(line: JsonObject): BatchResult | undefined
}

export interface BatchJob {
  readonly target: Target
  readonly endpoint: Endpoint
  readonly operation: Operation
  readonly name: string
  readonly rows: BatchRows
}

/** Lines of JSON that wait on the disk. */
export interface BatchRows {
  readonly bytes: number
  /** Beta flags and the like, that the endpoint would hear with one of them. */
  readonly headers: Record<string, string>
  /** A piece is good until the next one is asked for. */
  read(): AsyncIterable<Uint8Array>
}

/** Sends a request with the deployment's headers and credential; throws what the provider refuses. */
export type BatchAsk = (
  question: Pick<Outgoing, 'method' | 'url' | 'pieces'> & {
    readonly json?: JsonObject
    readonly headers?: Record<string, string>
  },
) => Promise<Incoming>

export interface BatchReport {
  readonly id: string
  /** `ended`: the results can be read, however many there are. */
  readonly state: 'running' | 'ended' | 'failed'
  /** Why it failed. */
  readonly message?: string
  /** Where the lines of the results are. */
  readonly results: readonly string[]
}

export type BatchResult =
  /** A status of 400 or more: `body` is an error as the endpoint would answer it. */
  | { readonly id: string; readonly kind: 'answered'; readonly status: number; readonly body: JsonObject }
  | {
      readonly id: string
      readonly kind: 'not run'
      readonly code: 'batch_expired' | 'batch_cancelled'
      readonly message: string
    }
