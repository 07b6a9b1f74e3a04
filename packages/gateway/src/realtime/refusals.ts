import { fail, isGatewayError, type GatewayError } from '@switchyard/wire'
import type { Close } from '../http1/websocket.ts'

export const asRefusal = (cause: unknown): GatewayError =>
  isGatewayError(cause) ? cause : fail('internal', 'The gateway failed on this session.', { code: 'gateway_bug' }, { cause })

export const providerLost = (code: number): GatewayError =>
  fail('bad_gateway', `The provider ended the session (WebSocket code ${code}).`, { code: 'upstream_closed' })

/** How a client is told of an error that ends its session: 1008 is a policy that was not kept. */
export const closeOf = ({ status, message }: GatewayError): Close => ({ code: status >= 500 ? 1011 : 1008, reason: message })
