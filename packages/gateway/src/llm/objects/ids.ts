import { fail, isObject, isString, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { ownedBy } from './owned.ts'
import { isSealed, seal, type Sealed } from './sealed-id.ts'

/** Fields of requests that name kept objects: with an id that is not ours they could name another caller's. */
const naming = /^(?:\w*file_ids?|training_file|validation_file|vector_store_ids?|assistant_id|thread_id|container_id|batch_id)$/
/** Ids by which providers name what they keep. */
const kept = /^(?:file|batch|ftjob|ftckpt|ftevent|vs|vsf|vsfb|asst|thread|run|step|msg|cntr|cfile)[-_]/

/** A request's body with the provider's own ids; `refs` collects where the objects are kept. */
export function withUpstreamIds(context: Context, body: JsonObject, refs: Set<string>): JsonObject {
  const open = (name: string, value: unknown): unknown => {
    if (isString(value)) {
      if (!naming.test(name)) return value
      if (!isSealed(value) && context.principal.kind === 'master') return value
      const { upstreamId, deploymentRef } = ownedBy(context, value)
      refs.add(deploymentRef)
      return upstreamId
    }
    if (Array.isArray(value)) return value.map((item: unknown) => open(name, item))
    return isObject(value) ? each(value) : value
  }
  const each = (value: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(value).map(([name, item]) => [name, name === 'metadata' ? item : open(name, item)]))
  return each(body)
}

/** The one place where all objects of a request are kept; undefined: it names none. */
export function onePlace(refs: ReadonlySet<string>): string | undefined {
  if (refs.size <= 1) return [...refs][0]
  throw fail('bad_request', 'The objects that this request names are kept by different providers.', { param: 'id' })
}

/** A reply with ids of ours. `notes`: what ids shall remember, by the provider's id. */
export function withOwnIds(
  context: Context,
  json: JsonObject,
  place: Omit<Sealed, 'upstreamId' | 'note'>,
  notes: ReadonlyMap<string, string> = new Map(),
): JsonObject {
  const close = (name: string, value: unknown): unknown => {
    if (isString(value)) {
      if (!(name === 'id' || /_(?:id|ids|file|files)$/.test(name)) || !(name === 'id' || kept.test(value))) return value
      return seal(context.gateway, { ...place, upstreamId: value, note: notes.get(value) ?? '' })
    }
    if (Array.isArray(value)) return value.map((item: unknown) => close(name, item))
    return isObject(value) ? each(value) : value
  }
  const each = (value: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(value).map(([name, item]) => [name, name === 'metadata' ? item : close(name, item)]))
  return each(json)
}
