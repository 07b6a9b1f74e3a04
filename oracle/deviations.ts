import { readFileSync } from 'node:fs'
import { isObject, isString, parseJson } from '@switchyard/wire'

export type Side = 'upstream' | 'result'

/** A record, or one field of it, that we do not follow. Why stands in the file, with its source. */
export interface Deviation {
  readonly covers: (id: string, side: Side, path: string) => boolean
  readonly name: string
}

export const readDeviations = (path: URL): readonly Deviation[] => parseDeviations(readFileSync(path, 'utf8'), path.pathname)

/** One deviation a line. `place` names the file in complaints. */
export function parseDeviations(text: string, place: string): readonly Deviation[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => readDeviation(parseJson(line), `${place}:${index + 1}`))
}

function readDeviation(line: unknown, place: string): Deviation {
  if (!isObject(line)) throw new TypeError(`${place} is not a JSON object`)
  const { id, pattern, path, side, reason, source } = line
  if (!isString(reason) || !isString(source)) throw new TypeError(`${place} needs reason and source`)
  const sides = sidesOf(side)
  if (sides === undefined) throw new TypeError(`${place}: side is upstream, result or both`)
  if (!isString(id) && !isString(pattern)) throw new TypeError(`${place} needs id or pattern`)
  const ids = isString(pattern) ? new RegExp(pattern) : undefined
  const paths = isString(path) ? new RegExp(path) : undefined
  return {
    covers: (other, otherSide, otherPath) =>
      sides.includes(otherSide) &&
      (ids === undefined ? other === id : ids.test(other)) &&
      (paths === undefined || paths.test(otherPath)),
    name: `${String(id ?? pattern)}${isString(path) ? ` ${path}` : ''}`,
  }
}

function sidesOf(side: unknown): readonly Side[] | undefined {
  if (side === 'both') return ['upstream', 'result']
  return side === 'upstream' || side === 'result' ? [side] : undefined
}
