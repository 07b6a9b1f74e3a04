import { isObject, type JsonObject, parseJson } from '@switchyard/wire'
import type { SQLOutputValue } from 'node:sqlite'

export type SqlRow = Record<string, SQLOutputValue>

const wrong = (column: string, want: string): TypeError => new TypeError(`column ${column} does not hold ${want}`)

export function text(row: SqlRow, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw wrong(column, 'text')
  return value
}

export function integer(row: SqlRow, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw wrong(column, 'an integer')
  return value
}

export const textOrNull = (row: SqlRow, column: string): string | null => (row[column] === null ? null : text(row, column))

export const integerOrNull = (row: SqlRow, column: string): number | null => (row[column] === null ? null : integer(row, column))

export function bytesOrNull(row: SqlRow, column: string): Uint8Array | null {
  const value = row[column]
  if (value !== null && !(value instanceof Uint8Array)) throw wrong(column, 'bytes')
  return value
}

export const flag = (row: SqlRow, column: string): boolean => integer(row, column) === 1

export function jsonObject(row: SqlRow, column: string): JsonObject {
  const value = parseJson(text(row, column))
  if (!isObject(value)) throw wrong(column, 'a JSON object')
  return value
}

export function jsonStrings(row: SqlRow, column: string): readonly string[] {
  const value = parseJson(text(row, column))
  if (!Array.isArray(value)) throw wrong(column, 'a JSON array')
  return value.filter((item) => typeof item === 'string')
}

export function jsonStringMap(row: SqlRow, column: string): Readonly<Record<string, string>> {
  const map: Record<string, string> = {}
  for (const [name, value] of Object.entries(jsonObject(row, column))) if (typeof value === 'string') map[name] = value
  return map
}
