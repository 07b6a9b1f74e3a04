import { arrayOf, isObject, isString, objectOf, type JsonObject } from '../../json.ts'

/** Keywords that the API's structured output refuses (native-wire facts §1, 2026-11-22); they become words instead. */
const refused = new Set(
  (
    'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern minItems maxItems uniqueItems ' +
    'minProperties maxProperties patternProperties propertyNames contains minContains maxContains unevaluatedProperties ' +
    'unevaluatedItems dependentRequired dependentSchemas if then else not'
  ).split(' '),
)
/** Keywords that say nothing about the value once references are inlined. */
const dropped = new Set(['$defs', 'definitions', '$schema', '$id', '$anchor', '$comment'])

/** Thrown inside only: a schema that refers to itself, or that inlining makes huge. */
class TooLarge extends Error {}

interface Cleaning {
  readonly root: JsonObject
  /** Schemas that may still be visited: references inside references grow without bound. */
  left: number
}

/** The schema as structured output takes it; undefined when its references cannot be inlined. */
export function cleanSchema(schema: JsonObject): JsonObject | undefined {
  try {
    return clean(schema, { root: schema, left: 2000 })
  } catch (error) {
    if (error instanceof TooLarge) return undefined
    throw error
  }
}

function clean(schema: JsonObject, cleaning: Cleaning): JsonObject {
  if (cleaning.left-- <= 0) throw new TooLarge()
  if (isString(schema.$ref)) {
    const { $ref, ...beside } = schema
    return clean({ ...resolve($ref, cleaning.root), ...beside }, cleaning)
  }
  const out: JsonObject = {}
  const limits: string[] = []
  for (const [key, value] of Object.entries(schema)) {
    if (refused.has(key)) limits.push(`${key}: ${JSON.stringify(value)}`)
    else if (!dropped.has(key)) out[key === 'oneOf' ? 'anyOf' : key] = cleanKeyword(key, value, cleaning)
  }
  if (limits.length > 0) {
    const words = `(${limits.join(', ')})`
    out.description = isString(out.description) ? `${out.description} ${words}` : words
  }
  if (out.type === 'object' || isObject(out.properties)) out.additionalProperties = false
  return out
}

function cleanKeyword(key: string, value: unknown, cleaning: Cleaning): unknown {
  const one = (item: unknown): unknown => (isObject(item) ? clean(item, cleaning) : item)
  switch (key) {
    case 'properties':
      return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, one(item)])) : value
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
    case 'prefixItems':
      return Array.isArray(value) ? value.map(one) : value
    case 'items':
      return one(value)
    default:
      return value
  }
}

function resolve(reference: unknown, root: JsonObject): JsonObject {
  if (!isString(reference) || reference === '#') throw new TooLarge()
  let at: JsonObject | undefined = root
  for (const part of reference.replace(/^#\//, '').split('/'))
    at = objectOf(at?.[part.replaceAll('~1', '/').replaceAll('~0', '~')])
  return at ?? {}
}

/** Every object of the schema demands all fields that it names, and allows no others: what OpenAI's `strict` takes. */
export function isClosed(schema: JsonObject): boolean {
  const left = [schema]
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (!closesItself(one)) return false
    left.push(...partsOf(one))
  }
  return true
}

function closesItself({ type, properties, required, additionalProperties }: JsonObject): boolean {
  if (!isObject(properties)) return type !== 'object'
  const demanded = arrayOf(required)
  return additionalProperties === false && Object.keys(properties).every((name) => demanded.includes(name))
}

function partsOf({ properties, $defs, definitions, items, anyOf }: JsonObject): readonly JsonObject[] {
  const named = [properties, $defs, definitions].flatMap((group) => Object.values(objectOf(group) ?? {}))
  return [...named, items, ...arrayOf(anyOf)].filter(isObject)
}
