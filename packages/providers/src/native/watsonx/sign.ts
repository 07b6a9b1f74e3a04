import { missingKey, type Outgoing, type ParamSource, type ProviderEnv, type Target } from '@switchyard/core'
import { Bought } from '../../bought.ts'
import { secretText } from '../../secret-text.ts'
import { askForToken, keyOwner, readToken, type Token } from '../../token-exchange.ts'
import { requireScope } from './scope.ts'

export const keyEnv = ['WATSONX_APIKEY', 'WATSONX_API_KEY', 'WX_API_KEY'] as const

/** Ways to sign a call besides an API key of IBM Cloud. */
export const signParams: Readonly<Record<string, ParamSource>> = {
  token: { env: ['WATSONX_TOKEN', 'WX_TOKEN'], secret: true, insteadOfKey: true },
  zen_api_key: { env: ['WATSONX_ZENAPIKEY'], secret: true, insteadOfKey: true },
}

/** A token that is given, Cloud Pak for Data's own key, or a token of IBM Cloud bought with the API key: the first that there is. */
export async function signWatsonx(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  requireScope(target)
  const given = secretText(target.params['token'])
  const zen = secretText(target.params['zen_api_key'])
  if (given !== undefined) outgoing.headers['authorization'] = `Bearer ${given}`
  else if (zen !== undefined) outgoing.headers['authorization'] = `ZenApiKey ${zen}`
  else {
    const { token } = await bought.get(keyOwner(target), env.now, () => buy(target, env))
    outgoing.headers['authorization'] = `Bearer ${token}`
  }
}

const bought = new Bought<Token>()

/**
 * Native-wire facts §10, 2026-11-22. Where keys are sent only the environment says, not who
 * may add a deployment.
 */
async function buy({ key }: Target, env: ProviderEnv): Promise<Token> {
  if (key === undefined) throw missingKey('watsonx', [...keyEnv, 'WATSONX_TOKEN'])
  const question = {
    url: env.variable('WATSONX_IAM_URL') ?? 'https://iam.cloud.ibm.com/identity/token',
    form: { grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: key.reveal() },
    issuer: 'IBM Cloud',
    check: 'WATSONX_APIKEY',
  }
  return readToken(await askForToken(question, env), env)
}
