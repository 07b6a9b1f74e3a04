import { type ErrorKind, fail, type GatewayError } from '../../errors.ts'
import { isObject, isString, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '../../json.ts'
import { kindOfUpstream } from '../../upstream-errors.ts'

const retryInfo = 'type.googleapis.com/google.rpc.RetryInfo'

/** `{error:{code,message,status,details}}`, alone or (streams that are not SSE) as the only item of an array. */
function errorOf(body: unknown): JsonObject | undefined {
  const first: unknown = Array.isArray(body) ? body[0] : body
  return isObject(first) ? objectOf(first.error) : undefined
}

export function readError(status: number, body: unknown): GatewayError {
  const error = errorOf(body)
  const message =
    stringOf(error?.message) ?? (isString(body) && body !== '' ? body.slice(0, 2000) : `the provider answered ${status}`)
  const code = stringOf(error?.status)
  const details = objectsOf(error?.details)
  const inBand = numberOf(error?.code) ?? 0
  const effective = status >= 400 ? status : inBand
  const kind = details.some((detail) => detail.reason === 'API_KEY_INVALID') ? 'auth' : kindOfUpstream(effective, message, code)
  const param = details.flatMap((detail) => objectsOf(detail.fieldViolations)).map((violation) => stringOf(violation.field))[0]
  const retryAfterMs = delayOf(details)
  return fail(kind, message, {
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(effective === 0 ? {} : { upstreamStatus: effective }),
    upstreamBody: body,
  })
}

/** `retryDelay: "7s"`, a protobuf duration. */
function delayOf(details: readonly JsonObject[]): number | undefined {
  const delay = details.map((detail) => stringOf(detail.retryDelay)).find((text) => text !== undefined)
  const seconds = delay === undefined ? undefined : /^(\d+(?:\.\d+)?)s$/.exec(delay)?.[1]
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000)
}

/** Google's canonical code (google.rpc.Code) for a kind of error. */
function statusWord(kind: ErrorKind): string {
  switch (kind) {
    case 'auth':
      return 'UNAUTHENTICATED'
    case 'payment_required':
    case 'over_budget':
      return 'FAILED_PRECONDITION'
    case 'forbidden':
      return 'PERMISSION_DENIED'
    case 'not_found':
      return 'NOT_FOUND'
    case 'method_not_allowed':
    case 'not_implemented':
      return 'UNIMPLEMENTED'
    case 'timeout':
    case 'upstream_timeout':
      return 'DEADLINE_EXCEEDED'
    case 'conflict':
      return 'ABORTED'
    case 'rate_limited':
    case 'no_deployment':
      return 'RESOURCE_EXHAUSTED'
    case 'client_closed':
      return 'CANCELLED'
    case 'internal':
    case 'bad_reply':
      return 'INTERNAL'
    case 'unreachable':
    case 'bad_gateway':
    case 'unavailable':
    case 'upstream_auth':
      return 'UNAVAILABLE'
    case 'bad_request':
    case 'unsupported_params':
    case 'context_length':
    case 'content_filtered':
    case 'too_large':
    case 'unsupported_media':
    case 'unprocessable':
      return 'INVALID_ARGUMENT'
  }
}

export function writeError(error: GatewayError): JsonObject {
  const { param, retryAfterMs } = error.facts
  const upstream = objectsOf(errorOf(error.facts.upstreamBody)?.details)
  const details = upstream.length > 0 ? upstream : detailsOf(error.message, param, retryAfterMs)
  return {
    error: {
      code: error.status,
      message: error.message,
      status: statusWord(error.kind),
      ...(details.length === 0 ? {} : { details }),
    },
  }
}

function detailsOf(description: string, field: string | undefined, retryAfterMs: number | undefined): JsonObject[] {
  const details: JsonObject[] = []
  if (field !== undefined) {
    details.push({ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field, description }] })
  }
  if (retryAfterMs !== undefined) details.push({ '@type': retryInfo, retryDelay: `${retryAfterMs / 1000}s` })
  return details
}
