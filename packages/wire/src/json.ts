/** A JSON object whose values have not been looked at yet. Wire fields keep the wire's spelling. */
export type JsonObject = { [key: string]: unknown }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isString = (value: unknown): value is string => typeof value === 'string'

/** The value when it is a string, an object, an array …; `undefined` otherwise. For replies, which are read loosely. */
export const stringOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined
export const objectOf = (value: unknown): JsonObject | undefined => (isObject(value) ? value : undefined)
export const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const objectsOf = (value: unknown): readonly JsonObject[] => arrayOf(value).filter(isObject)

/** The fields of `value` that are not in `known`: they travel in a block's or request's `extra`. */
export function restOf(value: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  let rest: JsonObject | undefined
  for (const key in value) if (!known.has(key)) (rest ??= {})[key] = value[key]
  return rest
}

/** JSON.parse that answers `undefined` for text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A copy without the fields whose value is `undefined`, so that what is written holds only what was said. */
export function compact(value: JsonObject): JsonObject {
  const out: JsonObject = {}
  for (const key in value) if (value[key] !== undefined) out[key] = value[key]
  return out
}
