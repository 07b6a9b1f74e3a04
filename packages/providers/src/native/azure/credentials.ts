import type { Outgoing, ParamSource, ProviderEnv, Target } from '@switchyard/core'
import { fail, type GatewayError } from '@switchyard/wire'
import { Bought } from '../../bought.ts'
import { isOidcReference } from '../../oidc-token.ts'
import { secretText } from '../../secret-text.ts'
import { isSameOrigin } from '../../url.ts'
import type { Token } from '../../token-exchange.ts'
import { entraToken, isBorrowed } from './entra.ts'
import { isAzureUrl } from './hosts.ts'
import { takesBearer } from './url.ts'

/** Ways to sign a call besides a key: a token of Entra ID, or what buys one. The names are LiteLLM's. */
export const azureParams: Readonly<Record<string, ParamSource>> = {
  api_version: { env: ['AZURE_API_VERSION'] },
  azure_ad_token: { env: ['AZURE_AD_TOKEN', 'AZURE_OPENAI_AD_TOKEN'], secret: true, insteadOfKey: true },
  tenant_id: { env: ['AZURE_TENANT_ID'] },
  // Enough where the machine has an identity that a user assigned.
  client_id: { env: ['AZURE_CLIENT_ID'], insteadOfKey: true },
  client_secret: { env: ['AZURE_CLIENT_SECRET'], secret: true, insteadOfKey: true },
  azure_certificate_path: { env: ['AZURE_CERTIFICATE_PATH', 'AZURE_CLIENT_CERTIFICATE_PATH'], secret: true, insteadOfKey: true },
  azure_federated_token_file: { env: ['AZURE_FEDERATED_TOKEN_FILE'], secret: true, insteadOfKey: true },
  azure_username: { env: ['AZURE_USERNAME'] },
  azure_password: { env: ['AZURE_PASSWORD'], secret: true, insteadOfKey: true },
  azure_credential: { env: ['AZURE_CREDENTIAL'], insteadOfKey: true },
  azure_scope: { env: ['AZURE_SCOPE'] },
  authority_host: { env: ['AZURE_AUTHORITY_HOST'] },
}

/** Puts the key, the token given, or a token bought from Entra ID on a request: the first that there is. */
export async function signAzure(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  if (target.key === undefined) outgoing.headers['authorization'] = `Bearer ${await azureToken(outgoing, target, env)}`
  else if (takesBearer(outgoing.url)) outgoing.headers['authorization'] = `Bearer ${target.key.reveal()}`
  else outgoing.headers['api-key'] = target.key.reveal()
}

const bought = new Bought<Token>()

/** The token that stands in for a key. */
export async function azureToken(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<string> {
  const given = secretText(target.params['azure_ad_token'])
  if (given !== undefined && !isOidcReference(given)) return given
  // What the machine has is its owner's, and equal parameters share a token whatever address they are used with.
  if (!isAzureUrl(outgoing.url) && !isOwnBase(outgoing, env) && isBorrowed(target, given)) throw foreignHost()
  return (await bought.get(target.params, env.now, () => entraToken(target, env, given))).token
}

export const azureBaseEnv = ['AZURE_API_BASE', 'AZURE_OPENAI_ENDPOINT'] as const

const isOwnBase = ({ url }: Outgoing, env: ProviderEnv): boolean =>
  [...azureBaseEnv, 'AZURE_AI_API_BASE'].some((name) => isSameOrigin(url, env.variable(name)))

const foreignHost = (): GatewayError =>
  fail(
    'auth',
    "The credentials of this machine go only to Azure's own hosts: name api_key, or client_secret with tenant_id and client_id, in the " +
      "deployment's litellm_params, or set AZURE_API_BASE in the environment.",
    { code: 'missing_provider_key' },
  )
