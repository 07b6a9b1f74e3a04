import { isObject, isString, type JsonObject } from '../../json.ts'

/** Deeper than any real schema: what lies below is recursion through `$ref`. */
const maxDepth = 24

/** Fields of Google's OpenAPI subset (`Schema` of the Generative Language API, 2026-11-22); the others are refused by it. */
const subset = new Set([
  'type',
  'format',
  'title',
  'description',
  'nullable',
  'enum',
  'maxItems',
  'minItems',
  'required',
  'minProperties',
  'maxProperties',
  'minLength',
  'maxLength',
  'pattern',
  'example',
  'default',
  'minimum',
  'maximum',
  'propertyOrdering',
])

/** Formats that Google takes; `uri`, `email` and the like are refused on strings. */
const formats = new Set(['enum', 'date-time', 'float', 'double', 'int32', 'int64'])

/** JSON Schema → Google's subset; undefined when it cannot be said there (it refers to itself). */
export function toOpenApi(schema: JsonObject): JsonObject | undefined {
  const writer = new SubsetWriter(schema)
  const out = writer.write(schema, 0)
  return writer.tooDeep ? undefined : out
}

class SubsetWriter {
  tooDeep = false
  readonly #root: JsonObject

  constructor(root: JsonObject) {
    this.#root = root
  }

  write(schema: JsonObject, depth: number): JsonObject {
    if (depth > maxDepth) {
      this.tooDeep = true
      return {}
    }
    if (isString(schema.$ref)) {
      const { $ref: _ref, ...beside } = schema
      return this.write({ ...this.#resolve(schema.$ref), ...beside }, depth + 1)
    }
    const out: JsonObject = {}
    for (const key in schema) if (subset.has(key)) out[key] = schema[key]
    this.#types(schema, out)
    this.#values(schema, out)
    this.#children(schema, out, depth)
    return out
  }

  #resolve(ref: string): JsonObject {
    let at: unknown = this.#root
    for (const step of ref.split('/').slice(1)) {
      at = isObject(at) ? at[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined
    }
    return isObject(at) ? at : {}
  }

  #types(schema: JsonObject, out: JsonObject): void {
    if (!Array.isArray(schema.type)) return
    const types = schema.type.filter((type) => type !== 'null')
    if (types.length < schema.type.length) out.nullable = true
    delete out.type
    if (types.length === 1) out.type = types[0]
    else if (types.length > 1) out.anyOf = types.map((type) => ({ type }))
  }

  #values(schema: JsonObject, out: JsonObject): void {
    if (schema.const !== undefined) out.enum = [schema.const]
    if (Array.isArray(out.enum)) {
      // Google refuses the empty string in an enum and takes strings only.
      const values = out.enum.filter((value) => value !== '' && value !== null)
      if (out.enum.includes(null)) out.nullable = true
      if (values.every(isString) && values.length > 0) {
        out.enum = values
        out.type ??= 'string'
      } else {
        if (values.length > 0) out.type ??= typeof values[0]
        delete out.enum
      }
    }
    if (isString(out.format) && !formats.has(out.format)) delete out.format
  }

  #children(schema: JsonObject, out: JsonObject, depth: number): void {
    if (isObject(schema.properties)) {
      const properties: JsonObject = {}
      for (const name in schema.properties) {
        const property = schema.properties[name]
        properties[name] = isObject(property) ? this.write(property, depth + 1) : {}
      }
      out.properties = properties
      out.type ??= 'object'
    }
    if (isObject(schema.items)) out.items = this.write(schema.items, depth + 1)
    else if (out.type === 'array') out.items = { type: 'object' }
    const choices = schema.anyOf ?? schema.oneOf
    if (Array.isArray(choices)) this.#anyOf(choices.filter(isObject), out, depth)
    if (Array.isArray(schema.allOf)) {
      for (const part of schema.allOf.filter(isObject)) Object.assign(out, joined(out, this.write(part, depth + 1)))
    }
  }

  #anyOf(choices: readonly JsonObject[], out: JsonObject, depth: number): void {
    const real = choices.filter((choice) => choice.type !== 'null')
    const nullable = real.length < choices.length
    out.anyOf = real.map((choice) => ({ ...this.write(choice, depth + 1), ...(nullable ? { nullable: true } : {}) }))
  }
}

/** Two parts of an `allOf`: both parts' properties and requirements hold. */
function joined(a: JsonObject, b: JsonObject): JsonObject {
  const out: JsonObject = { ...b }
  if (isObject(a.properties) && isObject(b.properties)) out.properties = { ...a.properties, ...b.properties }
  if (Array.isArray(a.required) && Array.isArray(b.required)) out.required = [...new Set([...a.required, ...b.required])]
  return out
}

/** The same with the order of properties said, which `responseSchema` would otherwise sort by name. */
export function withOrdering(schema: JsonObject): JsonObject {
  const out: JsonObject = { ...schema }
  if (isObject(schema.properties)) {
    const properties: JsonObject = {}
    for (const name in schema.properties) {
      const property = schema.properties[name]
      properties[name] = isObject(property) ? withOrdering(property) : property
    }
    out.properties = properties
    out.propertyOrdering ??= Object.keys(properties)
  }
  if (isObject(schema.items)) out.items = withOrdering(schema.items)
  return out
}

/** Keywords that Google also takes in snake_case, which is how its Python library 3.4.0 writes a `types.Schema` (2026-11-22). */
const keywords: ReadonlyMap<string, string> = new Map([
  ['any_of', 'anyOf'],
  ['additional_properties', 'additionalProperties'],
  ['property_ordering', 'propertyOrdering'],
  ['max_items', 'maxItems'],
  ['min_items', 'minItems'],
  ['max_properties', 'maxProperties'],
  ['min_properties', 'minProperties'],
  ['max_length', 'maxLength'],
  ['min_length', 'minLength'],
])

/** Numbers to JSON Schema; int64 to Google, so that its JavaScript library writes them as strings. */
const counts = ['maxItems', 'minItems', 'maxProperties', 'minProperties', 'maxLength', 'minLength']

/** One level of a schema with JSON Schema's keywords and numbers. */
function plainKeywords(schema: JsonObject): JsonObject {
  const out: JsonObject = {}
  for (const key in schema) out[keywords.get(key) ?? key] = schema[key]
  for (const key of counts) if (isString(out[key]) && /^\d+$/.test(out[key])) out[key] = Number(out[key])
  return out
}

/** Google's subset → JSON Schema: types in lower case, `nullable` as a type, the order of properties dropped. */
export function fromOpenApi(schema: JsonObject, depth = 0): JsonObject {
  const { nullable, propertyOrdering: _ordering, ...out } = plainKeywords(schema)
  if (depth > maxDepth) return out
  if (isString(out.type)) out.type = nullable === true ? [out.type.toLowerCase(), 'null'] : out.type.toLowerCase()
  if (isObject(out.properties)) {
    const properties: JsonObject = {}
    for (const name in out.properties) {
      const property = out.properties[name]
      properties[name] = isObject(property) ? fromOpenApi(property, depth + 1) : property
    }
    out.properties = properties
  }
  if (isObject(out.items)) out.items = fromOpenApi(out.items, depth + 1)
  if (Array.isArray(out.anyOf)) {
    const choices = out.anyOf.map((choice: unknown) => (isObject(choice) ? fromOpenApi(choice, depth + 1) : choice))
    out.anyOf = nullable === true && !isString(schema.type) ? [...choices, { type: 'null' }] : choices
  }
  return out
}
