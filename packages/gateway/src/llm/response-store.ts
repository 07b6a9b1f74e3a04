import { isObject, objectsOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../http/context.ts'

/** `upstream`: the provider keeps it; `kept`: the gateway does, because the provider has no store. */
export type StoredResponse =
  | { readonly kind: 'upstream'; readonly model: string; readonly deploymentId: string }
  | { readonly kind: 'kept'; readonly response: JsonObject; readonly input: readonly JsonObject[] }

/** As long as OpenAI keeps its own (30 days, its documentation of 2026-06). */
const keepMs = 30 * 24 * 3600 * 1000

export const ownerOf = ({ principal }: Context): string => (principal.kind === 'key' ? principal.record.id : principal.kind)

export function keepResponse(context: Context, id: string, stored: StoredResponse): Promise<void> {
  const body = JSON.stringify(stored)
  return context.gateway.store.responses.put({ id, keyId: ownerOf(context), body, expiresAt: Date.now() + keepMs })
}

/** Only what the same key stored is found. */
export async function findResponse(context: Context, id: string): Promise<StoredResponse | undefined> {
  const text = await context.gateway.store.responses.get(id, ownerOf(context), Date.now())
  const value = text === undefined ? undefined : parseJson(text)
  if (!isObject(value)) return undefined
  if (value['kind'] === 'kept' && isObject(value['response'])) {
    return { kind: 'kept', response: value['response'], input: objectsOf(value['input']) }
  }
  const model = stringOf(value['model'])
  const deploymentId = stringOf(value['deploymentId'])
  return model === undefined || deploymentId === undefined ? undefined : { kind: 'upstream', model, deploymentId }
}
