import type { Block, CacheMark } from '../../hub.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { given, ownFields, take } from './notes.ts'

/** Takes `cache_control`. It is noted as it was: the hub has no word for a scope, and a note says that we may write it. */
export function takeCache(rest: JsonObject, notes: JsonObject): { readonly cache?: CacheMark } {
  const mark = take(rest, 'cache_control', isObject)
  if (mark === undefined) return {}
  notes.$cache_control = mark
  return { cache: mark.ttl === '5m' || mark.ttl === '1h' ? { ttl: mark.ttl } : {} }
}

/** `cache_control` as it was read; a mark of another dialect only where the model is said to take it (`foreign`). */
export function writeCache(thing: Pick<Block, 'cache' | 'extra'>, foreign: boolean): JsonObject {
  if (thing.cache === undefined) return {}
  const own = ownFields(thing.extra)
  if (isObject(own?.$cache_control)) return { cache_control: own.$cache_control }
  return foreign ? { cache_control: { type: 'ephemeral', ...given('ttl', thing.cache.ttl) } } : {}
}
