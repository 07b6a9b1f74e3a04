import type { Extra } from '../../hub.ts'
import { isString, objectOf, type JsonObject } from '../../json.ts'

/**
 * How an object of this dialect is taken apart and put together again. `extra.fields` holds the fields that the hub has
 * no word for, and notes, which start with `$` and are never written: `$null` names known fields that were null,
 * `$dollar` holds wire fields whose own names start with `$`.
 */
export const dialect = 'openai-responses' as const

export const ownExtra = (fields: JsonObject): { readonly extra: Extra } => ({ extra: { dialect, fields } })

/** As `ownExtra`, but nothing at all when there is nothing to keep. */
export const someExtra = (fields: JsonObject): { readonly extra?: Extra } => {
  for (const _key in fields) return ownExtra(fields)
  return {}
}

/** The fields kept by this dialect; what other dialects kept is not ours to write. */
export const ownFields = (extra: Extra | undefined): JsonObject | undefined =>
  extra?.dialect === dialect ? extra.fields : undefined

/** What is left of a wire object beside its `known` fields. */
export function restFields(value: JsonObject, known: ReadonlySet<string>): JsonObject {
  const fields: JsonObject = {}
  let nulls: string[] | undefined
  let dollar: JsonObject | undefined
  for (const key of Object.keys(value)) {
    if (key === '__proto__') continue
    if (key.startsWith('$')) (dollar ??= {})[key] = value[key]
    else if (!known.has(key)) fields[key] = value[key]
    else if (value[key] === null) (nulls ??= []).push(key)
  }
  if (nulls !== undefined) fields['$null'] = nulls
  if (dollar !== undefined) fields['$dollar'] = dollar
  return fields
}

/** The kept fields without the notes; what the hub says (`hub`, where not undefined) goes before what was kept. */
export function wireObject(fields: JsonObject | undefined, hub: JsonObject): JsonObject {
  const out: JsonObject = {}
  if (fields !== undefined) {
    for (const key in fields) if (!key.startsWith('$')) out[key] = fields[key]
    const nulls = fields['$null']
    if (Array.isArray(nulls)) for (const key of nulls) if (isString(key)) out[key] = null
    Object.assign(out, objectOf(fields['$dollar']))
  }
  for (const key in hub) if (hub[key] !== undefined) out[key] = hub[key]
  return out
}

export const hasKeys = (value: JsonObject): boolean => {
  for (const _key in value) return true
  return false
}
