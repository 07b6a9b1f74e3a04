import type { KeptKind } from '@switchyard/core'
import { isObject, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { ownerOf } from '../response-store.ts'

/** As long as providers' ids are of use to a list; the objects themselves are the provider's to delete. */
const keepMs = 90 * 24 * 3600 * 1000
export const mostListed = 10_000

/** Lists of objects: those of OpenAI's kinds, and those of other dialects. */
export type Shelf = KeptKind | 'message_batches' | 'uploads'

const nameOf = (context: Context, shelf: Shelf): string => `${ownerOf(context)}:${shelf}`

/** Remembers an object as it is now, so that its owner finds it in the list. */
export async function remember(context: Context, shelf: Shelf, object: JsonObject, forMs = keepMs): Promise<void> {
  const id = stringOf(object['id'])
  if (id === undefined) return
  const { store } = context.gateway
  await store.responses.put({ id, keyId: nameOf(context, shelf), body: JSON.stringify(object), expiresAt: Date.now() + forMs })
}

export const forget = (context: Context, shelf: Shelf, id: string): Promise<boolean> =>
  context.gateway.store.responses.delete(id, nameOf(context, shelf))

/** One that the caller owns. */
export async function remembered(context: Context, shelf: Shelf, id: string): Promise<JsonObject | undefined> {
  const text = await context.gateway.store.responses.get(id, nameOf(context, shelf), Date.now())
  const value = text === undefined ? undefined : parseJson(text)
  return isObject(value) ? value : undefined
}

/** All that the caller owns, the newest first. */
export async function allRemembered(context: Context, shelf: Shelf): Promise<readonly JsonObject[]> {
  const rows = await context.gateway.store.responses.list(nameOf(context, shelf), Date.now(), mostListed)
  return rows.map(({ body }) => parseJson(body)).filter(isObject)
}
