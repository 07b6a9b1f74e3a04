import { fail, type GatewayError, type JsonObject } from '@switchyard/wire'
import type { Outgoing } from './contracts.ts'
import type { Deployment } from './deployment.ts'
import type { Ask } from './ask.ts'
import type { Prepared } from './prepare.ts'
import { flagsIn, isFlagHeader } from './router/refused-flags.ts'

/** The HTTP request of one attempt, not yet signed. `forwarded`: the client's headers that may travel, lower-case. */
export function outgoingOf(
  ask: Ask,
  deployment: Deployment,
  prepared: Prepared,
  forwarded: Readonly<Record<string, string>>,
): Outgoing {
  const { provider, keyProblem } = deployment
  if (keyProblem !== undefined) throw keyProblem
  const { endpoint, target } = prepared
  const call = { operation: ask.operation, stream: ask.stream }
  const url = (provider.url?.(target, endpoint, call) ?? joinUrl(deployment.baseUrl, endpoint.path)) + (prepared.urlSuffix ?? '')
  const headers: Record<string, string> = {
    'content-type': prepared.contentType ?? 'application/json',
    'accept-encoding': 'identity',
    ...provider.headers,
    ...deployment.headers,
    ...forwarded,
    ...prepared.besides?.headers,
  }
  const ours = prepared.mode === 'relay' ? bodyMadeHere(ask) : prepared.json
  if (provider.headersFor !== undefined && ours !== undefined) {
    const extra = provider.headersFor(target, endpoint, ours)
    for (const [name, value] of Object.entries(extra)) headers[name] = mergeHeader(name, headers[name], value)
  }
  addKey(headers, deployment)
  const later = prepared.besides?.later
  return { url, method: 'POST', headers, body: prepared.bytes, ...(later === undefined ? {} : { later }) }
}

/** The body of a caller of the SDK, who knows nothing of headers. */
const bodyMadeHere = ({ body }: Ask): JsonObject | undefined => (body.madeHere ? body.json : undefined)

export const joinUrl = (base: string, path: string): string => (base.endsWith('/') ? base.slice(0, -1) : base) + path

/** Lists of flags (anthropic-beta) join; everything else is replaced. */
function mergeHeader(name: string, old: string | undefined, value: string): string {
  if (old === undefined || !isFlagHeader(name)) return value
  return [...new Set([...flagsIn(old), ...flagsIn(value)])].join(',')
}

/** Puts the key where the provider takes it, unless `Provider.prepare` does. */
export function addKey(headers: Record<string, string>, { provider, key }: Deployment): void {
  const { auth } = provider
  switch (auth.kind) {
    case 'none':
    case 'prepare':
      return
    case 'bearer':
    case 'header': {
      const value = key?.reveal() ?? provider.standInKey
      if (value === undefined) {
        if (provider.keyless) return
        throw missingKey(provider.id, provider.keyEnv)
      }
      if (auth.kind === 'bearer') headers['authorization'] = `Bearer ${value}`
      else headers[auth.name] = value
    }
  }
}

/** A call that could not be signed: it says which variable would have held the key, and nothing else. */
export const missingKey = (providerId: string, keyEnv: readonly string[]): GatewayError =>
  fail(
    'auth',
    `No key for provider "${providerId}": set ${keyEnv.join(' or ')}, or api_key in the deployment's litellm_params.`,
    {
      code: 'missing_provider_key',
    },
  )
