import { missingKey, type ProviderEnv, type Target } from '@switchyard/core'
import { fail, type GatewayError } from '@switchyard/wire'
import { Bought, type Lasting } from '../bought.ts'
import { readLocalFile } from '../local-file.ts'
import { awsParam, awsParams, regionOf } from './params.ts'
import { readProfile } from './profile.ts'
import type { AwsCredentials } from './sigv4.ts'
import { assumeRole, assumeRoleByToken, type Borrowed, type RoleWish } from './sts.ts'

/** The ways to credentials that a deployment may take, its own and those of the environment. */
interface Sources {
  readonly keys?: AwsCredentials
  readonly profile?: string
  readonly token?: string
  readonly role?: string
}

const ways = ['AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_ROLE_ARN with AWS_WEB_IDENTITY_TOKEN_FILE']

const foreignHost = (): GatewayError =>
  fail(
    'auth',
    "Credentials of the environment go only to AWS. Name aws_access_key_id and aws_secret_access_key in the deployment's " +
      'litellm_params, or set the address in the environment beside them.',
    { code: 'missing_provider_key' },
  )

interface Found extends Lasting {
  readonly credentials: AwsCredentials
}

/** Parameters are the same object whatever address they are used with, so what may be used there is kept apart. */
const found: Readonly<Record<Trust, Bought<Found>>> = { all: new Bought(), keys: new Bought(), none: new Bought() }

/** Files may be changed beside us; credentials in the deployment or the environment do not change without a new one. */
const profileHoldsMs = 600_000

/**
 * Which credentials of the environment may sign a request: `all` where it goes to AWS or to where the same environment
 * points, `keys` where who made the deployment's parameters has judged already, `none` otherwise.
 */
export type Trust = 'all' | 'keys' | 'none'

/** What signs a deployment's requests. What the deployment names itself goes before the environment. */
export async function credentialsOf(target: Target, env: ProviderEnv, trust: Trust): Promise<AwsCredentials> {
  const { credentials } = await found[trust].get(target.params, env.now, () => find(target, env, trust))
  return credentials
}

async function find(target: Target, env: ProviderEnv, trust: Trust): Promise<Found> {
  const own = sourcesOf(target, env, false)
  const shared = trustedOf(sourcesOf(target, env, true), trust)
  if (own.token !== undefined && own.role !== undefined) return borrowByToken(own.token, own.role, target, env)
  const base = (await first(own, target, env)) ?? (await first(shared, target, env))
  if (base === undefined) throw trust === 'none' ? foreignHost() : missingKey('aws', ways)
  const role = own.role ?? (own.keys === undefined && own.profile === undefined ? shared.role : undefined)
  if (role === undefined) return base
  return lasting(await assumeRole(wishOf(target, role), base.credentials, env))
}

function trustedOf(shared: Sources, trust: Trust): Sources {
  if (trust === 'all') return shared
  return trust === 'keys' && shared.keys !== undefined ? { keys: shared.keys } : {}
}

async function first({ keys, profile, token }: Sources, target: Target, env: ProviderEnv): Promise<Found | undefined> {
  if (keys !== undefined) return { credentials: keys, expiresAt: Number.POSITIVE_INFINITY }
  const tokenRole = env.variable('AWS_ROLE_ARN')
  if (token !== undefined && tokenRole !== undefined) return borrowByToken(token, tokenRole, target, env)
  return profile === undefined ? undefined : fromProfile(profile, target, env)
}

/** Parameters that stand in the environment too came from there (`shared`), or are the deployment's own. */
function sourcesOf(target: Target, env: ProviderEnv, shared: boolean): Sources {
  const take = (name: string): string | undefined => {
    const value = awsParam(target, name)
    const fromEnvironment = awsParams[name]?.env.some((variable) => env.variable(variable)?.trim() === value) ?? false
    return fromEnvironment === shared ? value : undefined
  }
  const accessKeyId = take('aws_access_key_id')
  const secretAccessKey = take('aws_secret_access_key')
  // A session belongs to the keys that it came with: one of the environment does not fit a deployment's own keys.
  const sessionToken = take('aws_session_token')
  const profile = take('aws_profile_name')
  const token = take('aws_web_identity_token')
  const role = take('aws_role_name')
  return {
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { keys: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } }),
    ...(profile === undefined ? {} : { profile }),
    ...(token === undefined ? {} : { token }),
    ...(role === undefined ? {} : { role }),
  }
}

async function borrowByToken(token: string, role: string, target: Target, env: ProviderEnv): Promise<Found> {
  return lasting(await assumeRoleByToken(wishOf(target, role), await tokenText(token), env))
}

/** The token itself, or the file that it is renewed in. */
async function tokenText(given: string): Promise<string> {
  if (/^[\w-]+\.[\w-]+\.[\w-]*$/.test(given)) return given
  const text = await readLocalFile(given)
  if (text !== undefined) return text.trim()
  throw fail('auth', 'aws_web_identity_token is neither a token nor a file that can be read.', { code: 'missing_provider_key' })
}

async function fromProfile(name: string, target: Target, env: ProviderEnv): Promise<Found> {
  const profile = await readProfile(name, env)
  if (profile.role !== undefined) {
    const source = await readProfile(profile.role.source, env)
    if (source.credentials === undefined) throw withoutKeys(profile.role.source)
    const { arn, externalId, sessionName } = profile.role
    const wish = {
      ...wishOf(target, arn),
      ...(externalId === undefined ? {} : { externalId }),
      ...(sessionName === undefined ? {} : { sessionName }),
    }
    return lasting(await assumeRole(wish, source.credentials, env))
  }
  if (profile.credentials === undefined) throw withoutKeys(name)
  return { credentials: profile.credentials, expiresAt: env.now() + profileHoldsMs }
}

const withoutKeys = (profile: string): GatewayError =>
  fail('auth', `The AWS profile "${profile}" has no access key; single sign-on and processes are not supported.`, {
    code: 'missing_provider_key',
  })

const lasting = ({ credentials, expiresAtMs }: Borrowed): Found => ({ credentials, expiresAt: expiresAtMs })

function wishOf(target: Target, roleArn: string): RoleWish {
  const externalId = awsParam(target, 'aws_external_id')
  const endpoint = awsParam(target, 'aws_sts_endpoint')
  return {
    roleArn,
    sessionName: awsParam(target, 'aws_session_name') ?? 'switchyard',
    region: regionOf(target),
    ...(externalId === undefined ? {} : { externalId }),
    ...(endpoint === undefined ? {} : { endpoint }),
  }
}
