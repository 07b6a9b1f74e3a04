import type { Deployment, Outgoing } from '@switchyard/core'
import { isGatewayError, noUsage } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import type { NetSocket } from '../http1/net-socket.ts'
import { dial } from '../upstream/dial-websocket.ts'
import type { Claim, Purse } from './purse.ts'

export interface OpeningOn {
  readonly context: Context
  readonly purse: Purse
  readonly deployment: Deployment
  readonly sign: () => Promise<Outgoing>
}

export interface Opened {
  readonly deployment: Deployment
  readonly provider: NetSocket
  /** The session's own row. */
  readonly claim: Claim
}

/** Opens a session at one deployment; an attempt that fails is a row. */
export async function openOn({ context, purse, deployment, sign }: OpeningOn): Promise<Opened> {
  const { health } = context.snapshot.engine
  health.begin(deployment.id)
  const claim = purse.session(deployment)
  try {
    const provider = await dialTo(context, deployment, await sign())
    health.succeeded(deployment.id)
    return { deployment, provider, claim }
  } catch (cause) {
    health.finish(deployment.id)
    const error = isGatewayError(cause) ? cause : undefined
    const status = error?.kind === 'client_closed' ? 'cancelled' : 'failure'
    const upstreamStatus = error?.facts.upstreamStatus
    await claim.settle({ status, error, usage: noUsage, providerId: undefined, upstreamStatus })
    throw cause
  }
}

export function dialTo({ request }: Context, { timeouts }: Deployment, { url, headers }: Outgoing): Promise<NetSocket> {
  const { connectMs, firstByteMs } = timeouts
  return dial({ url, headers, connectMs, handshakeMs: firstByteMs, signal: request.signal })
}
