import type { FakeUsage } from './plan.ts'

/** How one answer goes wrong, or is slow, or is other than usual. What is absent is as usual. */
export interface Script {
  /** Only a request whose path or body holds this text takes the script. */
  readonly when?: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent instead of the usual answer. */
  readonly body?: string | Uint8Array
  /** Changes the events of a stream, or the one text of a whole answer. */
  readonly edit?: (events: readonly string[]) => readonly string[]
  readonly usage?: Partial<FakeUsage> | 'missing'
  /** Before the status line. */
  readonly delayMs?: number
  /** Between two events. */
  readonly paceMs?: number
  /** Never sends a status line. */
  readonly silent?: true
  /** Sends so many events, then nothing more, on an open connection. */
  readonly stallAfter?: number
  /** Ends the connection: before the status line, or in the middle of the event with this index. */
  readonly cut?: { readonly at: 'head' | number; readonly by: 'fin' | 'reset' }
  /** Bytes a write: 1 sends every byte alone. */
  readonly split?: number
  readonly gzip?: true
}

/** Answers of the kinds that providers really send. */
export const failure = (status: number, headers: Readonly<Record<string, string>> = {}): Script => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ error: { message: `scripted ${status}`, type: 'scripted', param: null, code: null } }),
})
