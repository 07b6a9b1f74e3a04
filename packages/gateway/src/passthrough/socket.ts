import type { Deployment, Outgoing, PassedSocket, Provider } from '@switchyard/core'
import { fail, isGatewayError, objectOf, parseJson } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { Upgrade } from '../http/listener.ts'
import type { WebSocketConnection } from '../http1/websocket.ts'
import { acceptHandshake, offeredProtocols } from '../http1/websocket-handshake.ts'
import { checkPriced } from '../pipeline/bound.ts'
import { toldError } from '../pipeline/told-error.ts'
import { dialTo, openOn } from '../realtime/open.ts'
import { Purse } from '../realtime/purse.ts'
import { betaOf, chosenProtocol } from '../realtime/serve.ts'
import { RealtimeSession } from '../realtime/session.ts'
import { clientEnd, usualLimits, type ClientEnd } from '../realtime/socket-pair.ts'
import { PassBooks, payerOf } from './books.ts'
import { ends } from './ends.ts'
import { FirstMessage, unnamedModel } from './first-message.ts'
import { outgoingOf } from './outgoing.ts'
import { ownCredential } from './own-credential.ts'
import { permit } from './permit.ts'
import { freeAccount, SocketAccount, type Account } from './socket-account.ts'
import { SocketSession } from './socket-session.ts'
import type { Subpath } from './subpath.ts'
import { passTarget } from './target.ts'

export interface PassSocket {
  readonly provider: Provider
  readonly prefix: string
  readonly subpath: Subpath
}

/** Goes on with a client when the provider has accepted. */
type Lead = (client: ClientEnd) => WebSocketConnection

/** A WebSocket under a provider's prefix: all that can be refused is refused before the client's handshake is answered. */
export async function passSocket(context: Context, of: PassSocket): Promise<Response> {
  const { headers } = context.request
  const handshake = acceptHandshake(headers, chosenProtocol(offeredProtocols(headers)))
  const { sockets } = of.provider.passThrough ?? {}
  const socket = sockets?.find(({ path }) => ends(of.subpath.plain, path))
  const model = socket?.model?.(new URLSearchParams(of.subpath.query))
  if (socket?.modelIn !== undefined && model === undefined) {
    const open = async (text: string): Promise<Lead> => {
      const named = socket.modelIn?.(objectOf(parseJson(text)) ?? {})
      if (named === undefined) throw unnamedModel()
      return leadTo(context, { ...of, socket, model: named })
    }
    return new Upgrade(handshake, (raw) => new FirstMessage(raw, ({ bytes }) => open(new TextDecoder().decode(bytes))).client)
  }
  const lead = await leadTo(context, { ...of, socket, model })
  return new Upgrade(handshake, (raw) => lead(clientEnd(raw)))
}

interface Leading extends PassSocket {
  /** Undefined: a path of which nothing is known. */
  readonly socket: PassedSocket | undefined
  readonly model: string | undefined
}

interface Ready extends Leading {
  readonly deployment: Deployment
  readonly outgoing: Outgoing
}

async function leadTo(context: Context, of: Leading): Promise<Lead> {
  const { provider, prefix, subpath, socket, model } = of
  permit(context, { provider, prefix, model })
  const hasBudget = payerOf(context).budgets.length > 0
  if (socket === undefined && hasBudget) throw unmetered()
  if (socket !== undefined && model === undefined) throw noModel()
  const own = await ownCredential(context)
  const deployment = passTarget(context, provider, model)
  const outgoing = await outgoingOf(context, { deployment, subpath, model, bytes: undefined, own })
  const ready = { ...of, deployment, outgoing }
  try {
    if (socket === undefined || model === undefined || socket.counted !== undefined) return await leadCounted(context, ready)
    checkPriced([deployment], context.snapshot.config.switchyard.unpriced, hasBudget)
    return await leadConversation(context, { ...ready, model })
  } catch (error) {
    const isOwn = Object.keys(own).length > 0
    throw isGatewayError(error) && error.facts.upstreamStatus !== undefined && !isOwn
      ? toldError(error, context.principal.kind === 'master')
      : error
  }
}

/** Billed by what is counted, or not known to cost anything. */
async function leadCounted(context: Context, { socket, model, deployment, outgoing }: Ready): Promise<Lead> {
  const target = outgoing.url
  const account: Account =
    socket?.counted === undefined || model === undefined
      ? freeAccount(await PassBooks.admit(context, { deployment, target, ask: undefined, costNano: 0, operation: 'passthrough' }))
      : await SocketAccount.open(context, { deployment, target, model, counted: socket.counted })
  try {
    const provider = await dialTo(context, deployment, outgoing)
    const keyFields = socket?.keyFields ?? []
    return (client) => new SocketSession({ context, account, provider, client, keyFields }).client
  } catch (error) {
    const kind = isGatewayError(error) ? error.kind : 'internal'
    await account.settle(kind === 'client_closed' ? 'cancelled' : 'failure', kind)
    throw error
  }
}

/** A conversation, paid response by response as on the gateway's own route. */
async function leadConversation(context: Context, of: Ready & { readonly model: string }): Promise<Lead> {
  const { model, deployment, outgoing } = of
  const watch = deployment.provider.realtime?.watch?.(model)
  if (watch === undefined) Object.assign(outgoing.headers, betaOf(context.request))
  const purse = await Purse.open(context, model, [deployment])
  try {
    const { provider, claim } = await openOn({ context, purse, deployment, sign: () => Promise.resolve(outgoing) })
    const names = { asked: model, upstream: model }
    const parts = { context, purse, claim, deployment, names, translator: undefined, provider, limits: usualLimits }
    return (client) => new RealtimeSession({ ...parts, client, ...(watch === undefined ? {} : { watch }) }).client
  } catch (error) {
    purse.close()
    throw error
  }
}

const unmetered = (): Error =>
  fail('forbidden', 'What is said on this WebSocket is not metered, and this key has a budget.', {
    type: 'key_route_access_denied',
    code: '403',
  })

const noModel = (): Error => fail('bad_request', 'Name the model in the query, as the provider documents it.', { param: 'model' })
