import { missingKey, type ProviderEnv, type Target } from '@switchyard/core'
import { fail, objectsOf, type GatewayError } from '@switchyard/wire'
import { Bought, type Lasting } from '../bought.ts'
import { readLocalFile } from '../local-file.ts'
import { isJwt, isOidcReference, oidcToken } from '../oidc-token.ts'
import { containerCredentials, environmentKeys, instanceCredentials, machineCredentials } from './machine.ts'
import { awsParam, awsParams, regionOf } from './params.ts'
import { readProfile, unusable, type ProfileRole } from './profile.ts'
import type { AwsCredentials } from './sigv4.ts'
import { assumeRole, assumeRoleByToken, isTokenService, type Borrowed, type RoleWish } from './sts.ts'

/** The ways to credentials that a deployment may take, its own and those of the environment. */
interface Sources {
  readonly keys?: AwsCredentials
  readonly profile?: string
  readonly token?: string
  readonly role?: string
}

const ways = [
  'AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY',
  'AWS_PROFILE',
  'AWS_ROLE_ARN with AWS_WEB_IDENTITY_TOKEN_FILE',
  'a role of the instance, task or pod',
]

const foreignHost = (): GatewayError =>
  fail(
    'auth',
    "Credentials of the environment go only to AWS. Name aws_access_key_id and aws_secret_access_key in the deployment's " +
      'litellm_params, or set the address in the environment beside them.',
    { code: 'missing_provider_key' },
  )

interface Found extends Lasting {
  readonly credentials: AwsCredentials
  /** Whose they are, where a token was exchanged for them. */
  readonly role?: string
}

/** Parameters are the same object whatever address they are used with, so what may be used there is kept apart. */
const found: Readonly<Record<Trust, Bought<Found>>> = { all: new Bought(), keys: new Bought(), none: new Bought() }

const usualProfile = 'default'

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
  if (own.token !== undefined && own.role !== undefined) {
    return borrowByToken(own.token, wishOf({ target, role: own.role, env, isOwn: isJwt(own.token) }), env)
  }
  const named = (await first(own, target, env, true)) ?? (await first(shared, target, env, false))
  const base = named ?? (trust === 'all' ? await ofMachine(target, env) : undefined)
  if (base === undefined) throw trust === 'none' ? foreignHost() : missingKey('aws', ways)
  const role = own.role ?? (own.keys === undefined && own.profile === undefined ? shared.role : undefined)
  // Who has a role already may not be allowed to take it on.
  if (role === undefined || role === base.role) return base
  return lasting(await assumeRole(wishOf({ target, role, env, isOwn: own.keys !== undefined }), base.credentials, env))
}

function trustedOf(shared: Sources, trust: Trust): Sources {
  if (trust === 'all') return shared
  return trust === 'keys' && shared.keys !== undefined ? { keys: shared.keys } : {}
}

async function first(sources: Sources, target: Target, env: ProviderEnv, isOwn: boolean): Promise<Found | undefined> {
  const { keys, profile, token } = sources
  if (keys !== undefined) return { credentials: keys, expiresAt: Number.POSITIVE_INFINITY }
  const role = env.variable('AWS_ROLE_ARN')
  if (token !== undefined && role !== undefined) {
    return borrowByToken(token, wishOf({ target, role, env, isOwn: isOwn && isJwt(token) }), env)
  }
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

/** What is there without being named: the usual profile, then what AWS gives its own machines. */
async function ofMachine(target: Target, env: ProviderEnv): Promise<Found | undefined> {
  if ((await readProfile(usualProfile, env)) !== undefined) return fromProfile(usualProfile, target, env)
  const machine = await machineCredentials(env)
  return machine === undefined ? undefined : lasting(machine)
}

async function borrowByToken(token: string, wish: RoleWish, env: ProviderEnv): Promise<Found> {
  return { ...lasting(await assumeRoleByToken(wish, await tokenText(token, env), env)), role: wish.roleArn }
}

/** The token itself, the file that it is renewed in, or a reference to the house that gives it. */
async function tokenText(given: string, env: ProviderEnv): Promise<string> {
  if (isJwt(given)) return given
  if (isOidcReference(given)) return oidcToken(given, env)
  const text = (await readLocalFile(given))?.trim()
  if (text !== undefined && isJwt(text)) return text
  throw fail('auth', 'aws_web_identity_token is neither a token nor a file that holds one.', { code: 'missing_provider_key' })
}

async function fromProfile(name: string, target: Target, env: ProviderEnv, before: readonly string[] = []): Promise<Found> {
  if (before.includes(name)) throw unusable(`The AWS profiles ${[...before, name].join(', ')} name each other in a circle.`)
  const profile = await readProfile(name, env)
  if (profile === undefined) {
    throw unusable(`There is no AWS profile "${name}" with credentials: add it to ~/.aws/credentials or name another one.`)
  }
  if (!('role' in profile)) return { credentials: profile.credentials, expiresAt: env.now() + profileHoldsMs }
  const { arn, externalId, sessionName, source } = profile.role
  const wish = {
    ...wishOf({ target, role: arn, env, isOwn: false }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(sessionName === undefined ? {} : { sessionName }),
  }
  if (source.kind === 'token') return lasting(await assumeRoleByToken(wish, await tokenText(source.file, env), env))
  const base =
    source.kind === 'profile'
      ? (await fromProfile(source.name, target, env, [...before, name])).credentials
      : await baseOf(source, env)
  return lasting(await assumeRole(wish, base, env))
}

type BaseSource = Exclude<ProfileRole['source'], { readonly kind: 'profile' | 'token' }>

/** What a profile takes its role on with. */
async function baseOf(source: BaseSource, env: ProviderEnv): Promise<AwsCredentials> {
  switch (source.kind) {
    case 'keys':
      return source.credentials
    case 'instance':
      return (await instanceCredentials(env)).credentials
    case 'container': {
      const container = await containerCredentials(env)
      if (container !== undefined) return container.credentials
      throw unusable('The AWS profile wants the credentials of a container, and this is none of ECS or EKS.')
    }
    case 'environment': {
      const keys = environmentKeys(env)
      if (keys !== undefined) return keys
      throw missingKey('aws', ways.slice(0, 1))
    }
  }
}

const lasting = ({ credentials, expiresAtMs }: Borrowed): Found => ({ credentials, expiresAt: expiresAtMs })

interface WishOf {
  readonly target: Target
  readonly role: string
  readonly env: ProviderEnv
  /** The deployment holds itself what proves who it is. */
  readonly isOwn: boolean
}

function wishOf({ target, role, env, isOwn }: WishOf): RoleWish {
  const externalId = awsParam(target, 'aws_external_id')
  const endpoint = awsParam(target, 'aws_sts_endpoint')
  if (
    endpoint !== undefined &&
    !isOwn &&
    !isTokenService(endpoint) &&
    endpoint !== env.variable('AWS_ENDPOINT_URL_STS')?.trim()
  ) {
    throw fail(
      'auth',
      `"${endpoint}" is none of AWS's token services, which alone get a token or a signature of this machine: set ` +
        'AWS_ENDPOINT_URL_STS in the environment to trust it.',
    )
  }
  const tags = objectsOf(target.params['aws_session_tags'])
  return {
    roleArn: role,
    sessionName: awsParam(target, 'aws_session_name') ?? 'switchyard',
    region: regionOf(target),
    ...(externalId === undefined ? {} : { externalId }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(tags.length === 0 ? {} : { tags }),
  }
}
