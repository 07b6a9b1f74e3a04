import { readAll, type Outgoing, type ProviderEnv } from '@switchyard/core'
import { fail, objectOf, parseJson, stringOf, type GatewayError } from '@switchyard/wire'
import { readLocalFile } from './local-file.ts'

// LiteLLM's references to a token of the house that this runs in: `oidc/<house>/<audience or place>` (litellm-proxy facts, 2026-11-22).

const prefix = 'oidc/'
const timeoutMs = 10_000
const maxBytes = 64 * 1024

export const isOidcReference = (text: string): boolean => text.startsWith(prefix)

/**
 * Is it a JWT? Whoever may name a variable or a file must not have any other of them sent away: host names and keys of other houses
 * have two points, too, but no head that names an algorithm.
 */
export const isJwt = (text: string): boolean => {
  const [, head = ''] = /^([\w-]+)\.[\w-]+\.[\w-]*$/.exec(text) ?? []
  try {
    return stringOf(objectOf(parseJson(atob(head.replaceAll('-', '+').replaceAll('_', '/'))))?.['alg']) !== undefined
  } catch {
    return false
  }
}

/** The token that the reference stands for. It is asked for anew every time: such tokens live for minutes. */
export async function oidcToken(reference: string, env: ProviderEnv): Promise<string> {
  const token = await found(reference, env)
  if (isJwt(token)) return token
  throw unusable('what it names is not a JWT')
}

async function found(reference: string, env: ProviderEnv): Promise<string> {
  const [house = '', ...rest] = reference.slice(prefix.length).split('/')
  const place = rest.join('/')
  switch (house) {
    case 'env':
      return variable(place, env)
    case 'env_path':
      return fileText(variable(place, env))
    case 'file':
      return fileText(place.startsWith('/') ? place : `/${place}`)
    case 'azure':
      return fileText(variable('AZURE_FEDERATED_TOKEN_FILE', env))
    case 'circleci':
      return variable('CIRCLE_OIDC_TOKEN', env)
    case 'circleci_v2':
      return variable('CIRCLE_OIDC_TOKEN_V2', env)
    case 'github':
      return ofGitHub(place, env)
    case 'google':
      return ofGoogle(place, env)
    default:
      throw unusable(`"${prefix}${house}/" is not known: use env, env_path, file, github, google, azure or circleci`)
  }
}

const unusable = (why: string): GatewayError =>
  fail('auth', `The token that is named by ${prefix}… cannot be had: ${why}.`, { code: 'missing_provider_key' })

function variable(name: string, env: ProviderEnv): string {
  const value = env.variable(name)?.trim()
  if (value !== undefined && value !== '') return value
  throw unusable(`the environment has no ${name}`)
}

async function fileText(path: string): Promise<string> {
  const text = await readLocalFile(path)
  if (text !== undefined) return text.trim()
  throw unusable('its file cannot be found')
}

/** docs.github.com, "OpenID Connect reference": the workflow needs the permission `id-token: write`. */
async function ofGitHub(audience: string, env: ProviderEnv): Promise<string> {
  const url = new URL(variable('ACTIONS_ID_TOKEN_REQUEST_URL', env))
  url.searchParams.set('audience', audience)
  const headers = { authorization: `Bearer ${variable('ACTIONS_ID_TOKEN_REQUEST_TOKEN', env)}`, accept: 'application/json' }
  const token = stringOf(objectOf(parseJson(await ask({ url: url.href, headers }, env)))?.['value'])
  if (token === undefined) throw unusable('GitHub answered without one')
  return token
}

/** Of the account of a machine of Google's (cloud.google.com, "Get an ID token from the metadata server"). */
const ofGoogle = async (audience: string, env: ProviderEnv): Promise<string> => {
  const root = `http://${env.variable('GCE_METADATA_HOST') ?? 'metadata.google.internal'}/computeMetadata/v1`
  const url = `${root}/instance/service-accounts/default/identity?audience=${encodeURIComponent(audience)}`
  return (await ask({ url, headers: { 'metadata-flavor': 'Google' } }, env)).trim()
}

async function ask({ url, headers }: Pick<Outgoing, 'url' | 'headers'>, env: ProviderEnv): Promise<string> {
  const outgoing: Outgoing = { url, method: 'GET', headers: { ...headers, 'accept-encoding': 'identity' }, body: undefined }
  const reply = await env.send(outgoing, { signal: AbortSignal.timeout(timeoutMs) })
  const text = new TextDecoder().decode(await readAll(reply, maxBytes))
  if (reply.status === 200) return text
  throw unusable(`${new URL(url).host} answered with status ${reply.status}`)
}
