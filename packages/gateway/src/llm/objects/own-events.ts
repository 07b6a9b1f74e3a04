import type { Incoming } from '@switchyard/core'
import { isObject, parseJson } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { linesOf } from './batch-file.ts'
import { withOwnIds } from './ids.ts'
import type { Sealed } from './sealed-id.ts'

const field = 'data: '

/** A stream of events whose objects get ids of ours. */
export async function* asEventsWithOwnIds(
  context: Context,
  { body }: Incoming,
  place: Omit<Sealed, 'upstreamId' | 'note'>,
): AsyncGenerator<Uint8Array, void, void> {
  if (body === null) return
  for await (const line of linesOf(body)) {
    const json = line.startsWith(field) ? parseJson(line.slice(field.length)) : undefined
    yield Buffer.from(isObject(json) ? `${field}${JSON.stringify(withOwnIds(context, json, place))}\n` : `${line}\n`)
  }
}
