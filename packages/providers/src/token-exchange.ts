import { readAll, type ProviderEnv, type Target } from '@switchyard/core'
import { fail, numberOf, objectOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import type { Lasting } from './bought.ts'

/** A token that opens the provider's API for a while. */
export interface Token extends Lasting {
  readonly token: string
}

export interface TokenQuestion {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
  /** Who gives the token, and what to look at when it does not. */
  readonly issuer: string
  readonly check: string
}

const timeoutMs = 10_000
const maxBytes = 1024 * 1024

/** Asks a server for a token by a form. What it refuses is told by its error word, never by its whole reply. */
export async function askForToken({ url, headers, form, issuer, check }: TokenQuestion, env: ProviderEnv): Promise<JsonObject> {
  const reply = await env.send(
    {
      url,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      body: new TextEncoder().encode(new URLSearchParams(form).toString()),
    },
    { signal: AbortSignal.timeout(timeoutMs) },
  )
  const body = objectOf(parseJson(new TextDecoder().decode(await readAll(reply, maxBytes)))) ?? {}
  if (reply.status >= 200 && reply.status < 300 && stringOf(body['access_token']) !== undefined) return body
  const why = stringOf(body['error']) ?? stringOf(body['errorCode']) ?? `status ${reply.status}`
  const kind = reply.status >= 500 ? 'unavailable' : reply.status === 429 ? 'rate_limited' : 'auth'
  throw fail(kind, `${issuer} gave no token (${why}): check ${check}.`, { upstreamStatus: reply.status })
}

/** OAuth's reply: `expires_in` counts seconds from now. */
export const readToken = (body: JsonObject, env: ProviderEnv): Token => ({
  token: stringOf(body['access_token']) ?? '',
  expiresAt: env.now() + (numberOf(body['expires_in']) ?? 3600) * 1000,
})

const owners = new WeakMap<object, Map<string, object>>()
const mostOwners = 1000

/**
 * The owner of what is bought with a deployment's key (`Bought`): one object for each key that is used with the same
 * parameters, because the SDK holds the key of every call in a new Secret. `what` tells things apart that one key buys.
 */
export function keyOwner({ params, key }: Pick<Target, 'params' | 'key'>, what = ''): object {
  const known = owners.get(params) ?? new Map<string, object>()
  owners.set(params, known)
  const text = `${what}\n${key?.reveal() ?? ''}`
  const owner = known.get(text) ?? {}
  if (known.size >= mostOwners) known.clear()
  known.set(text, owner)
  return owner
}
