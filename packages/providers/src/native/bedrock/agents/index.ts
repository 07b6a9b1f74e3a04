import { type Endpoint, type Incoming, type Outgoing, type ProviderEnv, type Target } from '@switchyard/core'
import { fail, isObject, parseJson, type JsonObject } from '@switchyard/wire'
import { jsonReply } from '../../../aws/replies.ts'
import { regionalHost, signFor, type AwsService } from '../../../aws/service.ts'
import { bedrockRegion, modelOf } from '../model.ts'
import { agentRuntime } from '../rerank.ts'
import { RuntimeEvents } from './agent-core-events.ts'
import { agentCore, placeRuntimeFields, readRuntimeReply } from './agent-core.ts'
import { agent, readAgentEvents, sessionIn } from './agent.ts'
import { agentDialect } from './answer.ts'

// Agents of AWS, asked as if they were models: `agent/<id>/<alias>` and `agentcore/<arn>` (native-wire facts §3.1, 2026-11-22).

export const agentCoreRuntime: AwsService = { name: 'bedrock-agentcore', hostFor: regionalHost('bedrock-agentcore') }

const agentEndpoint: Endpoint = { shape: 'native', path: '/agents', speaks: agentDialect(agent), modelInPath: true }
const agentCoreEndpoint: Endpoint = {
  shape: 'native',
  path: '/runtimes',
  speaks: agentDialect(agentCore),
  reframer: () => new RuntimeEvents(),
  modelInPath: true,
}

const isAgentCore = (model: string): boolean => modelOf(model).hint === 'agentcore'

export function agentEndpointOf(model: string): Endpoint | undefined {
  if (isAgentCore(model)) return agentCoreEndpoint
  return modelOf(model).id.startsWith('agent/') ? agentEndpoint : undefined
}

export const isAgent = (endpoint: Endpoint): boolean => endpoint === agentEndpoint || endpoint === agentCoreEndpoint

/** Stands in a URL until the body is looked at. */
const unknownSession = '{session}'

/** `base`: another address than AWS's own. */
export function agentUrl(target: Target, base: string | undefined): string {
  const region = bedrockRegion(target)
  const { id } = modelOf(target.model)
  if (isAgentCore(target.model)) {
    return `${base ?? `https://${agentCoreRuntime.hostFor(region)}`}/runtimes/${encodeURIComponent(id)}/invocations`
  }
  const [, agentId, alias, ...more] = id.split('/')
  if (!agentId || !alias || more.length > 0) {
    throw fail('bad_request', `"${id}" names no agent: write it as bedrock/agent/<agent id>/<alias id>.`, { param: 'model' })
  }
  const path = `/agents/${encodeURIComponent(agentId)}/agentAliases/${encodeURIComponent(alias)}/sessions/${unknownSession}/text`
  return `${base ?? `https://${agentRuntime.hostFor(region)}`}${path}`
}

/** Undefined: the request is of no agent. */
export function signAgent(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> | undefined {
  if (agentEndpointOf(target.model) === undefined) return undefined
  const region = bedrockRegion(target)
  const body = bodyOf(outgoing)
  if (!isAgentCore(target.model)) {
    outgoing.url = outgoing.url.replace(unknownSession, encodeURIComponent(sessionIn(body)))
    return signFor(agentRuntime, outgoing, { target, env, region })
  }
  placeRuntimeFields(outgoing, body)
  // AgentCore takes tokens of its own customers' identity providers, and no keys of Bedrock.
  const isOfBedrock = agentRuntime.keyEnv?.some((name) => env.variable(name) === target.key?.reveal()) ?? false
  return signFor(agentCoreRuntime, outgoing, { target: isOfBedrock ? { ...target, key: undefined } : target, env, region })
}

function bodyOf({ body }: Outgoing): JsonObject {
  const json = body === undefined ? undefined : parseJson(new TextDecoder().decode(body))
  return isObject(json) ? json : {}
}

/** The whole answer as one object, or its events; undefined where the request is of no agent. */
export function agentExchange(
  outgoing: Outgoing,
  { model }: Target,
  env: ProviderEnv,
  signal: AbortSignal,
): Promise<Incoming> | undefined {
  return agentEndpointOf(model) === undefined ? undefined : answered(outgoing, isAgentCore(model), env, signal)
}

async function answered(outgoing: Outgoing, isCore: boolean, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const incoming = await env.send(outgoing, { signal })
  if (incoming.status !== 200) return incoming
  const answer = isCore
    ? await readRuntimeReply(incoming, outgoing)
    : await readAgentEvents(incoming, bodyOf(outgoing)['enableTrace'] !== false)
  if (answer === undefined) return incoming
  return jsonReply({ ...incoming, headers: new Headers({ 'content-type': 'application/json' }) }, answer)
}
