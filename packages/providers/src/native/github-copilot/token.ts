import { readAll, type ProviderEnv, type Target } from '@switchyard/core'
import { openaiChatClient, fail, isObject, numberOf, objectOf, parseJson, stringOf, type GatewayError } from '@switchyard/wire'
import { Bought, type Lasting } from '../../bought.ts'
import { readLocalFile } from '../../local-file.ts'
import { keyOwner } from '../../token-exchange.ts'
import { isOwnUrl } from './hosts.ts'

/** What Copilot's API takes: it lasts for half an hour. */
export interface CopilotToken extends Lasting {
  readonly token: string
  /** Where the account's plan is served. */
  readonly api: string | undefined
}

const bought = new Bought<CopilotToken>()
const exchangeUrl = 'https://api.github.com/copilot_internal/v2/token'

/** The deployment's token. Nobody is asked to log in from here: a server would wait for it for ever. */
export const tokenOf = (target: Target, env: ProviderEnv): Promise<CopilotToken> =>
  bought.get(keyOwner(target), env.now, async () => exchange(target.key?.reveal() ?? (await storedLogin(env)), env))

/** The login that LiteLLM's device flow, or GitHub's, has left on this machine. */
async function storedLogin(env: ProviderEnv): Promise<string> {
  const folder = env.variable('GITHUB_COPILOT_TOKEN_DIR') ?? `${env.variable('HOME') ?? ''}/.config/litellm/github_copilot`
  const name = env.variable('GITHUB_COPILOT_ACCESS_TOKEN_FILE') ?? 'access-token'
  const login = (await readLocalFile(`${folder}/${name}`))?.trim()
  if (login !== undefined && login !== '') return login
  throw fail(
    'auth',
    'GitHub Copilot needs a login: set GITHUB_COPILOT_API_KEY to the OAuth token of a GitHub account with Copilot (device flow ' +
      'at https://github.com/login/device), or put it into the file access-token of GITHUB_COPILOT_TOKEN_DIR.',
    { code: 'missing_provider_key' },
  )
}

async function exchange(login: string, env: ProviderEnv): Promise<CopilotToken> {
  const headers = { authorization: `token ${login}`, accept: 'application/json', 'user-agent': 'switchyard' }
  const outgoing = { url: exchangeUrl, method: 'GET' as const, headers, body: undefined }
  const incoming = await env.send(outgoing, { signal: AbortSignal.timeout(exchangeLimitMs) })
  const text = new TextDecoder().decode(await readAll(incoming, maxReplyBytes))
  const body = parseJson(text)
  if (incoming.status !== 200) throw refused(incoming.status, body ?? text)
  const token = stringOf(objectOf(body)?.['token'])
  if (!isObject(body) || token === undefined) throw fail('bad_reply', 'GitHub answered without a token for Copilot.')
  const api = stringOf(objectOf(body['endpoints'])?.['api'])
  const expiresAt = (numberOf(body['expires_at']) ?? 0) * 1000
  return { token, expiresAt, api: api !== undefined && isOwnUrl(api) ? api : undefined }
}

const exchangeLimitMs = 30_000
const maxReplyBytes = 64 * 1024

/** GitHub says 404 to accounts without Copilot. */
function refused(status: number, body: unknown): GatewayError {
  const { kind, message } = openaiChatClient.readError(status, body)
  const isLogin = status === 401 || status === 403 || status === 404
  const hint = isLogin ? ' Log in again, with an account that has Copilot.' : ''
  return fail(isLogin ? 'auth' : kind, `GitHub gave no token for Copilot: ${message}.${hint}`, { upstreamStatus: status })
}
