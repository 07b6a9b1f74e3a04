import { readAll, type Outgoing, type ProviderEnv } from '@switchyard/core'
import { fail, stringOf, type JsonObject } from '@switchyard/wire'
import { refuseMetadataHost } from '../metadata-host.ts'
import { awsDomain } from './params.ts'
import { signV4, type AwsCredentials } from './sigv4.ts'

/** A role to take on. */
export interface RoleWish {
  readonly roleArn: string
  readonly sessionName: string
  readonly region: string
  readonly externalId?: string
  /** Told to whoever audits what was done in the session. */
  readonly tags?: readonly JsonObject[]
  /** Another address of the token service. */
  readonly endpoint?: string
}

export interface Borrowed {
  readonly credentials: AwsCredentials
  readonly expiresAtMs: number
}

/** AWS's own, of a region or reached privately: what is sent there is told to nobody else. */
export function isTokenService(text: string): boolean {
  const url = URL.parse(text)
  if (url?.protocol !== 'https:') return false
  return /^(?:sts(?:-fips)?(?:\.[a-z0-9-]+)?|vpce-[a-z0-9-]+\.sts\.[a-z0-9-]+\.vpce)\.amazonaws\.com(?:\.cn)?$/.test(url.hostname)
}

/** AssumeRole: credentials of a role, asked for with one's own. */
export async function assumeRole(wish: RoleWish, own: AwsCredentials, env: ProviderEnv): Promise<Borrowed> {
  const request = requestOf(wish, {
    Action: 'AssumeRole',
    ...(wish.externalId === undefined ? {} : { ExternalId: wish.externalId }),
    ...Object.fromEntries((wish.tags ?? []).flatMap(tagFields)),
  })
  await signV4(request, own, { service: 'sts', region: wish.region, nowMs: env.now() })
  return ask(request, env)
}

const tagFields = ({ Key: key, Value: value }: JsonObject, at: number): readonly (readonly [string, string])[] => [
  [`Tags.member.${at + 1}.Key`, stringOf(key) ?? ''],
  [`Tags.member.${at + 1}.Value`, stringOf(value) ?? ''],
]

/** AssumeRoleWithWebIdentity: the token of another identity provider is the credential, so nothing is signed. */
export const assumeRoleByToken = (wish: RoleWish, token: string, env: ProviderEnv): Promise<Borrowed> =>
  ask(requestOf(wish, { Action: 'AssumeRoleWithWebIdentity', WebIdentityToken: token }), env)

function requestOf(wish: RoleWish, fields: Readonly<Record<string, string>>): Outgoing {
  const form = new URLSearchParams({
    ...fields,
    Version: '2011-06-15',
    RoleArn: wish.roleArn,
    RoleSessionName: wish.sessionName,
  })
  if (wish.endpoint !== undefined) refuseMetadataHost(wish.endpoint, 'aws_sts_endpoint')
  return {
    url: `${(wish.endpoint ?? `https://sts.${wish.region}.${awsDomain(wish.region)}`).replace(/\/+$/, '')}/`,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new TextEncoder().encode(form.toString()),
  }
}

const timeoutMs = 10_000
const maxBytes = 64 * 1024

async function ask(request: Outgoing, env: ProviderEnv): Promise<Borrowed> {
  const reply = await env.send(request, { signal: AbortSignal.timeout(timeoutMs) })
  const text = new TextDecoder().decode(await readAll(reply, maxBytes))
  const accessKeyId = element(text, 'AccessKeyId')
  const secretAccessKey = element(text, 'SecretAccessKey')
  const sessionToken = element(text, 'SessionToken')
  if (accessKeyId !== undefined && secretAccessKey !== undefined && sessionToken !== undefined) {
    const expires = Date.parse(element(text, 'Expiration') ?? '')
    const expiresAtMs = Number.isNaN(expires) ? env.now() + 3_600_000 : expires
    return { credentials: { accessKeyId, secretAccessKey, sessionToken }, expiresAtMs }
  }
  const why = element(text, 'Code') ?? `status ${reply.status}`
  throw fail(
    reply.status >= 500 ? 'unavailable' : 'auth',
    `AWS gave no credentials for the role (${why}): check aws_role_name and who may assume it.`,
    { upstreamStatus: reply.status },
  )
}

/** The text of an XML element; the token service escapes nothing that stands in credentials. */
const element = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(xml)?.[1]
