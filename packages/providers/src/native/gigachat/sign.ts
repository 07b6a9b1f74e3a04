import { missingKey, type Outgoing, type ParamSource, type ProviderEnv, type Target } from '@switchyard/core'
import { numberOf, stringOf } from '@switchyard/wire'
import { Bought } from '../../bought.ts'
import { secretText } from '../../secret-text.ts'
import { askForToken, keyOwner, readToken, type Token } from '../../token-exchange.ts'

export const keyEnv = ['GIGACHAT_CREDENTIALS', 'GIGACHAT_API_KEY'] as const

export const signParams: Readonly<Record<string, ParamSource>> = {
  access_token: { env: ['GIGACHAT_ACCESS_TOKEN'], secret: true, insteadOfKey: true },
  scope: { env: ['GIGACHAT_SCOPE'] },
}

/** A token that is given, or one that is bought with the authorization key. */
export async function signGigaChat(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  const given = secretText(target.params['access_token'])
  const token = given ?? (await bought.get(keyOwner(target), env.now, () => buy(target, env))).token
  outgoing.headers['authorization'] = `Bearer ${token}`
}

const bought = new Bought<Token>()

/**
 * Native-wire facts §18, 2026-11-22: it lasts half an hour, and says until when. Where keys
 * are sent only the environment says, not who may add a deployment.
 */
async function buy({ key, params }: Target, env: ProviderEnv): Promise<Token> {
  if (key === undefined) throw missingKey('gigachat', [...keyEnv, 'GIGACHAT_ACCESS_TOKEN'])
  const body = await askForToken(
    {
      url: env.variable('GIGACHAT_AUTH_URL') ?? 'https://ngw.devices.sberbank.ru:9443/api/v2/oauth',
      headers: { authorization: `Basic ${key.reveal()}`, rquid: crypto.randomUUID() },
      form: { scope: stringOf(params['scope']) ?? 'GIGACHAT_API_PERS' },
      issuer: 'GigaChat',
      check: 'GIGACHAT_CREDENTIALS and GIGACHAT_SCOPE',
    },
    env,
  )
  const expiresAt = numberOf(body['expires_at'])
  return { ...readToken(body, env), ...(expiresAt === undefined ? {} : { expiresAt }) }
}
