import { isGatewayError, isObject } from '@switchyard/wire'

/** Errors of connections that never stood, in the words of both runtimes. */
const neverConnected: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'connect_timeout',
])

/** Kinds of errors after which a provider may have done what it was asked all the same. */
const doubtful: ReadonlySet<string> = new Set(['unreachable', 'bad_reply', 'timeout', 'upstream_timeout', 'client_closed'])

/**
 * Has the provider surely not done what it was asked? It said so, or never heard of it. Of anything else nobody knows, so that what
 * was charged beforehand stays charged.
 */
export function wasRefused(error: unknown): boolean {
  if (!isGatewayError(error)) return neverConnected.has(codeOf(error))
  const { upstreamStatus, code, kind } = error.facts
  if (kind === 'bad_reply') return false
  return (
    upstreamStatus !== undefined || !doubtful.has(kind) || neverConnected.has(code) || neverConnected.has(codeOf(error.cause))
  )
}

const codeOf = (error: unknown): unknown => (isObject(error) ? error['code'] : undefined)
