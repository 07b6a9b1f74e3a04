import { missingKey, type ParamSource, type ProviderEnv, type Target } from '@switchyard/core'
import { fail, objectOf, objectsOf, parseJson, stringOf, type GatewayError, type JsonObject } from '@switchyard/wire'
import { base64Of } from '../../base64.ts'
import { Bought } from '../../bought.ts'
import { secretText } from '../../secret-text.ts'
import { askForToken, keyOwner, readToken, type Token } from '../../token-exchange.ts'

/** A service key as JSON, or the environment of a bound application (native-wire facts §18, 2026-11-22). */
export const keyEnv = ['AICORE_SERVICE_KEY', 'VCAP_SERVICES'] as const

export const sapParams: Readonly<Record<string, ParamSource>> = {
  client_id: { env: ['AICORE_CLIENT_ID'] },
  client_secret: { env: ['AICORE_CLIENT_SECRET'], secret: true, insteadOfKey: true },
  auth_url: { env: ['AICORE_AUTH_URL'] },
  resource_group: { env: ['AICORE_RESOURCE_GROUP'] },
  deployment_id: { env: ['AICORE_DEPLOYMENT_ID'] },
}

/** What a service key of SAP AI Core says. */
interface ServiceKey {
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
  readonly authUrl: string | undefined
  readonly apiUrl: string | undefined
}

/** The key's own fields (help.sap.com, SAP AI Core, "Use a Service Key", 2026-11-22); in VCAP_SERVICES it is a binding. */
export function serviceKeyOf({ key }: Pick<Target, 'key'>): ServiceKey | undefined {
  if (key === undefined) return undefined
  const given = objectOf(parseJson(key.reveal()))
  if (given === undefined) throw unreadable('it is not a JSON object')
  const fields = 'aicore' in given ? (objectOf(objectsOf(given['aicore'])[0]?.['credentials']) ?? {}) : given
  if (fields['certificate'] !== undefined && fields['clientsecret'] === undefined) {
    throw unreadable('it holds a certificate, which a gateway cannot present: create one with a client secret')
  }
  return {
    clientId: stringOf(fields['clientid']),
    clientSecret: stringOf(fields['clientsecret']),
    authUrl: stringOf(fields['url']),
    apiUrl: stringOf(objectOf(fields['serviceurls'])?.['AI_API_URL']),
  }
}

const unreadable = (why: string): GatewayError =>
  fail(
    'auth',
    `The service key of SAP AI Core cannot be used: ${why}. Set AICORE_SERVICE_KEY, or AICORE_CLIENT_SECRET and the like.`,
    {
      code: 'missing_provider_key',
    },
  )

const bought = new Bought<Token>()

export const sapToken = async (target: Target, env: ProviderEnv): Promise<string> =>
  (await bought.get(keyOwner(target), env.now, () => buy(target, env))).token

async function buy(target: Target, env: ProviderEnv): Promise<Token> {
  const { clientId, clientSecret, authUrl } = clientOf(target, env)
  if (clientId === undefined || clientSecret === undefined || authUrl === undefined) {
    throw missingKey('sap', ['AICORE_SERVICE_KEY', 'AICORE_CLIENT_ID, AICORE_CLIENT_SECRET and AICORE_AUTH_URL'])
  }
  const body = await askForToken(
    {
      url: `${authUrl.replace(/(\/oauth\/token)?\/*$/, '')}/oauth/token`,
      headers: { authorization: `Basic ${base64Of(new TextEncoder().encode(`${clientId}:${clientSecret}`))}` },
      form: { grant_type: 'client_credentials' },
      issuer: 'SAP AI Core',
      check: 'AICORE_SERVICE_KEY, or AICORE_CLIENT_ID, AICORE_CLIENT_SECRET and AICORE_AUTH_URL',
    },
    env,
  )
  return readToken(body, env)
}

function clientOf(target: Target, env: ProviderEnv): Omit<ServiceKey, 'apiUrl'> {
  const { params } = target
  const clientSecret = secretText(params['client_secret'])
  if (clientSecret === undefined) return serviceKeyOf(target) ?? { clientId: undefined, clientSecret, authUrl: undefined }
  const authUrl = stringOf(params['auth_url'])
  // Who may add a deployment must not learn the environment's secret: it goes where the same environment says, or to SAP.
  const isEnvironments = clientSecret === env.variable('AICORE_CLIENT_SECRET')
  if (isEnvironments && authUrl !== env.variable('AICORE_AUTH_URL') && !isOfSap(authUrl)) {
    throw fail('auth', `AICORE_CLIENT_SECRET goes only to SAP's own hosts: name client_secret beside auth_url in litellm_params.`)
  }
  return { clientId: stringOf(params['client_id']), clientSecret, authUrl }
}

/** Its token services: customers' own programs have other names below the same domain (`x.cfapps.eu10.hana.ondemand.com`). */
function isOfSap(url: string | undefined): boolean {
  if (url === undefined || !URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' && /\.authentication\.[a-z0-9-]+\.hana\.ondemand\.com$/.test(hostname)
}

export const resourceGroupOf = ({ params }: Pick<Target, 'params'>): string => stringOf(params['resource_group']) ?? 'default'

/** Where a reply says a list of resources. */
export const resourcesIn = (reply: JsonObject): readonly JsonObject[] => objectsOf(reply['resources'])
