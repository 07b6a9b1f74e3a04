import { missingKey, type Outgoing, type Target } from '@switchyard/core'

/** LiteLLM's mark of a key that is a programmatic access token. */
const tokenMark = 'pat/'

/** A key pair's JWT, or a programmatic access token; Snowflake wants to be told which. */
export function signSnowflake(outgoing: Outgoing, { key }: Target): void {
  if (key === undefined) throw missingKey('snowflake', ['SNOWFLAKE_JWT'])
  const text = key.reveal()
  const isToken = text.startsWith(tokenMark)
  outgoing.headers['authorization'] = `Bearer ${isToken ? text.slice(tokenMark.length) : text}`
  outgoing.headers['x-snowflake-authorization-token-type'] = isToken ? 'PROGRAMMATIC_ACCESS_TOKEN' : 'KEYPAIR_JWT'
  if (outgoing.url.endsWith('/messages')) outgoing.headers['anthropic-version'] ??= '2023-06-01'
}
