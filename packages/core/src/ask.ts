import { fail, readCompletionRequest, type ChatRequest, type RequestPath } from '@switchyard/wire'
import type { Operation, Shape } from './contracts.ts'
import { dialectOf } from './dialects.ts'
import type { Ask } from './prepare.ts'
import type { RequestBody } from './request-body.ts'

export interface AskOf {
  readonly operation: Operation
  readonly shape: Shape
  readonly path: RequestPath
  readonly model: string
  readonly stream: boolean
}

/** An ask from a checked body; the hub's request is read when it is first needed. */
export function askOf(body: RequestBody, of: AskOf, policy: Pick<Ask, 'dropParams' | 'strict' | 'unmetered'>): Ask {
  const { operation, shape, path, model, stream } = of
  let chat: ChatRequest | undefined
  const read = (): ChatRequest => {
    if (operation === 'completion') return readCompletionRequest(body.json)
    const dialect = dialectOf(shape)
    if (dialect === undefined) throw fail('internal', `The shape ${shape} is not a chat.`)
    return dialect.readRequest(body.json, { ...path, model, stream })
  }
  return { operation, shape, body, path, model, stream, chat: () => (chat ??= read()), ...policy }
}
