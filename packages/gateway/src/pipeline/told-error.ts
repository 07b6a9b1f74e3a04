import { fail, type GatewayError } from '@switchyard/wire'

/**
 * What the client of a failed call is told. A provider's 401 or 403 judges the operator's credential, and its 408 is not about
 * the client's request: passed on, they would make clients throw away good keys and look for a slow body of their own
 * (reliability facts L3, U3, U15; decision 17). `isOperator`: the master key's holder may read what the provider said.
 */
export function toldError(error: GatewayError, isOperator: boolean): GatewayError {
  const { kind, message, ...facts } = error.facts
  if (kind === 'timeout') return fail('upstream_timeout', message, facts, { cause: error.cause })
  if (!isCredentialTrouble(error)) return error
  const { upstreamStatus } = facts
  const told = isOperator ? forOperator(message, upstreamStatus) : forClient
  return fail('upstream_auth', told, upstreamStatus === undefined ? {} : { upstreamStatus })
}

/** Out of a call that was admitted these are about the operator's credential: the client's own was judged before. */
export const isCredentialTrouble = ({ kind }: GatewayError): boolean => kind === 'auth' || kind === 'forbidden'

const forClient =
  "The provider does not accept this gateway's own credential. Your key is fine; the operator finds the reason in the log, under the call id of this reply."

const forOperator = (said: string, status: number | undefined): string =>
  status === undefined ? said : `The provider refused this gateway's credential (${status}): ${said}`
