import { readAll, type Outgoing, type ProviderEnv } from '@switchyard/core'
import { fail, isGatewayError, objectOf, parseJson, stringOf, type GatewayError } from '@switchyard/wire'
import type { Token } from '../../token-exchange.ts'

// learn.microsoft.com, "How to use managed identities" on virtual machines and on App Service, 2026-11-22.

/** Who is not on a machine of Azure's waits this long for nobody. */
const connectTimeoutMs = 1000
const timeoutMs = 10_000
const maxBytes = 64 * 1024
const usualSeconds = 3600

export interface IdentityWish {
  readonly scope: string
  /** Of an identity that was assigned by a user; without it the machine's own. */
  readonly clientId?: string
}

/** A token of the machine: of an app's service where the environment names one, else of the virtual machine. */
export async function identityToken(wish: IdentityWish, env: ProviderEnv): Promise<Token> {
  const service = env.variable('IDENTITY_ENDPOINT')
  const secret = env.variable('IDENTITY_HEADER')
  const ofApp = service !== undefined && secret !== undefined
  const url = new URL(ofApp ? service : 'http://169.254.169.254/metadata/identity/oauth2/token')
  url.searchParams.set('api-version', ofApp ? '2019-08-01' : '2018-02-01')
  url.searchParams.set('resource', wish.scope.replace(/\/\.default$/, ''))
  if (wish.clientId !== undefined) url.searchParams.set('client_id', wish.clientId)
  const headers = ofApp ? { 'x-identity-header': secret } : { metadata: 'true' }
  const { status, text } = await ask({ url: url.href, method: 'GET', headers, body: undefined }, env)
  const said = objectOf(parseJson(text)) ?? {}
  const token = stringOf(said['access_token'])
  if (status === 200 && token !== undefined) {
    return { token, expiresAt: env.now() + secondsOf(said['expires_in'], said['expires_on'], env.now()) * 1000 }
  }
  throw refused(status, stringOf(said['error']) ?? `status ${status}`)
}

/** Numbers come as text; App Service tells only when the token ends. */
function secondsOf(expiresIn: unknown, expiresOn: unknown, nowMs: number): number {
  const seconds = Number(expiresIn ?? Number.NaN)
  if (seconds > 0) return seconds
  const end = Number(expiresOn ?? Number.NaN)
  return end > 0 ? end - nowMs / 1000 : usualSeconds
}

const refused = (status: number, why: string): GatewayError =>
  fail(
    status === 429 || status >= 500 ? 'unavailable' : 'auth',
    `The managed identity of this machine gave no token (${why}): check that it has one, and client_id where it has several.`,
    { upstreamStatus: status },
  )

async function ask(outgoing: Outgoing, env: ProviderEnv): Promise<{ status: number; text: string }> {
  try {
    const reply = await env.send(outgoing, { signal: AbortSignal.timeout(timeoutMs), connectTimeoutMs })
    return { status: reply.status, text: new TextDecoder().decode(await readAll(reply, maxBytes)) }
  } catch (cause) {
    if (isGatewayError(cause) && cause.kind !== 'unreachable') throw cause
    const message = 'There is no managed identity here: set AZURE_API_KEY, or client_secret beside tenant_id and client_id.'
    throw fail('auth', message, { code: 'missing_provider_key' }, { cause })
  }
}
