import { readAll, type ProviderEnv, type Target } from '@switchyard/core'
import {
  fail,
  numberOf,
  objectOf,
  openaiChatProtocol,
  parseJson,
  stringOf,
  type GatewayError,
  type JsonObject,
} from '@switchyard/wire'
import { Bought, type Lasting } from '../../bought.ts'
import { readLocalFile, writeLocalFile } from '../../local-file.ts'
import { keyOwner } from '../../token-exchange.ts'

/** A login to ChatGPT as it is sent. */
export interface Login extends Lasting {
  readonly token: string
  readonly account: string | undefined
}

const tokenUrl = 'https://auth.openai.com/oauth/token'
/** The app that subscriptions are used with: Codex, whose login this is (github.com/openai/codex, login crate, 2026-11-22). */
const clientId = 'app_EMoamEEZ73f0CkXaXp7hrann'

const logins = new Bought<Login>()

/** Owns the logins of the machine, whatever deployment uses them: renewed side by side, the second refresh would be refused. */
const machine = {}

/** The deployment's own access token, or the login of this machine. Nobody is asked to log in from here: a server would wait for ever. */
export async function loginOf({ key }: Target, env: ProviderEnv): Promise<Login> {
  if (key !== undefined) return readLogin({ access_token: key.reveal() }, env.now())
  const places = placesOf(env)
  return logins.get(keyOwner({ params: machine, key }, places.join('\n')), env.now, async () => {
    const login = await storedLogin(places, env)
    return { ...login, expiresAt: Math.min(login.expiresAt, env.now() + holdsMs) }
  })
}

/** Somebody may log in anew beside us. */
const holdsMs = 600_000

/** What LiteLLM's device flow has left on this machine, else what Codex has: the second has its tokens one level below. */
function placesOf({ variable }: ProviderEnv): readonly string[] {
  const home = variable('HOME') ?? ''
  const name = variable('CHATGPT_AUTH_FILE') ?? 'auth.json'
  const own = `${variable('CHATGPT_TOKEN_DIR') ?? `${home}/.config/litellm/chatgpt`}/${name}`
  return variable('CHATGPT_TOKEN_DIR') === undefined ? [own, `${variable('CODEX_HOME') ?? `${home}/.codex`}/auth.json`] : [own]
}

async function storedLogin(places: readonly string[], env: ProviderEnv): Promise<Login> {
  for (const place of places) {
    const stored = await readStored(place, env)
    if (stored === undefined) continue
    if (isGood(stored.login, env)) return stored.login
    try {
      return await renew(stored, env)
    } catch (error) {
      // Another process may have used the refresh token, which is good for once, and stored what it got.
      const again = await readStored(place, env)
      if (again !== undefined && isGood(again.login, env)) return again.login
      throw error
    }
  }
  throw fail(
    'auth',
    'ChatGPT needs a login: log in with "codex login --device-auth" on this machine, or set CHATGPT_TOKEN_DIR to the folder of an auth.json.',
    { code: 'missing_provider_key' },
  )
}

async function readStored(place: string, env: ProviderEnv): Promise<Stored | undefined> {
  const file = objectOf(parseJson((await readLocalFile(place)) ?? ''))
  const tokens = objectOf(file?.['tokens']) ?? file
  if (file === undefined || tokens === undefined || stringOf(tokens['access_token']) === undefined) return undefined
  return { place, file, login: readLogin(tokens, env.now()), refreshToken: stringOf(tokens['refresh_token']) }
}

const isGood = ({ expiresAt }: Login, env: ProviderEnv): boolean => expiresAt > env.now() + renewBeforeMs

/** As long as `Bought` renews before the end. */
const renewBeforeMs = 120_000

/** Access tokens are JWTs that say how long they last and whose they are. */
function readLogin(tokens: JsonObject, now: number): Login {
  const token = stringOf(tokens['access_token']) ?? ''
  const claims = claimsOf(token)
  const account =
    stringOf(tokens['account_id']) ?? stringOf(objectOf(claims['https://api.openai.com/auth'])?.['chatgpt_account_id'])
  const expires = numberOf(claims['exp'])
  return { token, account, expiresAt: expires === undefined ? now + hourMs : expires * 1000 }
}

const hourMs = 3_600_000

function claimsOf(token: string): JsonObject {
  const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
  return /^[A-Za-z0-9+/]+$/.test(payload) ? (objectOf(parseJson(atob(payload))) ?? {}) : {}
}

interface Stored {
  readonly place: string
  readonly file: JsonObject
  readonly login: Login
  readonly refreshToken: string | undefined
}

const limitMs = 30_000
const maxReplyBytes = 64 * 1024

/** A refresh token is good for once: the new one is stored before the login is used. */
async function renew({ place, file, refreshToken }: Stored, env: ProviderEnv): Promise<Login> {
  if (refreshToken === undefined) throw expired('it holds no refresh token')
  const asked = { client_id: clientId, grant_type: 'refresh_token', refresh_token: refreshToken, scope: 'openid profile email' }
  const incoming = await env.send(
    {
      url: tokenUrl,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: new TextEncoder().encode(JSON.stringify(asked)),
    },
    { signal: AbortSignal.timeout(limitMs) },
  )
  const body = parseJson(new TextDecoder().decode(await readAll(incoming, maxReplyBytes)))
  if (incoming.status !== 200) throw expired(openaiChatProtocol.readError(incoming.status, body).message)
  const { access_token, refresh_token = refreshToken, id_token } = objectOf(body) ?? {}
  if (stringOf(access_token) === undefined) throw expired('no access token came')
  const renewed = { access_token, refresh_token, ...(id_token === undefined ? {} : { id_token }) }
  const old = objectOf(file['tokens'])
  const login = readLogin({ ...(old ?? file), ...renewed }, env.now())
  const stored =
    old === undefined
      ? { ...file, ...renewed, expires_at: Math.floor(login.expiresAt / 1000) }
      : { ...file, tokens: { ...old, ...renewed } }
  await writeLocalFile(place, JSON.stringify(stored, null, 2))
  return login
}

const expired = (why: string): GatewayError =>
  fail('auth', `The login to ChatGPT has expired and cannot be renewed (${why}). Log in again.`, { code: 'missing_provider_key' })
