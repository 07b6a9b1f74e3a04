import { missingKey, type ProviderEnv, type Target } from '@switchyard/core'
import { fail, stringOf, type JsonObject } from '@switchyard/wire'
import { readLocalFile } from '../../local-file.ts'
import { oidcToken } from '../../oidc-token.ts'
import { secretText } from '../../secret-text.ts'
import { privateKeyOf, signedJwt, thumbprintOf } from '../../signed-jwt.ts'
import { askForToken, readToken, type Token } from '../../token-exchange.ts'
import { identityToken } from './managed-identity.ts'

/** What proves who asks Entra ID for a token (Microsoft identity platform v2.0). */
type Proof =
  | { readonly kind: 'form'; readonly form: Readonly<Record<string, string>>; readonly check: string }
  | { readonly kind: 'machine' }

const machineIdentity = 'ManagedIdentityCredential'

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const credentialNames = [
  'AZURE_API_KEY',
  'AZURE_AD_TOKEN',
  'AZURE_CLIENT_ID with AZURE_TENANT_ID and AZURE_CLIENT_SECRET, AZURE_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE',
  `AZURE_CREDENTIAL=${machineIdentity}`,
]

type Way = 'reference' | 'machine' | 'secret' | 'certificate' | 'federated token' | 'password'

/** The first that the deployment has; a machine's own identity goes last, and first where it is named. */
function wayOf(params: Readonly<JsonObject>, reference: string | undefined): Way {
  const has = (name: string): boolean => secretText(params[name]) !== undefined
  if (reference !== undefined) return 'reference'
  if (params['azure_credential'] === machineIdentity) return 'machine'
  if (has('client_secret')) return 'secret'
  if (has('azure_certificate_path')) return 'certificate'
  if (has('azure_federated_token_file')) return 'federated token'
  return has('azure_username') && has('azure_password') ? 'password' : 'machine'
}

/** Does what proves who asks lie on this machine, where who made the deployment only points to it? */
export function isBorrowed({ params }: Target, reference: string | undefined): boolean {
  const way = wayOf(params, reference)
  return way !== 'secret' && way !== 'password'
}

/** The authorities of Azure's clouds (learn.microsoft.com, "National clouds", 2026-11-22). */
const authorities: ReadonlySet<string> = new Set([
  'https://login.microsoftonline.com',
  'https://login.microsoftonline.us',
  'https://login.partner.microsoftonline.cn',
  'https://login.chinacloudapi.cn',
  'https://login.windows.net',
])

/** It gets what proves who we are: a deployment names no other than Microsoft's, the environment may. */
function authorityOf(params: Readonly<JsonObject>, { variable }: ProviderEnv): string {
  const named = (stringOf(params['authority_host']) ?? 'https://login.microsoftonline.com').replace(/\/+$/, '')
  const authority = named.includes('://') ? named : `https://${named}`
  if (authorities.has(authority) || stringOf(params['authority_host']) === variable('AZURE_AUTHORITY_HOST')?.trim())
    return authority
  throw fail('auth', `"${authority}" is no authority of Microsoft's: set AZURE_AUTHORITY_HOST in the environment to trust it.`)
}

/** A token for the deployment's resource. `reference`: a token of another house that is exchanged for it (`oidc/…`). */
export async function entraToken({ params }: Target, env: ProviderEnv, reference?: string): Promise<Token> {
  const scope = stringOf(params['azure_scope']) ?? 'https://cognitiveservices.azure.com/.default'
  const tenant = stringOf(params['tenant_id'])
  const clientId = stringOf(params['client_id'])
  const url = `${authorityOf(params, env)}/${encodeURIComponent(tenant ?? '')}/oauth2/v2.0/token`
  const proof = await proofOf(params, url, env, reference)
  if (proof.kind === 'machine') return identityToken({ scope, ...(clientId === undefined ? {} : { clientId }) }, env)
  if (tenant === undefined || clientId === undefined) throw missingKey('azure', credentialNames)
  const { grant_type: grant = 'client_credentials', ...rest } = proof.form
  const form = { grant_type: grant, client_id: clientId, ...rest, scope }
  return readToken(await askForToken({ url, form, issuer: 'Entra ID', check: proof.check }, env), env)
}

async function proofOf(params: Readonly<JsonObject>, url: string, env: ProviderEnv, reference?: string): Promise<Proof> {
  const text = (name: string): string => secretText(params[name]) ?? ''
  const way = wayOf(params, reference)
  switch (way) {
    case 'reference':
      return assertion(await oidcToken(reference ?? '', env), 'azure_ad_token')
    case 'secret':
      return { kind: 'form', form: { client_secret: text('client_secret') }, check: 'tenant_id, client_id and client_secret' }
    case 'certificate':
      return assertion(await certified(text('azure_certificate_path'), params, url, env), 'the certificate of client_id')
    case 'federated token': {
      const token = await oidcToken(`oidc/file/${text('azure_federated_token_file')}`, env)
      return assertion(token, 'tenant_id, client_id and the federated credential of the app')
    }
    case 'password': {
      const form = { grant_type: 'password', username: text('azure_username'), password: text('azure_password') }
      return { kind: 'form', form, check: 'azure_username and azure_password' }
    }
    case 'machine':
      // An app that is named without a secret has lost it.
      if (params['azure_credential'] === undefined && params['tenant_id'] !== undefined)
        throw missingKey('azure', credentialNames)
      return { kind: 'machine' }
  }
}

const assertion = (token: string, check: string): Proof => ({
  kind: 'form',
  form: { client_assertion_type: jwtBearer, client_assertion: token },
  check,
})

const assertionSeconds = 600

/** learn.microsoft.com, "Certificate credentials": a JWT that the certificate's key signs and its thumbprint names. */
async function certified(path: string, params: Readonly<JsonObject>, aud: string, { now }: ProviderEnv): Promise<string> {
  const pem = await readLocalFile(path)
  if (pem === undefined) throw fail('auth', 'AZURE_CERTIFICATE_PATH names a file that cannot be found.')
  const thumbprint = await thumbprintOf(pem)
  const seconds = Math.floor(now() / 1000)
  const client = stringOf(params['client_id'])
  const claims = { aud, iss: client, sub: client, jti: crypto.randomUUID(), nbf: seconds, exp: seconds + assertionSeconds }
  try {
    return await signedJwt({ 'x5t#S256': thumbprint }, claims, await privateKeyOf(pem))
  } catch (cause) {
    const message = 'The certificate of Azure is no PEM file with a certificate and its unencrypted PKCS#8 key: convert it.'
    throw fail('auth', message, {}, { cause })
  }
}
