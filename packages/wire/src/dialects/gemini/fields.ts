import { fail, type GatewayError } from '../../errors.ts'
import { isObject, isString, type JsonObject } from '../../json.ts'
import { snakeOf } from './spelling.ts'

/** How a body is read: requests strictly, replies loosely. Also gathers which spelling each field was found in. */
export class Reading {
  readonly strict: boolean
  readonly #snake = new Set<string>()
  readonly #camel = new Set<string>()

  constructor(strict: boolean) {
    this.strict = strict
  }

  saw(name: string, key: string): void {
    if (key !== name) this.#snake.add(name)
    else if (/[A-Z]/.test(name)) this.#camel.add(name)
  }

  get snake(): string[] {
    return [...this.#snake].filter((name) => !this.#camel.has(name))
  }
}

export const mismatch = (path: string, expected: string): GatewayError =>
  fail('bad_request', `${path} must be ${expected}`, { param: path })

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isInteger = (value: unknown): value is number => Number.isInteger(value)
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'
const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value)
const isStrings = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isString)

/**
 * The fields of one object, taken by their camelCase name in either spelling. What is not taken, a `null` among it, is
 * the rest that travels. A value of the wrong type fails a strict reading and stays in the rest of a loose one.
 */
export class Fields {
  readonly path: string
  readonly #object: JsonObject
  readonly #reading: Reading
  readonly #taken: string[] = []

  constructor(path: string, object: JsonObject, reading: Reading) {
    this.path = path
    this.#object = object
    this.#reading = reading
  }

  string(name: string): string | undefined {
    return this.#take(name, isString, 'a string')
  }
  number(name: string): number | undefined {
    return this.#take(name, isNumber, 'a number')
  }
  integer(name: string): number | undefined {
    return this.#take(name, isInteger, 'an integer')
  }
  boolean(name: string): boolean | undefined {
    return this.#take(name, isBoolean, 'true or false')
  }
  object(name: string): JsonObject | undefined {
    return this.#take(name, isObject, 'an object')
  }
  array(name: string): readonly unknown[] | undefined {
    return this.#take(name, isArray, 'an array')
  }
  strings(name: string): readonly string[] | undefined {
    return this.#take(name, isStrings, 'an array of strings')
  }

  /** The value as it stands, not taken. */
  peek(name: string): unknown {
    const key = this.#keyOf(name)
    return key === undefined ? undefined : this.#object[key]
  }

  /** Where the field stands, in the caller's spelling. */
  at(name: string): string {
    const key = this.#keyOf(name) ?? name
    return this.path === '' ? key : `${this.path}.${key}`
  }

  /** The sub-object's fields; its own rest is the caller's to keep. */
  nested(name: string): Fields | undefined {
    const path = this.at(name)
    const object = this.object(name)
    return object === undefined ? undefined : new Fields(path, object, this.#reading)
  }

  /** An array whose items are objects. A loose reading passes over the items that are not. */
  items(name: string): Fields[] | undefined {
    const path = this.at(name)
    const array = this.array(name)
    if (array === undefined) return undefined
    const out: Fields[] = []
    for (let i = 0; i < array.length; i++) {
      const item = array[i]
      if (isObject(item)) out.push(new Fields(`${path}[${i}]`, item, this.#reading))
      else if (this.#reading.strict) throw mismatch(`${path}[${i}]`, 'an object')
    }
    return out
  }

  /** Tells that a mandatory field is not there: an error in a request, something to live with in a reply. */
  missing(name: string, expected: string): undefined {
    if (this.#reading.strict) throw mismatch(this.at(name), `given: ${expected}`)
    return undefined
  }

  get whole(): JsonObject {
    return this.#object
  }

  /** The fields that nobody took. */
  rest(): JsonObject | undefined {
    let rest: JsonObject | undefined
    for (const key in this.#object) if (!this.#taken.includes(key)) (rest ??= {})[key] = this.#object[key]
    return rest
  }

  #keyOf(name: string): string | undefined {
    if (this.#object[name] !== undefined && this.#object[name] !== null) return name
    const snake = snakeOf(name)
    return this.#object[snake] !== undefined && this.#object[snake] !== null ? snake : undefined
  }

  #take<T>(name: string, is: (value: unknown) => value is T, expected: string): T | undefined {
    const key = this.#keyOf(name)
    if (key === undefined) return undefined
    const value = this.#object[key]
    if (!is(value)) {
      if (this.#reading.strict) throw mismatch(this.at(name), expected)
      return undefined
    }
    this.#reading.saw(name, key)
    this.#taken.push(key)
    return value
  }
}
