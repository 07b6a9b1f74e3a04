import { fail, type ErrorKind, type GatewayError } from '../../errors.ts'
import { isObject, objectOf, stringOf, type JsonObject } from '../../json.ts'
import { kindOfUpstream } from '../../upstream-errors.ts'
import { defined } from './shape.ts'

/** A provider's error reply, or the error event of a stream (`status` 0: it has none). */
export function readError(status: number, body: unknown): GatewayError {
  const error = isObject(body) ? (objectOf(body.error) ?? body) : undefined
  const type = stringOf(error?.type)
  const message =
    stringOf(error?.message) ?? (typeof body === 'string' && body.trim() !== '' ? body.trim() : 'the provider sent no message')
  return fail(kindOf(status, message, type), message, {
    upstreamBody: body,
    ...defined({
      code: stringOf(error?.code) ?? type,
      param: stringOf(error?.param),
      upstreamStatus: status === 0 ? undefined : status,
    }),
  })
}

/** Two kinds have a status of their own here: 529 is overload, 413 a body that is too large. */
function kindOf(status: number, message: string, type: string | undefined): ErrorKind {
  if (type === 'overloaded_error' || status === 529) return 'unavailable'
  const kind = kindOfUpstream(status, message, type)
  return kind === 'bad_request' && (type === 'request_too_large' || status === 413) ? 'too_large' : kind
}

const types: Readonly<Record<ErrorKind, string>> = {
  bad_request: 'invalid_request_error',
  unsupported_params: 'invalid_request_error',
  context_length: 'invalid_request_error',
  content_filtered: 'invalid_request_error',
  auth: 'authentication_error',
  payment_required: 'billing_error',
  forbidden: 'permission_error',
  not_found: 'not_found_error',
  method_not_allowed: 'invalid_request_error',
  timeout: 'timeout_error',
  conflict: 'invalid_request_error',
  too_large: 'request_too_large',
  unsupported_media: 'invalid_request_error',
  not_implemented: 'invalid_request_error',
  unprocessable: 'invalid_request_error',
  over_budget: 'billing_error',
  rate_limited: 'rate_limit_error',
  no_deployment: 'rate_limit_error',
  client_closed: 'api_error',
  internal: 'api_error',
  unreachable: 'api_error',
  bad_gateway: 'api_error',
  bad_reply: 'api_error',
  unavailable: 'overloaded_error',
  upstream_auth: 'api_error',
  upstream_timeout: 'timeout_error',
}

/** The provider's own body where it is in this dialect and says the same; else our words under the kind's type. */
export function writeError(error: GatewayError): JsonObject {
  const upstream = error.facts.upstreamBody
  if (isObject(upstream) && upstream.type === 'error') {
    const inner = objectOf(upstream.error)
    if (isObject(inner) && typeof inner.type === 'string' && inner.message === error.message) return upstream
  }
  return { type: 'error', error: { type: types[error.kind], message: error.message } }
}
