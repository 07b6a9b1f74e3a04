import { fail, isString, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { readObject } from '../../http/read-body.ts'
import { jsonResponse } from '../../http/reply.ts'
import type { KeyRecord } from '../../store/index.ts'
import { keyView } from './key-view.ts'
import { keyDefaults, readKeySettings, withinBounds } from './read-settings.ts'

const maxBodyBytes = 1024 * 1024

/** Who did it, for the rows: only the operator gets here today. */
const operator = 'default_user_id'

const bodyOf = ({ request, snapshot }: Context): Promise<JsonObject> =>
  readObject(request, { ...snapshot.config.switchyard, maxBodyBytes })

export async function generate(context: Context): Promise<Response> {
  const body = await bodyOf(context)
  const now = new Date()
  const { keyDefaults: defaults, keyUpperBounds } = context.snapshot.config.calls
  const settings = withinBounds({ ...keyDefaults(defaults, now), ...readKeySettings(body, now) }, keyUpperBounds, now)
  const chosen = body['key']
  if (chosen !== undefined && chosen !== null && !isString(chosen))
    throw fail('bad_request', '"key" must be a string.', { param: 'key' })
  const { key, record } = await context.gateway.identity.keys.createKey(
    { ...settings, ...(isString(chosen) ? { key: chosen } : {}) },
    operator,
  )
  return jsonResponse({ key, ...keyView(record), token_id: record.id })
}

/** A key's own row; the operator may ask for any with `?key=`. */
export async function info(context: Context): Promise<Response> {
  const { principal, query, gateway } = context
  const asked = query.get('key')
  const reference = asked ?? (principal.kind === 'key' ? principal.record.id : undefined)
  if (reference === undefined) throw fail('bad_request', 'Say which key: /key/info?key=sk-… or its token id.', { param: 'key' })
  const record = await gateway.identity.keys.infoOf(reference)
  const isOwn = principal.kind === 'key' && principal.record.id === record?.id
  if (record === undefined || (principal.kind !== 'master' && !isOwn)) throw unknownKey()
  const { token, ...rest } = keyView(record)
  return jsonResponse({ key: token, info: rest })
}

export async function list({ query, gateway }: Context): Promise<Response> {
  const page = pageNumber(query, 'page', 1, Number.MAX_SAFE_INTEGER)
  const size = pageNumber(query, 'size', 10, 100)
  const filter = {
    userId: query.get('user_id'),
    teamId: query.get('team_id'),
    alias: query.get('key_alias'),
    id: query.get('key_hash'),
  }
  const { keys, total } = await gateway.identity.keys.listKeys({
    ...Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null)),
    ...(query.get('status') === 'deleted' ? { deleted: true } : {}),
    offset: (page - 1) * size,
    limit: size,
  })
  const full = query.get('return_full_object') === 'true'
  return jsonResponse({
    keys: keys.map((record) => (full ? keyView(record) : record.id)),
    total_count: total,
    current_page: page,
    total_pages: Math.ceil(total / size),
  })
}

export async function update(context: Context): Promise<Response> {
  const body = await bodyOf(context)
  const reference = required(body, 'key')
  const { keys } = context.gateway.identity
  const record = await keys.updateKey(reference, readKeySettings(body, new Date()), operator)
  if (typeof body['spend'] === 'number' && body['spend'] >= 0) await keys.resetSpend(reference, Math.round(body['spend'] * 1e9))
  return jsonResponse({ key: reference, ...keyView(record) })
}

export async function remove(context: Context): Promise<Response> {
  const body = await bodyOf(context)
  const references = [...listed(body, 'keys'), ...(await byAlias(context, listed(body, 'key_aliases')))]
  if (references.length === 0) throw fail('bad_request', 'Say which keys: "keys" or "key_aliases".', { param: 'keys' })
  const deleted = await context.gateway.identity.keys.deleteKeys(references, operator)
  if (deleted.length === 0) throw unknownKey()
  return jsonResponse({ deleted_keys: deleted })
}

export const block = (context: Context): Promise<Response> => setBlocked(context, true)
export const unblock = (context: Context): Promise<Response> => setBlocked(context, false)

async function setBlocked(context: Context, blocked: boolean): Promise<Response> {
  const reference = required(await bodyOf(context), 'key')
  const { keys } = context.gateway.identity
  const record: KeyRecord = blocked ? await keys.blockKey(reference, operator) : await keys.unblockKey(reference, operator)
  return jsonResponse(keyView(record))
}

async function byAlias({ gateway }: Context, aliases: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(aliases.map((alias) => gateway.identity.keys.listKeys({ alias, limit: 1 })))
  return found.flatMap(({ keys }) => keys.map((record) => record.id))
}

const unknownKey = (): Error => fail('not_found', 'No such key: it was deleted, or it never existed.', { param: 'key' })

function required(body: JsonObject, field: string): string {
  const value = stringOf(body[field])
  if (value === undefined || value === '') throw fail('bad_request', `Missing required parameter: "${field}".`, { param: field })
  return value
}

function listed(body: JsonObject, field: string): readonly string[] {
  const value = body[field]
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.every(isString)) return value
  throw fail('bad_request', `"${field}" must be a list of strings.`, { param: field })
}

function pageNumber(query: URLSearchParams, name: string, otherwise: number, most: number): number {
  const text = query.get(name)
  if (text === null) return otherwise
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw fail('bad_request', `"${name}" must be a whole number from 1${most < 1000 ? ` to ${most}` : ''}.`, { param: name })
}
