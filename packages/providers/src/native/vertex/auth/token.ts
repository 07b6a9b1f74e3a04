import type { ProviderEnv } from '@switchyard/core'
import { fail, numberOf, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import type { Lasting } from '../../../bought.ts'
import { askJson, askText } from './ask.ts'
import { signedAssertion } from './assertion.ts'
import { googleUrlIn, projectOf, textIn, type Credential } from './credential.ts'
import { subjectToken } from './federation.ts'

/** A bearer token of Google Cloud, and what is known of its owner. */
export interface Token extends Lasting {
  readonly token: string
  /** The project that the credential belongs to: the one that is called where none is configured. */
  readonly project?: string
  /** The project that is billed, where the credential names it (a user's own login). */
  readonly quotaProject?: string
}

const scope = 'https://www.googleapis.com/auth/cloud-platform'
const usualTokenUrl = 'https://oauth2.googleapis.com/token'
const lifetimeS = 3600

/** Buys a token with a credential file of any type that Google's own libraries know. */
export async function tokenFor(credential: Credential, env: ProviderEnv): Promise<Token> {
  const project = projectOf(credential)
  const quotaProject = stringOf(credential['quota_project_id'])
  return {
    ...(await exchange(credential, env)),
    ...(project === undefined ? {} : { project }),
    ...(quotaProject === undefined ? {} : { quotaProject }),
  }
}

function exchange(credential: Credential, env: ProviderEnv): Promise<Token> {
  const type = stringOf(credential['type'])
  switch (type) {
    case 'service_account':
      return forServiceAccount(credential, env)
    case 'authorized_user':
      return forUser(credential, env)
    case 'external_account':
      return forFederation(credential, env)
    case 'impersonated_service_account':
      return forImpersonation(credential, env)
    default:
      throw fail(
        'auth',
        `vertex_credentials are of a type that is not known ("${type ?? 'none'}"): give a service account, a user's login, ` +
          'a workload identity federation or an impersonation.',
      )
  }
}

async function forServiceAccount(credential: Credential, env: ProviderEnv): Promise<Token> {
  const url = googleUrlIn(credential, 'token_uri', usualTokenUrl)
  const iat = Math.floor(env.now() / 1000)
  const claims = { iss: textIn(credential, 'client_email'), scope, aud: url, iat, exp: iat + lifetimeS }
  const keyId = stringOf(credential['private_key_id'])
  const assertion = await signedAssertion(claims, textIn(credential, 'private_key'), keyId)
  const body = new URLSearchParams({ assertion, grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' })
  return readToken(await askJson({ url, body }, env), env)
}

async function forUser(credential: Credential, env: ProviderEnv): Promise<Token> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: textIn(credential, 'client_id'),
    client_secret: textIn(credential, 'client_secret'),
    refresh_token: textIn(credential, 'refresh_token'),
  })
  return readToken(await askJson({ url: googleUrlIn(credential, 'token_uri', usualTokenUrl), body }, env), env)
}

/** A token of another house for one of Google's (RFC 8693), which may have to act as a service account then. */
async function forFederation(credential: Credential, env: ProviderEnv): Promise<Token> {
  const url = googleUrlIn(credential, 'token_url', 'https://sts.googleapis.com/v1/token')
  const audience = textIn(credential, 'audience')
  const acts = credential['service_account_impersonation_url'] !== undefined
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience,
    scope,
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token: await subjectToken(objectOf(credential['credential_source']) ?? {}, audience, env),
    subject_token_type: textIn(credential, 'subject_token_type'),
  })
  const token = readToken(await askJson({ url, body }, env), env)
  return acts ? impersonate(credential, token, env) : token
}

async function forImpersonation(credential: Credential, env: ProviderEnv): Promise<Token> {
  const source = objectOf(credential['source_credentials'])
  if (source === undefined) throw fail('auth', 'The impersonating credential of Google Cloud has no "source_credentials".')
  return impersonate(credential, await exchange(source, env), env)
}

/** https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken, 2026-11-22. */
async function impersonate(credential: Credential, source: Token, env: ProviderEnv): Promise<Token> {
  const delegates = credential['delegates']
  const reply = await askJson(
    {
      url: googleUrlIn(credential, 'service_account_impersonation_url'),
      headers: { authorization: `Bearer ${source.token}` },
      body: { scope: [scope], lifetime: `${lifetimeS}s`, ...(Array.isArray(delegates) ? { delegates } : {}) },
    },
    env,
  )
  const token = stringOf(reply['accessToken'])
  const expiresAt = Date.parse(stringOf(reply['expireTime']) ?? '')
  if (token === undefined || Number.isNaN(expiresAt)) throw noToken()
  return { token, expiresAt }
}

const metadataFlavor = { 'metadata-flavor': 'Google' }

/** The account of the machine that this runs on. Where that is not one of Google's, nobody answers. */
export async function machineToken(env: ProviderEnv): Promise<Token> {
  const root = `http://${env.variable('GCE_METADATA_HOST') ?? 'metadata.google.internal'}/computeMetadata/v1`
  const ask = { method: 'GET', headers: metadataFlavor } as const
  const reply = await askJson({ ...ask, url: `${root}/instance/service-accounts/default/token` }, env)
  const project = (await askText({ ...ask, url: `${root}/project/project-id` }, env)).trim()
  return { ...readToken(reply, env), ...(project === '' ? {} : { project }) }
}

function readToken(reply: JsonObject, env: ProviderEnv): Token {
  const token = stringOf(reply['access_token'])
  if (token === undefined) throw noToken()
  return { token, expiresAt: env.now() + (numberOf(reply['expires_in']) ?? lifetimeS) * 1000 }
}

const noToken = (): Error => fail('bad_reply', 'Google Cloud answered the exchange of credentials without a token.')
