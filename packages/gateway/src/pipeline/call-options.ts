import type { Call, RequestBody } from '@switchyard/core'
import { fail } from '@switchyard/wire'

/** How the client steers its own call: LiteLLM's headers and body fields (facts §4.5, §4.6). Bodies win over nothing, headers over bodies. */
export function callOptions(headers: Headers, body: RequestBody): Pick<Call, 'retries' | 'timeouts' | 'fallbacks'> {
  const retries = headerNumber(headers, 'x-litellm-num-retries') ?? bodyNumber(body, 'num_retries')
  const timeoutS = headerNumber(headers, 'x-litellm-timeout') ?? bodyNumber(body, 'timeout')
  const streamTimeoutS = headerNumber(headers, 'x-litellm-stream-timeout') ?? bodyNumber(body, 'stream_timeout')
  const timeouts = {
    ...(timeoutS === undefined ? {} : { totalMs: timeoutS * 1000 }),
    ...(streamTimeoutS === undefined ? {} : { firstByteMs: streamTimeoutS * 1000 }),
  }
  return {
    ...(retries === undefined ? {} : { retries: Math.min(Math.floor(retries), maxRetries) }),
    ...(timeoutS === undefined && streamTimeoutS === undefined ? {} : { timeouts }),
    fallbacks: readFallbacks(body),
  }
}

/** A client may ask for fewer or more retries, not for a storm. */
const maxRetries = 10

function headerNumber(headers: Headers, name: string): number | undefined {
  const text = headers.get(name)
  if (text === null) return undefined
  return positive(Number(text), name)
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
    const names = value.map((entry) => (typeof entry === 'object' && entry !== null && 'model' in entry ? entry.model : entry))
    if (names.every((name) => typeof name === 'string')) return names
  }
  throw fail('bad_request', '"fallbacks" must be a list of model names.', { param: 'fallbacks' })
}
