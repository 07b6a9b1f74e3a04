import type { KeptKind } from '@switchyard/core'
import { stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { jsonResponse } from '../../http/reply.ts'
import { currentBatch } from '../batches/own-batches.ts'
import { isOwn } from '../batches/own-ids.ts'
import { allRemembered, mostListed } from './remembered.ts'
import { unseal } from './sealed-id.ts'

/** What the gateway works on itself changes without anybody asking for it. */
async function asItIsNow({ gateway }: Context, kind: KeptKind, object: JsonObject): Promise<JsonObject> {
  const sealed = kind === 'batches' ? unseal(gateway, stringOf(object['id']) ?? '') : undefined
  return sealed !== undefined && isOwn(gateway, sealed) ? ((await currentBatch(gateway, sealed)) ?? object) : object
}

/** The caller's own objects: a provider's list would hold those of everybody. */
export async function listKept(context: Context, kind: KeptKind): Promise<Response> {
  const purpose = context.query.get('purpose')
  const all = (await allRemembered(context, kind))
    .filter((object) => purpose === null || object['purpose'] === purpose)
    .toSorted((a, b) => Number(b['created_at'] ?? 0) - Number(a['created_at'] ?? 0))
  const after = context.query.get('after')
  const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
  const limit = Math.min(Math.max(1, Number(context.query.get('limit') ?? 100) || 100), mostListed)
  const data = await Promise.all(all.slice(from, from + limit).map((object) => asItIsNow(context, kind, object)))
  return jsonResponse({
    object: 'list',
    data,
    first_id: data[0]?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
    has_more: from + limit < all.length,
  })
}
