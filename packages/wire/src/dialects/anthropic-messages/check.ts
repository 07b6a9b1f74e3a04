import { fail, type GatewayError } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json.ts'

/** The reading of client input: each function returns the typed value or throws `bad_request` with the field's path. */
export const expected = (path: string, what: string): GatewayError =>
  fail('bad_request', `${path}: expected ${what}`, { param: path })

export function stringAt(value: unknown, path: string): string {
  if (typeof value !== 'string') throw expected(path, 'a string')
  return value
}

export function objectAt(value: unknown, path: string): JsonObject {
  if (!isObject(value)) throw expected(path, 'an object')
  return value
}

export function arrayAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw expected(path, 'an array')
  return value
}

type Check<T> = (value: unknown, path: string) => T

/** An optional field: absent and null are both undefined. */
export const optional = <T>(check: Check<T>, value: unknown, path: string): T | undefined =>
  value === undefined || value === null ? undefined : check(value, path)

export function numberAt(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw expected(path, 'a number')
  return value
}

export function wholeNumberAt(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw expected(path, 'a whole number of 0 or more')
  return value
}

export function booleanAt(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw expected(path, 'true or false')
  return value
}

export const stringsAt = (value: unknown, path: string): readonly string[] =>
  arrayAt(value, path).map((item, index) => stringAt(item, `${path}.${index}`))
