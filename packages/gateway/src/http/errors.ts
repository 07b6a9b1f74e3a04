import { manners } from '@switchyard/core'
import { fail, isGatewayError, type GatewayError } from '@switchyard/wire'
import type { Route } from './route.ts'
import { slowBodyCode } from './read-body.ts'
import { securityHeaders } from './reply.ts'

/** An error as the caller's dialect prints it, with the headers that clients act on. */
export function errorResponse(
  error: GatewayError,
  { dialect, ofProvider }: Pick<Route, 'dialect' | 'ofProvider'>,
  callId: string,
  status: number = error.status,
): Response {
  const { body, headers: own } = ofProvider?.writeError?.(error) ?? { body: manners(dialect).writeError(error) }
  const headers: Record<string, string> = {
    ...securityHeaders,
    'content-type': 'application/json',
    'x-switchyard-call-id': callId,
    'x-litellm-call-id': callId,
    ...own,
  }
  const { retryAfterMs, code } = error.facts
  if (code === slowBodyCode) headers['connection'] = 'close'
  // The SDKs of OpenAI and Anthropic repeat every 409 and 5xx unless they are told not to (read in their clients, 2026-11-22).
  const isRepeated = status >= 500 || (status === 409 && retryAfterMs === undefined)
  if (isRepeated && !error.retryable) headers['x-should-retry'] = 'false'
  if (retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)))
    headers['retry-after-ms'] = String(Math.ceil(retryAfterMs))
  }
  return new Response(JSON.stringify(body), { status, headers })
}

/** What anything thrown means to a caller. Bugs are reported to the log, never to the caller. */
export function publicError(cause: unknown, report: (cause: unknown) => void): GatewayError {
  if (isGatewayError(cause)) {
    if (cause.facts.code === 'gateway_bug') report(cause.cause)
    return cause
  }
  report(cause)
  return fail('internal', 'The gateway failed on this request. Its log says why, under the call id of this reply.', {
    code: 'gateway_bug',
  })
}
