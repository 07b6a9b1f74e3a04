import { destinationFields, type Call, type RequestBody, type Timeouts } from '@switchyard/core'
import { fail, isObject } from '@switchyard/wire'
import type { RequestHeaders } from '../http/listener.ts'

/**
 * How the client steers its own call: LiteLLM's headers and body fields (facts §4.5, §4.6). Bodies win over nothing, headers over
 * bodies. `travels`: fields that are the provider's to read in this call.
 */
export function callOptions(
  headers: RequestHeaders,
  body: RequestBody,
  travels?: ReadonlySet<string>,
): Pick<Call, 'retries' | 'timeouts' | 'fallbacks' | 'noFallbacks'> {
  const retries = headerNumber(headers, 'x-litellm-num-retries') ?? bodyNumber(body, 'num_retries')
  const timeoutS = seconds(headers, body, 'timeout')
  const streamTimeoutS = seconds(headers, body, 'stream_timeout')
  return {
    ...(retries === undefined ? {} : { retries: Math.min(Math.floor(retries), maxRetries) }),
    ...(timeoutS === undefined && streamTimeoutS === undefined ? {} : { timeouts: timeoutsOf(timeoutS, streamTimeoutS) }),
    fallbacks: travels?.has('fallbacks') ? [] : readFallbacks(body),
    ...(body.has('disable_fallbacks') && body.field('disable_fallbacks') === true ? { noFallbacks: true } : {}),
  }
}

const timeoutsOf = (timeoutS: number | undefined, streamTimeoutS: number | undefined): Partial<Timeouts> => ({
  ...(timeoutS === undefined ? {} : { totalMs: timeoutS * 1000 }),
  ...(streamTimeoutS === undefined ? {} : { firstByteMs: streamTimeoutS * 1000 }),
})

/** A client may ask for fewer or more retries, not for a storm. */
const maxRetries = 10

/** A limit of time. Zero would mean "no limit" further down, which is not the client's to say. */
function seconds(headers: RequestHeaders, body: RequestBody, field: string): number | undefined {
  const value = headerNumber(headers, `x-litellm-${field.replace('_', '-')}`) ?? bodyNumber(body, field)
  if (value === 0) throw fail('bad_request', `"${field}" must be more than 0 seconds.`, { param: field })
  return value
}

function headerNumber(headers: RequestHeaders, name: string): number | undefined {
  const text = headers.get(name)
  if (text === null) return undefined
  return positive(text.trim() === '' ? Number.NaN : Number(text), name)
}

function bodyNumber(body: RequestBody, name: string): number | undefined {
  if (!body.has(name)) return undefined
  const value = body.field(name)
  return value === null ? undefined : positive(typeof value === 'number' ? value : Number.NaN, name)
}

function positive(value: number, name: string): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw fail('bad_request', `"${name}" must be a number that is not negative.`, { param: name })
}

function readFallbacks(body: RequestBody): readonly string[] {
  if (!body.has('fallbacks') || body.field('disable_fallbacks') === true) return []
  const value = body.field('fallbacks')
  if (value === null) return []
  if (Array.isArray(value)) {
    if (value.some((entry) => isObject(entry) && destinationFields.some((field) => field in entry))) throw elsewhere()
    const names = value.map((entry) => (typeof entry === 'object' && entry !== null && 'model' in entry ? entry.model : entry))
    if (names.every((name) => typeof name === 'string')) return names
  }
  throw fail('bad_request', '"fallbacks" must be a list of model names.', { param: 'fallbacks' })
}

/** LiteLLM takes addresses and keys here; ignoring them would answer with another model than the client meant. */
const elsewhere = (): Error =>
  fail('bad_request', '"fallbacks" may name models of this gateway only, without an address or a key.', { param: 'fallbacks' })
