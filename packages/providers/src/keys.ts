import { missingKey, type Provider } from '@switchyard/core'
import { fail, Secret, type GatewayError, type JsonObject } from '@switchyard/wire'
import { refuseMetadataHost } from './metadata-host.ts'
import { isSameOrigin, originOf } from './url.ts'

/** Looks up an environment variable. */
export type Variables = (name: string) => string | undefined

/** What a deployment says for itself; it goes before the environment. */
export interface Given {
  readonly apiKey?: string | Secret
  readonly apiBase?: string
  /** The deployment's other parameters. */
  readonly params?: Readonly<JsonObject>
}

/** The first variable that is set to something. */
function firstOf(names: readonly string[], variables: Variables): string | undefined {
  for (const name of names) {
    const value = variables(name)?.trim()
    if (value !== undefined && value !== '') return value
  }
  return undefined
}

/** The deployment's base URL, else the environment's, else the provider's own; without a slash at its end. */
export function baseUrlOf(provider: Provider, variables: Variables, given: Given = {}): string {
  const base = given.apiBase ?? firstOf(provider.baseEnv, variables) ?? provider.baseUrl
  if (base === undefined) {
    const set = provider.baseEnv.length === 0 ? '' : `set ${provider.baseEnv.join(' or ')}, or `
    throw fail('bad_request', `Provider "${provider.id}" has no address of its own: ${set}name api_base in the deployment.`)
  }
  if (!URL.canParse(base)) {
    throw fail('bad_request', `The base URL of provider "${provider.id}" is not a URL: write it as https://host/path.`)
  }
  const { username, password } = new URL(base)
  if (username !== '' || password !== '') {
    const instead = 'Send it with extra_headers instead: addresses stand in replies, rows and logs.'
    throw fail('bad_request', `The base URL of provider "${provider.id}" holds a user name or a password. ${instead}`)
  }
  refuseMetadataHost(base, 'The base URL')
  return base.replace(/\/+$/, '')
}

/**
 * The key of a deployment. One that the deployment names is sent wherever it says. One of the environment is sent only to
 * the provider's own hosts, and to the host that a base URL of the same environment names: LiteLLM sends it to any
 * `api_base` (native-wire facts §0.6), so that who may add a deployment may read the key.
 */
export function keyOf(provider: Provider, variables: Variables, given: Given = {}): Secret | undefined {
  if (given.apiKey !== undefined) return asSecret(given.apiKey)
  if (!trusts(provider, variables, given.apiBase)) return undefined
  const value = firstOf(provider.keyEnv, variables)
  return value === undefined ? undefined : new Secret(value)
}

/** The parameters of a deployment, completed from the environment; credentials among them are Secrets, bound as the key is. */
export function paramsOf(provider: Provider, variables: Variables, given: Given = {}): Readonly<JsonObject> {
  const params: JsonObject = { ...given.params }
  const trusted = trusts(provider, variables, given.apiBase)
  // Who brings a key is not served with the account of the environment.
  const hasKey = given.apiKey !== undefined && provider.keyEnv.length > 0
  for (const [name, source] of Object.entries(provider.params ?? {})) {
    const own = params[name]
    const isWithheld = source.secret && (!trusted || (hasKey && source.insteadOfKey))
    const value = own ?? (isWithheld ? undefined : firstOf(source.env, variables))
    if (typeof value === 'string' && value !== '') params[name] = source.secret ? new Secret(value) : value
  }
  return params
}

/** A key, or the error that says how to give one; undefined where the provider works without. */
export function requireKey(provider: Provider, variables: Variables, given: Given = {}): Secret | undefined {
  const key = keyOf(provider, variables, given)
  if (key !== undefined || provider.keyless) return key
  const params = paramsOf(provider, variables, given)
  const stands = Object.entries(provider.params ?? {}).some(([name, source]) => source.insteadOfKey && params[name] !== undefined)
  if (stands) return undefined
  throw trusts(provider, variables, given.apiBase)
    ? missingKey(provider.id, keyNames(provider))
    : foreignHost(provider, given.apiBase)
}

const keyNames = ({ keyEnv, params }: Provider): readonly string[] => [
  ...keyEnv,
  ...Object.values(params ?? {}).flatMap((source) => (source.insteadOfKey ? source.env.slice(0, 1) : [])),
]

function foreignHost(provider: Provider, apiBase = ''): GatewayError {
  const place = originOf(apiBase) ?? 'its api_base'
  const beside = provider.baseEnv[0] === undefined ? '' : `, or set ${provider.baseEnv[0]} beside it`
  const names = keyNames(provider).join(' or ')
  return fail(
    'auth',
    `No key for provider "${provider.id}" at ${place}: ${names} goes only to the provider's own hosts. ` +
      `Name api_key in the deployment's litellm_params${beside}.`,
    { code: 'missing_provider_key' },
  )
}

/** May a credential of the environment be sent to this base URL? */
function trusts(provider: Provider, variables: Variables, apiBase: string | undefined): boolean {
  if (apiBase === undefined) return true
  return isSameOrigin(apiBase, firstOf(provider.baseEnv, variables)) || isOwnHost(provider, apiBase)
}

/** Is this address one of the provider's own? */
export function isOwnHost(provider: Provider, apiBase: string): boolean {
  const origin = originOf(apiBase)
  if (origin === undefined) return false
  if (origin === originOf(provider.baseUrl)) return true
  const { protocol, hostname } = new URL(apiBase)
  return (
    protocol === 'https:' &&
    (provider.hosts ?? []).some((host) => (host.startsWith('.') ? hostname.endsWith(host) : hostname === host))
  )
}

const asSecret = (key: string | Secret): Secret => (typeof key === 'string' ? new Secret(key) : key)
