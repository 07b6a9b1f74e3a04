import { missingKey, readAll, type Outgoing, type ParamSource, type ProviderEnv, type Target } from '@switchyard/core'
import { fail, numberOf, objectOf, parseJson, stringOf } from '@switchyard/wire'
import { Bought, type Lasting } from '../../bought.ts'
import { secretText } from '../../secret-text.ts'
import { takesBearer } from './url.ts'

/** Ways to sign a call besides a key: a token of Entra ID, or a client's credentials that buy one. */
export const azureParams: Readonly<Record<string, ParamSource>> = {
  api_version: { env: ['AZURE_API_VERSION'] },
  azure_ad_token: { env: ['AZURE_AD_TOKEN', 'AZURE_OPENAI_AD_TOKEN'], secret: true, insteadOfKey: true },
  tenant_id: { env: ['AZURE_TENANT_ID'] },
  client_id: { env: ['AZURE_CLIENT_ID'] },
  client_secret: { env: ['AZURE_CLIENT_SECRET'], secret: true, insteadOfKey: true },
  azure_scope: { env: ['AZURE_SCOPE'] },
  authority_host: { env: ['AZURE_AUTHORITY_HOST'] },
}

/** Puts the key, the token given, or a token bought with the client's credentials on a request: the first that there is. */
export async function signAzure(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  const token = secretText(target.params['azure_ad_token'])
  if (target.key !== undefined) {
    if (takesBearer(outgoing.url)) outgoing.headers['authorization'] = `Bearer ${target.key.reveal()}`
    else outgoing.headers['api-key'] = target.key.reveal()
  } else if (token !== undefined) outgoing.headers['authorization'] = `Bearer ${token}`
  else outgoing.headers['authorization'] = `Bearer ${(await bought.get(target.params, env.now, () => buy(target, env))).token}`
}

interface Token extends Lasting {
  readonly token: string
}

const bought = new Bought<Token>()

const exchangeTimeoutMs = 10_000
const maxTokenBytes = 1024 * 1024

/** The client credentials grant (Microsoft identity platform v2.0). */
async function buy({ params }: Target, env: ProviderEnv): Promise<Token> {
  const tenant = stringOf(params['tenant_id'])
  const client = stringOf(params['client_id'])
  const secret = secretText(params['client_secret'])
  if (tenant === undefined || client === undefined || secret === undefined) throw missingKey('azure', credentialNames)
  const authority = (stringOf(params['authority_host']) ?? 'https://login.microsoftonline.com').replace(/\/+$/, '')
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client,
    client_secret: secret,
    scope: stringOf(params['azure_scope']) ?? 'https://cognitiveservices.azure.com/.default',
  })
  const reply = await env.send(
    {
      url: `${authority}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new TextEncoder().encode(form.toString()),
    },
    { signal: AbortSignal.timeout(exchangeTimeoutMs) },
  )
  return readToken(reply.status, new TextDecoder().decode(await readAll(reply, maxTokenBytes)), env.now())
}

const credentialNames = ['AZURE_API_KEY', 'AZURE_AD_TOKEN', 'AZURE_TENANT_ID with AZURE_CLIENT_ID and AZURE_CLIENT_SECRET']

function readToken(status: number, text: string, now: number): Token {
  const body = objectOf(parseJson(text))
  const token = stringOf(body?.['access_token'])
  if (token !== undefined) return { token, expiresAt: now + (numberOf(body?.['expires_in']) ?? 3600) * 1000 }
  const why = stringOf(body?.['error']) ?? `status ${status}`
  const kind = status >= 500 ? 'unavailable' : 'auth'
  throw fail(kind, `Entra ID gave no token (${why}): check tenant_id, client_id and client_secret.`, { upstreamStatus: status })
}
