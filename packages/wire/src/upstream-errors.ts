import { kindOfStatus, type ErrorKind } from './errors.ts'

/** What providers say, lower-cased, when the prompt is too long (native-wire facts §0.5, 2026-11-22). */
const contextTexts = [
  'context_length_exceeded',
  'exceed context limit',
  "this model's maximum context length is",
  "model's maximum context limit",
  "is longer than the model's context length",
  'input tokens exceed the configured limit',
  '`inputs` tokens + `max_new_tokens` must be',
  'exceeds the available context size',
  'exceeds the maximum number of tokens allowed',
  'prompt is too long',
  'prompt: length',
  'too many tokens',
  'too many input tokens',
  'expected maxlength:',
  'input is too long',
  'length limit exceeded',
  'input text length should not exceed',
  'prompt has too many tokens',
  'request payload size exceeds',
]
const contextPatterns = [/current length is \d+ while limit is/, /maximum input length is \d+ tokens/]

/** The same for a prompt or an answer that the provider's content policy stopped. */
const policyTexts = [
  'content_policy_violation',
  'responsibleaipolicyviolation',
  "triggering azure openai's content management",
  'task failed as a result of our safety system',
  'model produced invalid content',
  'content_filter_policy',
  'content filtering policy',
  'rejected as a result of our safety system',
  'the response was blocked.',
]

const rateTexts = /rate[\s_-]*limit|service tier capacity exceeded|resource_exhausted|throttling/
const keyTexts = /(?:incorrect|invalid) api key|api key not valid|invalid_api_key/

/** Error words (`code`, `type` or `status`) that say more than a missing status: errors inside a stream have none. */
const kindOfWord: Readonly<Record<string, ErrorKind>> = {
  invalid_request_error: 'bad_request',
  invalid_argument: 'bad_request',
  authentication_error: 'auth',
  unauthenticated: 'auth',
  invalid_api_key: 'auth',
  billing_error: 'payment_required',
  insufficient_quota: 'rate_limited',
  permission_error: 'forbidden',
  permission_denied: 'forbidden',
  not_found_error: 'not_found',
  not_found: 'not_found',
  model_not_found: 'not_found',
  request_too_large: 'too_large',
  rate_limit_error: 'rate_limited',
  rate_limit_exceeded: 'rate_limited',
  resource_exhausted: 'rate_limited',
  throttling_error: 'rate_limited',
  timeout_error: 'timeout',
  deadline_exceeded: 'timeout',
  overloaded_error: 'unavailable',
  overloaded: 'unavailable',
  unavailable: 'unavailable',
  service_unavailable: 'unavailable',
  api_error: 'internal',
  server_error: 'internal',
  internal: 'internal',
  internal_server_error: 'internal',
}

/**
 * The kind of a provider's error. Texts come before the status, because many providers send a plain 400 for everything.
 * `status` 0 stands for an error that came without one, inside a stream; `code` may be the error's code or its type.
 */
export function kindOfUpstream(status: number, message: string, code?: string): ErrorKind {
  const word = code?.toLowerCase() ?? ''
  const text = `${word}\n${message.toLowerCase()}`
  const definite = status === 401 || status === 402 || status === 403 || status === 404 || status === 429
  if (!definite) {
    if (policyTexts.some((part) => text.includes(part))) return 'content_filtered'
    if (isTooLong(text)) return 'context_length'
    if (keyTexts.test(text)) return 'auth'
    if (rateTexts.test(text)) return 'rate_limited'
  }
  if (status !== 0) return kindOfStatus(status)
  const named = Object.hasOwn(kindOfWord, word) ? kindOfWord[word] : undefined
  if (named !== undefined) return named
  const numeric = Number(word)
  if (numeric >= 400 && numeric < 600) return kindOfStatus(numeric)
  return /overloaded/.test(text) ? 'unavailable' : /\b429\b/.test(text) ? 'rate_limited' : 'internal'
}

/** A `user` field that is too long says "string too long" as well, but no other model would help. */
function isTooLong(text: string): boolean {
  if (contextTexts.some((part) => text.includes(part)) || contextPatterns.some((pattern) => pattern.test(text))) return true
  return (
    text.includes('string too long. expected a string with maximum length') &&
    !text.includes('string_above_max_length') &&
    !text.includes("invalid 'user'")
  )
}
