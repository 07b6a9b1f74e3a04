import { isGatewayError, isObject, stringOf, type GatewayError } from '@switchyard/wire'

/** What is known of a failure. */
export interface ErrorDetails {
  readonly statusCode: number
  /** The provider that failed; empty when none was asked. */
  readonly llmProvider: string
  readonly model: string
  readonly code: string | null
  readonly type: string
  readonly param: string | null
  /** How long the provider wants to be left alone. */
  readonly retryAfterMs?: number
  /** The provider's error body. */
  readonly body?: unknown
}

/** The root of all errors. The classes have LiteLLM's names and ancestors, so that its handlers can be kept. */
export class APIError extends Error {
  readonly statusCode: number
  readonly llmProvider: string
  readonly model: string
  readonly code: string | null
  readonly type: string
  readonly param: string | null
  readonly retryAfterMs: number | undefined
  readonly body: unknown

  constructor(message: string, details: ErrorDetails, options?: ErrorOptions) {
    super(message, options)
    this.name = nameOf(new.target)
    this.statusCode = details.statusCode
    this.llmProvider = details.llmProvider
    this.model = details.model
    this.code = details.code
    this.type = details.type
    this.param = details.param
    this.retryAfterMs = details.retryAfterMs
    this.body = details.body
  }
}

/** The provider answered, with an error status. */
export class APIStatusError extends APIError {}
export class BadRequestError extends APIStatusError {}
export class ContextWindowExceededError extends BadRequestError {}
export class ContentPolicyViolationError extends BadRequestError {}
export class UnsupportedParamsError extends BadRequestError {}
export class PaymentRequiredError extends BadRequestError {}
export class AuthenticationError extends APIStatusError {}
export class PermissionDeniedError extends APIStatusError {}
export class NotFoundError extends APIStatusError {}
/** The catalog knows nothing of the model. */
export class ModelNotMappedError extends NotFoundError {}
export class UnprocessableEntityError extends APIStatusError {}
export class RateLimitError extends APIStatusError {}
export class InternalServerError extends APIStatusError {}
export class BadGatewayError extends APIStatusError {}
export class ServiceUnavailableError extends APIStatusError {}
/** The provider could not be reached. */
export class APIConnectionError extends APIError {}
export class Timeout extends APIConnectionError {}
/** The provider's reply makes no sense. */
export class APIResponseValidationError extends APIError {}
export class BudgetExceededError extends APIError {}

type ErrorClass = new (message: string, details: ErrorDetails, options?: ErrorOptions) => APIError

const classes: Readonly<Record<string, ErrorClass>> = {
  APIError,
  APIStatusError,
  ModelNotMappedError,
  BadRequestError,
  ContextWindowExceededError,
  ContentPolicyViolationError,
  UnsupportedParamsError,
  PaymentRequiredError,
  AuthenticationError,
  PermissionDeniedError,
  NotFoundError,
  UnprocessableEntityError,
  RateLimitError,
  InternalServerError,
  BadGatewayError,
  ServiceUnavailableError,
  APIConnectionError,
  Timeout,
  APIResponseValidationError,
  BudgetExceededError,
}

/** Bundlers rename classes; the keys of the table stay. */
const nameOf = (own: { readonly name: string }): string =>
  Object.entries(classes).find(([, known]) => known === own)?.[0] ?? own.name

/** Statuses that LiteLLM's classes have, where the gateway answers with another one (native-wire facts §0.5, 2026-11-22). */
const statuses: Readonly<Record<string, number>> = {
  BadRequestError: 400,
  APIConnectionError: 500,
  APIResponseValidationError: 500,
}

/** A refusal keeps the provider's own status (422, 424 …); the reference does so too. */
function statusOf({ className, status, facts: { upstreamStatus = 0 } }: GatewayError): number {
  if (className === 'BadRequestError' && upstreamStatus >= 400 && upstreamStatus < 500) return upstreamStatus
  return statuses[className] ?? status
}

/** Who was asked when it failed. */
export interface Asked {
  readonly provider: string
  readonly model: string
}

/** The public error of a failure; what is none of ours passes as it is. */
export function publicError(cause: unknown, asked: Asked): Error {
  if (isGatewayError(cause)) return fromGatewayError(cause, asked)
  return cause instanceof Error ? cause : new Error(String(cause), { cause })
}

export function fromGatewayError(error: GatewayError, asked: Asked): APIError {
  const { facts, className } = error
  const PublicError = classes[className] ?? APIError
  return new PublicError(
    error.message,
    {
      statusCode: statusOf(error),
      llmProvider: asked.provider,
      model: asked.model,
      code: facts.code ?? null,
      type: error.type,
      param: facts.param ?? null,
      ...(facts.retryAfterMs === undefined ? {} : { retryAfterMs: facts.retryAfterMs }),
      ...(facts.upstreamBody === undefined ? {} : { body: innerBody(facts.upstreamBody) }),
    },
    { cause: error.cause ?? error },
  )
}

/** OpenAI's clients show what is under `error`. */
const innerBody = (body: unknown): unknown =>
  isObject(body) && (isObject(body['error']) || stringOf(body['error'])) ? body['error'] : body
