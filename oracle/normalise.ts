import { arrayOf, isObject, isString, objectOf, objectsOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'

/*
 * What is no contract between the reference and us is taken out of both sides here, and nowhere else. The README of the
 * records names it: extra provider_specific_fields, null and absent in results, field order, chunk borders, generated ids and
 * messages of errors; the comparer does all but the first. The prefix of a model's name is taken out here too.
 */

/** Where the reference puts fields of a provider that OpenAI does not have. We leave them where the provider wrote them. */
const drawer = 'provider_specific_fields'
const ownFields: ReadonlySet<string> = new Set([drawer])

/** Fields of pure operations that belong to an operation which we do not serve, or to the call (where `upstream` proves them). */
const fieldsOfOperation: Readonly<Record<string, ReadonlySet<string>>> = {
  // supported_params is an operation of its own.
  model_info: new Set(['supported_openai_params']),
  // Key and address of a call are compared in its request.
  resolve_provider: new Set(['api_key', 'api_base']),
}

/** The golden as it is compared. */
export function normaliseGolden(golden: JsonObject, operation: string): JsonObject {
  const { expected_result: result, expected_chunks: chunks, expected_stream: stream } = golden
  const said = saidModel(objectOf(golden['upstream_reply']) ?? {})
  return {
    ...golden,
    ...('expected_upstream' in golden ? { expected_upstream: withSortedParts(golden['expected_upstream']) } : {}),
    ...(result === undefined ? {} : { expected_result: unprefixed(normaliseResult(result, operation), said) }),
    ...(chunks === undefined ? {} : { expected_chunks: without(chunks, ownFields) }),
    ...(stream === undefined ? {} : { expected_stream: unprefixed(stream, said) }),
  }
}

/** The reference puts its own provider prefix before the model of some providers' replies: what follows it is compared. */
function unprefixed(reply: unknown, said: string | undefined): unknown {
  if (!isObject(reply) || said === undefined) return reply
  const { model } = reply
  return isString(model) && model.endsWith(`/${said}`) ? { ...reply, model: said } : reply
}

/** The model as the provider's reply names it: in its body, or in the last event of its stream that does. */
function saidModel({ json, sse }: JsonObject): string | undefined {
  const events = arrayOf(sse).flatMap((block) => (isString(block) ? block.split('\n') : []))
  const bodies = [json, ...events.map((line) => parseJson(line.replace(/^data: ?/, '')))]
  return bodies.map((body) => stringOf(objectOf(body)?.['model'])).findLast((model) => model !== undefined)
}

/** What the reference lists among some providers' parameters: options of its calls, which ours has for every provider. */
const callOptions: ReadonlySet<string> = new Set([
  'max_retries',
  'extra_headers',
  'timeout',
  'request_timeout',
  'api_key',
  'api_base',
  'api_version',
  'base_url',
  'default_headers',
  'deployment_id',
  'organization',
  // The request itself, which one list has too.
  'model',
  'messages',
])

/** Lists of parameters are sets: a difference is named by its parameter. */
const asSet = (names: unknown): unknown =>
  Array.isArray(names) ? Object.fromEntries(names.map((name) => [String(name), true])) : names

function normaliseResult(result: unknown, operation: string): unknown {
  if (operation === 'supported_params') return without(asSet(result), callOptions)
  const told = operation.startsWith('image_') ? withoutNoUsage(result) : result
  const plain = operation === 'moderation' ? withoutTwins(told) : told
  return without(plain, new Set([...ownFields, ...(fieldsOfOperation[operation] ?? [])]))
}

/** Where a provider of images counts no tokens, the reference makes up a usage of zeros. */
function withoutNoUsage(result: unknown): unknown {
  if (!isObject(result) || objectOf(result['usage'])?.['total_tokens'] !== 0) return result
  const { usage: _, ...rest } = result
  return rest
}

/** The reference says each category that has a dash or a slash a second time, as Python spells it. */
function withoutTwins(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTwins)
  if (!isObject(value)) return value
  const spelt = new Set(Object.keys(value).flatMap((name) => (/[-/]/.test(name) ? [name.replace(/[-/]/g, '_')] : [])))
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (spelt.has(name) ? [] : [[name, withoutTwins(inner)]])),
  )
}

/** The order of a form's parts means nothing. */
export const normaliseRequests = (requests: readonly unknown[]): readonly unknown[] => requests.map(withSortedParts)

function withSortedParts(request: unknown): unknown {
  if (!isObject(request) || request['body_kind'] !== 'multipart') return request
  const parts = objectsOf(request['body']).toSorted((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1))
  return { ...request, body: parts }
}

/** What we answered, without what the golden has in its drawer at the same place. */
export const normaliseActual = (actual: unknown, operation: string, golden: unknown): unknown =>
  normaliseResult(withoutDrawn(actual, golden), operation)

function withoutDrawn(actual: unknown, golden: unknown): unknown {
  if (Array.isArray(actual))
    return actual.map((one: unknown, index) => withoutDrawn(one, Array.isArray(golden) ? golden[index] : undefined))
  if (!isObject(actual) || !isObject(golden)) return actual
  const drawn = golden[drawer]
  const names = isObject(drawn) ? Object.keys(drawn).filter((name) => !(name in golden)) : []
  return Object.fromEntries(
    Object.entries(actual).flatMap(([name, inner]) => (names.includes(name) ? [] : [[name, withoutDrawn(inner, golden[name])]])),
  )
}

function without(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((one) => without(one, names))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (names.has(name) ? [] : [[name, without(inner, names)]])),
  )
}
