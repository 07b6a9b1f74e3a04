import {
  addKey,
  nothingLeft,
  pickDeployment,
  targetOf,
  unknownModel,
  type Deployment,
  type ModelGroup,
  type Outgoing,
  type Target,
} from '@switchyard/core'
import { fail, isGatewayError, type GatewayError } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { Upgrade, type HttpRequest } from '../http/listener.ts'
import { acceptHandshake, offeredProtocols } from '../http1/websocket-handshake.ts'
import { aliased, requireModel } from '../pipeline/access.ts'
import { checkPriced } from '../pipeline/bound.ts'
import { isKeyProtocol } from '../pipeline/credential.ts'
import { eventMessage } from './events.ts'
import { openOn, type Opened } from './open.ts'
import { Purse } from './purse.ts'
import { RealtimeSession } from './session.ts'
import { clientEnd, usualLimits } from './socket-pair.ts'

/**
 * The handler of the realtime routes: a WebSocket whose events pass to the provider and back. All that can be refused is
 * refused before the client's handshake is answered.
 */
export async function serveRealtime(context: Context): Promise<Response> {
  const { snapshot, principal, request, query, params } = context
  const handshake = acceptHandshake(request.headers, chosenProtocol(offeredProtocols(request.headers)))
  const secret = principal.kind === 'key' ? principal.secret : undefined
  const named = query.get('model') ?? query.get('deployment') ?? params['model'] ?? secret?.model ?? ''
  if (secret !== undefined && secret.model !== named)
    throw fail('forbidden', `This client secret is for the model "${secret.model}".`, { param: 'model' })
  const { asked, group } = modelOfSession(context, named)
  const hasBudget = principal.kind === 'key' && principal.record.maxBudgetNano !== null
  checkPriced(group.deployments, snapshot.config.switchyard.unpriced, hasBudget)
  const purse = await Purse.open(context, asked, group.deployments)
  const forwarded = betaOf(request)
  try {
    const opened = await open({ context, purse, group, asked, forwarded })
    const names = { asked, upstream: opened.target.model }
    const translator = opened.deployment.provider.realtime?.translator?.(opened.target)
    return new Upgrade(handshake, (socket) => {
      const { provider, claim, deployment } = opened
      const client = clientEnd(socket)
      const parts = { context, purse, claim, deployment, names, translator, provider, client, limits: usualLimits }
      const session = new RealtimeSession(parts)
      if (secret !== undefined && Object.keys(secret.session).length > 0)
        session.begin(eventMessage({ type: 'session.update', session: secret.session }))
      return session.client
    })
  } catch (error) {
    const told = isGatewayError(error) ? purse.told(error) : error
    purse.close()
    throw told
  }
}

/** The model that a session may be opened with, and who serves it. Throws why not. */
export function modelOfSession(context: Context, model: string): { readonly asked: string; readonly group: ModelGroup } {
  const { snapshot, principal } = context
  const asked = aliased(principal, model)
  if (asked === '') throw fail('bad_request', 'Name the model in the query: /v1/realtime?model=…', { param: 'model' })
  requireModel(principal, asked, snapshot)
  return { asked, group: realtimeGroup(context, asked) }
}

/** The header of the beta interface, which browsers say as a protocol. */
export function betaOf({ headers }: HttpRequest): Readonly<Record<string, string>> {
  const beta = headers.get('openai-beta') ?? (offeredProtocols(headers).includes(betaProtocol) ? 'realtime=v1' : undefined)
  return beta === undefined ? {} : { 'openai-beta': beta }
}

/** What OpenAI's browser clients of the beta interface offered (openai-node 7.57.0, 2026-11-22). */
const betaProtocol = 'openai-beta.realtime-v1'

/** Browsers give up when none of theirs is chosen. A key is never sent back. */
export const chosenProtocol = (offered: readonly string[]): string | undefined =>
  offered.find((one) => one === 'realtime') ?? offered.find((one) => !isKeyProtocol(one))

/** The model's deployments that can hold such a conversation. */
function realtimeGroup({ snapshot }: Context, model: string): ModelGroup {
  const group = snapshot.engine.models.find(model)
  if (group === undefined) throw unknownModel(model)
  const deployments = group.deployments.filter(
    ({ provider, mockResponse }) => provider.realtime !== undefined && mockResponse === undefined,
  )
  if (deployments.length > 0) return { ...group, deployments }
  throw fail('bad_request', `The providers of "${model}" serve no realtime conversations.`, { param: 'model' })
}

interface Opening {
  readonly context: Context
  readonly purse: Purse
  readonly group: ModelGroup
  readonly asked: string
  readonly forwarded: Readonly<Record<string, string>>
}

/** Tries the group's deployments, each of them once. */
async function open({ context, purse, group, asked, forwarded }: Opening): Promise<Opened & { readonly target: Target }> {
  const { health, random, settings, env } = context.snapshot.engine
  const hasRoom = (deployment: Deployment): boolean => context.snapshot.throughput.hasRoom(deployment)
  const tried = new Set<string>()
  let error: GatewayError | undefined
  for (;;) {
    const deployment = pickDeployment(group, { health, tried, hasRoom, random })
    if (deployment === undefined || tried.has(deployment.id)) throw error ?? nothingLeft(group, health)
    tried.add(deployment.id)
    try {
      const target = targetOf(deployment, asked)
      const sign = (): Promise<Outgoing> => signed({ deployment, target, forwarded, env })
      return { target, ...(await openOn({ context, purse, deployment, sign })) }
    } catch (cause) {
      if (!isGatewayError(cause)) throw cause
      health.failed(deployment, cause, settings, group.deployments.length === 1)
      if (cause.kind === 'client_closed') throw cause
      error = cause
    }
  }
}

interface Signing extends Pick<Opening, 'forwarded'> {
  readonly deployment: Deployment
  readonly target: Target
  readonly env: Context['snapshot']['engine']['env']
}

async function signed({ deployment, target, forwarded, env }: Signing): Promise<Outgoing> {
  const { provider, keyProblem } = deployment
  if (keyProblem !== undefined) throw keyProblem
  if (provider.realtime === undefined) throw fail('internal', 'A provider without realtime was picked.')
  const headers = { ...provider.headers, ...deployment.headers, ...forwarded }
  const outgoing: Outgoing = { url: provider.realtime.url(target), method: 'GET', headers, body: undefined }
  addKey(headers, deployment)
  await provider.prepare?.(outgoing, target, env)
  return outgoing
}
