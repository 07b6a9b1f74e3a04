import { readAll, type Endpoint, type Outgoing, type ProviderEnv, type Target } from '@switchyard/core'
import { fail, objectOf, openaiChatProtocol, parseJson, stringOf } from '@switchyard/wire'
import { Bought, type Lasting } from '../../bought.ts'
import { keyOwner } from '../../token-exchange.ts'
import { resourceGroupOf, resourcesIn, sapToken, serviceKeyOf } from './credentials.ts'

// Requests go to a deployment of the orchestration service, which each resource group has one of (@sap-ai-sdk/ai-api 2.16.0,
// read 2026-11-22).

/** Stands for "no address was named": every tenant's region has a host of its own, which its service key names. */
export const anyRegion = 'https://api.ai.hana.ondemand.com/v2'

/** Stands in the URL until the deployment is found. */
const unknownDeployment = '/inference/deployments/-/'

export function sapUrl(target: Target, { path }: Pick<Endpoint, 'path'>): string {
  const base = apiOf(target)
  if (base.includes('/inference/deployments/')) return base + path
  const id = stringOf(target.params['deployment_id'])
  return base + (id === undefined ? unknownDeployment.slice(0, -1) : `/inference/deployments/${encodeURIComponent(id)}`) + path
}

function apiOf(target: Target): string {
  const named = target.baseUrl === anyRegion ? serviceKeyOf(target)?.apiUrl : target.baseUrl
  if (named === undefined) {
    throw fail(
      'bad_request',
      'SAP AI Core has no address: set AICORE_BASE_URL or AICORE_SERVICE_KEY, or api_base in the deployment.',
    )
  }
  const base = named.replace(/\/+$/, '')
  return base.includes('/v2') ? base : `${base}/v2`
}

export async function signSap(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  outgoing.headers['authorization'] = `Bearer ${await sapToken(target, env)}`
  outgoing.headers['ai-resource-group'] = resourceGroupOf(target)
  if (!outgoing.url.includes(unknownDeployment)) return
  const { id } = await found.get(keyOwner(target, target.baseUrl), env.now, () => find(target, outgoing.headers, env))
  outgoing.url = outgoing.url.replace(unknownDeployment, `/inference/deployments/${encodeURIComponent(id)}/`)
}

interface Deployment extends Lasting {
  readonly id: string
}

const found = new Bought<Deployment>()
const foundForMs = 15 * 60_000
const limitMs = 10_000
const maxReplyBytes = 1024 * 1024

async function find(target: Target, headers: Readonly<Record<string, string>>, env: ProviderEnv): Promise<Deployment> {
  const { authorization = '', 'ai-resource-group': group = '' } = headers
  const url = `${apiOf(target)}/lm/deployments?scenarioId=orchestration&status=RUNNING`
  const asked = { authorization, 'ai-resource-group': group, accept: 'application/json' }
  const incoming = await env.send(
    { url, method: 'GET', headers: asked, body: undefined },
    { signal: AbortSignal.timeout(limitMs) },
  )
  const text = new TextDecoder().decode(await readAll(incoming, maxReplyBytes))
  const body = objectOf(parseJson(text))
  if (incoming.status !== 200) throw openaiChatProtocol.readError(incoming.status, body ?? text)
  const id = resourcesIn(body ?? {})
    .map((one) => stringOf(one['id']))
    .find((one) => one !== undefined)
  if (id !== undefined) return { id, expiresAt: env.now() + foundForMs }
  throw fail(
    'not_found',
    `The resource group "${group}" of SAP AI Core runs no orchestration: create a deployment of it, or name deployment_id.`,
  )
}
