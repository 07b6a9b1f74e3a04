import { openaiChatClient, fail, isString, stringOf, type ErrorKind, type GatewayError, type JsonObject } from '@switchyard/wire'

/** Codes of the API (docs.oracle.com, "API Errors", 2026-11-22), where there is no status: inside a stream. */
const kinds: ReadonlyMap<string, ErrorKind> = new Map([
  ['InvalidParameter', 'bad_request'],
  ['CannotParseRequest', 'bad_request'],
  ['MissingParameter', 'bad_request'],
  ['NotAuthenticated', 'auth'],
  ['SignUpRequired', 'auth'],
  ['NotAllowed', 'forbidden'],
  ['NotAuthorized', 'forbidden'],
  ['NotAuthorizedOrNotFound', 'not_found'],
  ['NotFound', 'not_found'],
  ['LimitExceeded', 'rate_limited'],
  ['QuotaExceeded', 'rate_limited'],
  ['TooManyRequests', 'rate_limited'],
  ['InternalServerError', 'internal'],
  ['ServiceUnavailable', 'unavailable'],
])

/** `{code, message}`. */
export function readError(status: number, body: unknown): GatewayError {
  const error = openaiChatClient.readError(status, body)
  const named = status === 0 ? kinds.get(error.facts.code ?? '') : undefined
  return named === undefined ? error : fail(named, error.message, { code: error.facts.code ?? named, upstreamBody: body })
}

/** The error that an event of a stream, or a reply of status 200, is: messages of models are objects. */
export function failureIn(event: JsonObject): GatewayError | undefined {
  const isError = stringOf(event['code']) !== undefined && (isString(event['message']) || event['message'] === undefined)
  return isError ? readError(0, event) : undefined
}
