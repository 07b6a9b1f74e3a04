import { arrayOf, fail, isObject, isString, type JsonObject } from '@switchyard/wire'
import type { Callbacks } from './callbacks.ts'
import type { CallOptions } from './options.ts'

/** A call's options, read: what steers it, and what the provider gets. */
export interface Steered {
  readonly steering: Steering
  /** Parameters of the API, without those that steer. */
  readonly body: JsonObject
}

export interface Steering {
  readonly model: string
  readonly provider?: string
  readonly apiKey?: string
  readonly apiBase?: string
  readonly timeoutS?: number
  readonly streamTimeoutS?: number
  readonly retries?: number
  readonly fallbacks: readonly string[]
  readonly dropParams?: boolean
  readonly additionalDropParams: readonly string[]
  readonly allowedParams: readonly string[]
  readonly extraHeaders: Readonly<Record<string, string>>
  readonly extraBody: Readonly<JsonObject>
  readonly mockResponse?: string
  readonly callbacks: readonly Callbacks[]
  readonly signal?: AbortSignal
}

const steeringNames: ReadonlySet<string> = new Set([
  'custom_llm_provider',
  'api_key',
  'api_base',
  'base_url',
  'timeout',
  'request_timeout',
  'stream_timeout',
  'num_retries',
  'max_retries',
  'fallbacks',
  'drop_params',
  'additional_drop_params',
  'allowed_openai_params',
  'extra_headers',
  'headers',
  'extra_body',
  'mock_response',
  'callbacks',
  'signal',
])

/** Reads options strictly: a wrong type here is the caller's mistake, and the message says which one. */
export function steer(options: CallOptions): Steered {
  const given: JsonObject = options
  const body: JsonObject = {}
  // Python's None, which LiteLLM's callers pass for "not given", is null or undefined here.
  for (const [name, value] of Object.entries(given))
    if (!steeringNames.has(name) && value !== undefined && value !== null) body[name] = value
  return { steering: readSteering(given), body }
}

export function readSteering(given: JsonObject): Steering {
  const model = text(given, 'model')
  if (model === undefined || model === '') throw fail('bad_request', 'Missing required parameter: "model".', { param: 'model' })
  return {
    model,
    ...some('provider', text(given, 'custom_llm_provider')),
    ...some('apiKey', text(given, 'api_key')),
    ...some('apiBase', text(given, 'api_base') ?? text(given, 'base_url')),
    ...some('timeoutS', count(given, 'timeout') ?? count(given, 'request_timeout')),
    ...some('streamTimeoutS', count(given, 'stream_timeout')),
    ...some('retries', count(given, 'num_retries') ?? count(given, 'max_retries')),
    fallbacks: arrayOf(given['fallbacks']).map(fallbackName),
    ...some('dropParams', flag(given, 'drop_params')),
    additionalDropParams: texts(given, 'additional_drop_params'),
    allowedParams: texts(given, 'allowed_openai_params'),
    extraHeaders: { ...headers(given, 'headers'), ...headers(given, 'extra_headers') },
    extraBody: object(given, 'extra_body') ?? {},
    ...some('mockResponse', text(given, 'mock_response')),
    callbacks: arrayOf(given['callbacks']).filter(isCallbacks),
    ...some('signal', read(given, 'signal', isSignal, 'an AbortSignal')),
  }
}

const wrong = (param: string, what: string): Error => fail('bad_request', `"${param}" must be ${what}.`, { param })

function read<T>(given: JsonObject, name: string, is: (value: unknown) => value is T, what: string): T | undefined {
  const value = given[name]
  if (value === undefined || value === null) return undefined
  if (is(value)) return value
  throw wrong(name, what)
}

const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0 && Number.isFinite(value)
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString)
const isSignal = (value: unknown): value is AbortSignal => value instanceof AbortSignal
const isCallbacks = (value: unknown): value is Callbacks => isObject(value)

const text = (given: JsonObject, name: string): string | undefined => read(given, name, isString, 'a string')
const count = (given: JsonObject, name: string): number | undefined => read(given, name, isCount, 'a number that is not negative')
const flag = (given: JsonObject, name: string): boolean | undefined => read(given, name, isFlag, 'true or false')
const object = (given: JsonObject, name: string): JsonObject | undefined => read(given, name, isObject, 'an object')
const texts = (given: JsonObject, name: string): readonly string[] => read(given, name, isTexts, 'a list of strings') ?? []

/** Names are lower-case from here on. */
const headers = (given: JsonObject, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(object(given, name) ?? {}).map(([key, value]) => [key.toLowerCase(), String(value)]))

function fallbackName(entry: unknown): string {
  const name = isObject(entry) ? entry['model'] : entry
  if (isString(name)) return name
  throw wrong('fallbacks', 'a list of model names')
}

/** Only the fields that are there: what `exactOptionalPropertyTypes` asks for. */
export const some = <K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } => {
  const out: { [P in K]?: T } = {}
  if (value !== undefined) out[key] = value
  return out
}
