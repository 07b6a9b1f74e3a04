import type { Extra } from '../../hub.ts'
import { isObject, type JsonObject } from '../../json.ts'

/**
 * What the hub has no word for. Readers copy an object, take out what they understand, and keep the rest; notes (`$…`)
 * beside it say how the understood part was written. Fields of the client that start with `$` go into `$fields`.
 */
export function extraOf(rest: JsonObject, notes: JsonObject = {}): Extra {
  return { dialect: 'openai-chat', fields: fieldsOf(rest, notes) }
}

/** The same, absent when there is nothing to keep. */
export function someExtra(rest: JsonObject, notes: JsonObject = {}): { readonly extra?: Extra } {
  const extra = extraOf(rest, notes)
  return Object.keys(extra.fields).length === 0 ? {} : { extra }
}

export function fieldsOf(rest: JsonObject, notes: JsonObject = {}): JsonObject {
  const plain: JsonObject = { ...rest }
  let strange: JsonObject | undefined
  for (const key in rest) {
    if (!key.startsWith('$')) continue
    strange ??= {}
    strange[key] = rest[key]
    delete plain[key]
  }
  return { ...plain, ...notes, ...(strange === undefined ? {} : { $fields: strange }) }
}

/** Our own fields and notes; `undefined` says that another dialect (or nobody) wrote the thing. */
export const ownFields = (extra: Extra | undefined): JsonObject | undefined =>
  extra?.dialect === 'openai-chat' ? extra.fields : undefined

/** The wire fields among `fields`, ready to be completed with what the hub knows. */
export function wireFields(fields: JsonObject | undefined): JsonObject {
  if (fields === undefined) return {}
  const out: JsonObject = { ...fields }
  for (const key in out) if (key.startsWith('$')) delete out[key]
  const strange = fields['$fields']
  return isObject(strange) ? { ...out, ...strange } : out
}

/** Takes a field out of `rest` when it has the right type; otherwise it stays there and travels as it is. */
export function take<T>(rest: JsonObject, key: string, is: (value: unknown) => value is T): T | undefined {
  const value = rest[key]
  if (!is(value)) return undefined
  delete rest[key]
  return value
}

export const isNumber = (value: unknown): value is number => typeof value === 'number'
export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'
/** A list of objects that is worth understanding; an empty one just travels. */
export const isObjects = (value: unknown): value is JsonObject[] =>
  Array.isArray(value) && value.length > 0 && value.every(isObject)

/** Only the fields that are there: what `exactOptionalPropertyTypes` asks for. */
export const given = <K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } => {
  const out: { [P in K]?: T } = {}
  if (value !== undefined) out[key] = value
  return out
}
