import { fail, type GatewayError } from '../../errors.ts'
import { isObject } from '../../json.ts'

/** Where a value is wrong. The path is put together on the way out, so a right value costs no string. */
export interface Problem {
  readonly path: string
  readonly expected: string
}
export type Check = (value: unknown) => Problem | undefined

export function is(expected: string, test: (value: unknown) => boolean): Check {
  const problem: Problem = { path: '', expected }
  return (value) => (test(value) ? undefined : problem)
}

export const anything: Check = () => undefined
export const string = is('a string', (value) => typeof value === 'string')
export const number = is('a number', (value) => typeof value === 'number')
export const integer = is('an integer', Number.isInteger)
export const positive = is('a positive integer', (value) => Number.isInteger(value) && Number(value) > 0)
export const boolean = is('true or false', (value) => typeof value === 'boolean')
export const object = is('an object', isObject)

export function list(of: Check, expected = 'an array'): Check {
  const problem: Problem = { path: '', expected }
  return (value) => {
    if (!Array.isArray(value)) return problem
    for (let i = 0; i < value.length; i++) {
      const inner = of(value[i])
      if (inner !== undefined) return inside(`[${i}]`, inner)
    }
    return undefined
  }
}

/** An object with checked fields; others are free. `null` counts as absent, as OpenAI's clients send it. */
export function shape(fields: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  const entries = Object.entries(fields).map(([key, check]) => ({ key, check, must: required.includes(key) }))
  return (value) => {
    if (!isObject(value)) return object(value)
    for (const { key, check, must } of entries) {
      const field = value[key]
      const absent = field === undefined || field === null
      if (absent && !must) continue
      const problem = check(field)
      if (problem !== undefined) return inside(key, problem)
    }
    return undefined
  }
}

/** A string, or else what `other` asks for. */
export const stringOr =
  (other: Check): Check =>
  (value) =>
    typeof value === 'string' ? undefined : other(value)

/** Chooses the check by a field of the object, `role` or `type`. `untagged` is for objects without the field. */
export function byField(key: string, checks: Readonly<Record<string, Check>>, otherwise: Check, untagged?: Check): Check {
  return (value) => {
    if (!isObject(value)) return object(value)
    const tag = value[key]
    if (tag === undefined && untagged !== undefined) return untagged(value)
    if (typeof tag !== 'string') return { path: key, expected: 'a string' }
    return (Object.hasOwn(checks, tag) ? checks[tag] : otherwise)?.(value)
  }
}

const inside = (key: string, { path, expected }: Problem): Problem => ({
  path: path === '' || path.startsWith('[') ? `${key}${path}` : `${key}.${path}`,
  expected,
})

export const problemError = ({ path, expected }: Problem): GatewayError =>
  fail(
    'bad_request',
    `${path === '' ? 'The request body' : `'${path}'`} must be ${expected}.`,
    path === '' ? {} : { param: path },
  )
