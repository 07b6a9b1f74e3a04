import type { KeptKind } from '@switchyard/core'
import { isObject, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { jsonResponse } from '../../http/reply.ts'
import { ownerOf } from '../response-store.ts'

/** As long as providers' ids are of use to a list; the objects themselves are the provider's to delete. */
const keepMs = 90 * 24 * 3600 * 1000
const mostListed = 10_000

const shelfOf = (context: Context, kind: KeptKind): string => `${ownerOf(context)}:${kind}`

/** Remembers an object as it is now, so that its owner finds it in the list. */
export async function remember(context: Context, kind: KeptKind, object: JsonObject): Promise<void> {
  const id = stringOf(object['id'])
  if (id === undefined) return
  const { store } = context.gateway
  await store.responses.put({ id, keyId: shelfOf(context, kind), body: JSON.stringify(object), expiresAt: Date.now() + keepMs })
}

export const forget = (context: Context, kind: KeptKind, id: string): Promise<boolean> =>
  context.gateway.store.responses.delete(id, shelfOf(context, kind))

/** The caller's own objects: a provider's list would hold those of everybody. */
export async function listKept(context: Context, kind: KeptKind): Promise<Response> {
  const rows = await context.gateway.store.responses.list(shelfOf(context, kind), Date.now(), mostListed)
  const purpose = context.query.get('purpose')
  const all = rows
    .map(({ body }) => parseJson(body))
    .filter(isObject)
    .filter((object) => purpose === null || object['purpose'] === purpose)
    .toSorted((a, b) => Number(b['created_at'] ?? 0) - Number(a['created_at'] ?? 0))
  const after = context.query.get('after')
  const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
  const limit = Math.min(Math.max(1, Number(context.query.get('limit') ?? 100) || 100), mostListed)
  const data = all.slice(from, from + limit)
  return jsonResponse({
    object: 'list',
    data,
    first_id: data[0]?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
    has_more: from + limit < all.length,
  })
}
