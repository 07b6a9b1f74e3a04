import type { DialectId, Extra } from '../../hub.ts'
import { objectOf, type JsonObject } from '../../json.ts'

export const dialectId = 'anthropic-messages' satisfies DialectId

/** What this dialect kept of what it read; nothing when another dialect read it. */
export const ownFields = (extra: Extra | undefined): JsonObject | undefined =>
  extra?.dialect === dialectId ? extra.fields : undefined

/** The kept wire fields; shape notes (`$…`) are left out. */
export function wireFields(extra: Extra | undefined): JsonObject {
  const fields = ownFields(extra)
  const out: JsonObject = {}
  for (const key in fields) if (!key.startsWith('$')) out[key] = fields[key]
  return { ...out, ...objectOf(fields?.$fields) }
}

export const note = (extra: Extra | undefined, name: `$${string}`): unknown => ownFields(extra)?.[name]

export const ownExtra = (fields: JsonObject): Extra => ({ dialect: dialectId, fields })

/** An extra for the fields, or none when there is nothing to keep. */
export function extraOf(fields: JsonObject): Extra | undefined {
  for (const _ in fields) return ownExtra(fields)
  return undefined
}

/** Unknown fields, and known ones that are null: null means absent to the hub, but travels. */
export function restOf(value: JsonObject, known: ReadonlySet<string>): JsonObject {
  const out: JsonObject = {}
  for (const key in value) if (!known.has(key) || value[key] === null) out[key] = value[key]
  return out
}

/** The rest as an extra's fields: a sender's own `$…` fields stand apart, so that they are never taken for notes. */
export function keptFields(value: JsonObject, known: ReadonlySet<string> = none): JsonObject {
  const out = restOf(value, known)
  const strange: JsonObject = {}
  for (const key in out) {
    if (!key.startsWith('$')) continue
    strange[key] = out[key]
    delete out[key]
  }
  for (const _ in strange) return { ...out, $fields: strange }
  return out
}

const none: ReadonlySet<string> = new Set()

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The object without the keys whose value is undefined, for spreading optional fields. */
export function defined<T extends object>(value: T): Defined<T> {
  const out: Defined<T> = {}
  for (const key in value) {
    const item = value[key]
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- narrowing does not reach T[key]
    if (item !== undefined) out[key] = item as Exclude<T[typeof key], undefined>
  }
  return out
}
