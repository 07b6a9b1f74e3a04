import { fail, type GatewayError } from '../../errors.ts'
import { isObject, isString, type JsonObject } from '../../json.ts'

/** Strict reading of client input: a field is absent (or null) or of its type; anything else is the client's mistake. */
export const wrong = (path: string, expected: string): GatewayError =>
  fail('bad_request', `${path} must be ${expected}`, { param: path })

export const missing = (path: string): GatewayError => fail('bad_request', `${path} is required`, { param: path })

/** `input[2].content` + `text`. */
export const below = (path: string, field: string): string => (path === '' ? field : `${path}.${field}`)

const given = (value: unknown): boolean => value !== undefined && value !== null

export function optionalString(from: JsonObject, field: string, path: string): string | undefined {
  const value = from[field]
  if (!given(value)) return undefined
  if (!isString(value)) throw wrong(below(path, field), 'a string')
  return value
}

export function optionalBoolean(from: JsonObject, field: string, path: string): boolean | undefined {
  const value = from[field]
  if (!given(value)) return undefined
  if (typeof value !== 'boolean') throw wrong(below(path, field), 'true or false')
  return value
}

export function optionalNumber(from: JsonObject, field: string, path: string): number | undefined {
  const value = from[field]
  if (!given(value)) return undefined
  if (typeof value !== 'number') throw wrong(below(path, field), 'a number')
  return value
}

export function optionalObject(from: JsonObject, field: string, path: string): JsonObject | undefined {
  const value = from[field]
  if (!given(value)) return undefined
  if (!isObject(value)) throw wrong(below(path, field), 'an object')
  return value
}

/** A list of objects, which is what every list of this dialect holds. */
export function optionalObjects(from: JsonObject, field: string, path: string): readonly JsonObject[] | undefined {
  const value = from[field]
  if (!given(value)) return undefined
  if (!Array.isArray(value)) throw wrong(below(path, field), 'an array of objects')
  return value.map((entry: unknown, index) => {
    if (!isObject(entry)) throw wrong(`${below(path, field)}[${index}]`, 'an object')
    return entry
  })
}

export function requiredString(from: JsonObject, field: string, path: string): string {
  const value = optionalString(from, field, path)
  if (value === undefined) throw missing(below(path, field))
  return value
}

/** A copy without undefined fields; for the hub's objects under `exactOptionalPropertyTypes`. */
export function defined<T extends object>(value: { readonly [K in keyof T]?: T[K] | undefined }): Partial<T> {
  const out: Partial<T> = {}
  for (const key in value) {
    const field = value[key]
    if (field !== undefined) out[key] = field
  }
  return out
}
