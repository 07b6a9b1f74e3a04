import { fail, readCompletionRequest, type ChatRequest, type RequestPath } from '@switchyard/wire'
import type { Operation, Shape } from './contracts.ts'
import { clientDialect, isDialect, missingDialect, type Dialects } from './dialects.ts'
import type { Measured } from './operations/measured.ts'
import type { RequestBody } from './request-body.ts'

/** What a client asked for, in its own dialect. */
export interface Ask {
  readonly operation: Operation
  /** What is known of an operation besides chat (`measuredOf`): given, so that programs that only chat need not hold the table. */
  readonly measured: Measured | undefined
  readonly shape: Shape
  readonly body: RequestBody
  readonly path: RequestPath
  /** The model name as the client wrote it. */
  readonly model: string
  readonly stream: boolean
  /** The request in the hub; parsed once, only when a translation needs it. */
  readonly chat: () => ChatRequest
  /** Those that the call may be read, translated and answered in. */
  readonly dialects: Dialects
  readonly dropParams: boolean
  /** Refuse a translation that would lose anything. */
  readonly strict: boolean
  /** Nobody counts what this call uses, so the provider is not asked for usage that the client did not ask for. */
  readonly unmetered?: boolean
  /** The response that this request continues and that the caller has put into the body: replies name it. */
  readonly continues?: string
  /** The deployment that knows what this request continues: it is asked first. */
  readonly prefers?: string
  /** Fields of names that are the gateway's elsewhere, and that mean the provider in this call. */
  readonly travels?: ReadonlySet<string>
}

export interface AskOf {
  readonly operation: Operation
  readonly measured: Measured | undefined
  readonly shape: Shape
  readonly path: RequestPath
  readonly model: string
  readonly stream: boolean
  readonly dialects: Dialects
}

/** An ask from a checked body; the hub's request is read when it is first needed. */
export function askOf(body: RequestBody, of: AskOf, policy: Pick<Ask, 'dropParams' | 'strict' | 'unmetered'>): Ask {
  const { operation, measured, shape, path, model, stream, dialects } = of
  const dialect = clientDialect(dialects, shape)
  if (dialect === undefined && isDialect(shape)) throw missingDialect(shape)
  let chat: ChatRequest | undefined
  const read = (): ChatRequest => {
    if (operation === 'completion') return readCompletionRequest(body.json)
    if (dialect === undefined) throw fail('internal', `The shape ${shape} is not a chat.`)
    return dialect.readRequest(body.json, { ...path, model, stream })
  }
  return { operation, measured, shape, body, path, model, stream, dialects, chat: () => (chat ??= read()), ...policy }
}
