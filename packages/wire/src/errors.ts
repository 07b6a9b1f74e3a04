/**
 * One error class, one table. A kind decides the HTTP status, whether another attempt may help, and the names that the
 * dialects print. Statuses: facts of LiteLLM 1.106 (its clients depend on them), recorded 2026-11-22.
 */
const errorTable = {
  // kind: [status, retryable, OpenAI `type`, LiteLLM class]
  bad_request: [400, false, 'invalid_request_error', 'BadRequestError'],
  unsupported_params: [400, false, 'invalid_request_error', 'UnsupportedParamsError'],
  context_length: [400, false, 'invalid_request_error', 'ContextWindowExceededError'],
  content_filtered: [400, false, 'invalid_request_error', 'ContentPolicyViolationError'],
  auth: [401, false, 'authentication_error', 'AuthenticationError'],
  payment_required: [402, false, 'invalid_request_error', 'PaymentRequiredError'],
  forbidden: [403, false, 'permission_error', 'PermissionDeniedError'],
  not_found: [404, false, 'invalid_request_error', 'NotFoundError'],
  method_not_allowed: [405, false, 'invalid_request_error', 'BadRequestError'],
  timeout: [408, true, 'timeout_error', 'Timeout'],
  conflict: [409, false, 'invalid_request_error', 'BadRequestError'],
  too_large: [413, false, 'invalid_request_error', 'BadRequestError'],
  unsupported_media: [415, false, 'invalid_request_error', 'BadRequestError'],
  unprocessable: [422, false, 'invalid_request_error', 'UnprocessableEntityError'],
  over_budget: [422, false, 'budget_exceeded', 'BudgetExceededError'],
  rate_limited: [429, true, 'throttling_error', 'RateLimitError'],
  no_deployment: [429, false, 'all_deployments_in_cooldown', 'RateLimitError'],
  client_closed: [499, false, 'client_closed_request', 'APIError'],
  internal: [500, true, 'internal_server_error', 'InternalServerError'],
  not_implemented: [501, false, 'invalid_request_error', 'BadRequestError'],
  unreachable: [502, true, 'upstream_unreachable', 'APIConnectionError'],
  bad_gateway: [502, true, 'bad_gateway', 'BadGatewayError'],
  bad_reply: [502, true, 'bad_upstream_response', 'APIResponseValidationError'],
  unavailable: [503, true, 'service_unavailable', 'ServiceUnavailableError'],
  // What a server in the middle says of the two that its client must not take for its own (decision 17).
  upstream_auth: [502, false, 'upstream_credential_refused', 'BadGatewayError'],
  upstream_timeout: [504, true, 'timeout_error', 'Timeout'],
} as const satisfies Record<string, readonly [status: number, retryable: boolean, type: string, className: string]>

export type ErrorKind = keyof typeof errorTable

/** What is known of a failure. `message` tells the reader what to do; it never holds a secret. */
export interface ErrorFacts {
  readonly kind: ErrorKind
  readonly message: string
  /** Overrides the table's `type`, e.g. `key_model_access_denied`. */
  readonly type?: string
  readonly code?: string
  /** The request field at fault, in the caller's spelling. */
  readonly param?: string
  readonly retryAfterMs?: number
  /** The provider's status, when it is not the kind's own (a 529, say). */
  readonly upstreamStatus?: number
  /** The provider's error body, for callers in the same dialect. */
  readonly upstreamBody?: unknown
  /** Flags and fields of the request that the provider refused by name: the call may be repeated without them. */
  readonly refusedFlags?: readonly string[]
}

const marker = Symbol.for('switchyard.error')

export class GatewayError extends Error {
  readonly facts: ErrorFacts
  constructor(facts: ErrorFacts, options?: ErrorOptions) {
    super(facts.message, options)
    this.name = 'GatewayError'
    this.facts = facts
    Object.defineProperty(this, marker, { value: true })
  }
  get kind(): ErrorKind {
    return this.facts.kind
  }
  get status(): number {
    return errorTable[this.facts.kind][0]
  }
  get retryable(): boolean {
    return errorTable[this.facts.kind][1]
  }
  /** OpenAI's `error.type`. */
  get type(): string {
    return this.facts.type ?? errorTable[this.facts.kind][2]
  }
  /** The name that LiteLLM and the openai SDK give this class of error. */
  get className(): string {
    return errorTable[this.facts.kind][3]
  }
}

export const isGatewayError = (value: unknown): value is GatewayError =>
  typeof value === 'object' && value !== null && marker in value

export const errorClassNames: readonly string[] = [...new Set(Object.values(errorTable).map((row) => row[3]))]

/** `throw fail('bad_request', 'messages must be an array', { param: 'messages' })` */
export function fail(
  kind: ErrorKind,
  message: string,
  more: Omit<ErrorFacts, 'kind' | 'message'> = {},
  options?: ErrorOptions,
): GatewayError {
  return new GatewayError({ kind, message, ...more }, options)
}

/** The kind that an upstream's HTTP status means (native-wire facts §0.5, 2026-11-22), before its text is looked at. */
export function kindOfStatus(status: number): ErrorKind {
  switch (status) {
    case 401:
      return 'auth'
    case 402:
      return 'payment_required'
    case 403:
      return 'forbidden'
    case 404:
      return 'not_found'
    case 408:
    case 504:
    case 522:
    case 524:
      return 'timeout'
    case 429:
      return 'rate_limited'
    case 502:
      return 'bad_gateway'
    case 503:
      return 'unavailable'
    default:
      return status >= 500 ? 'internal' : status >= 400 ? 'bad_request' : 'bad_reply'
  }
}
