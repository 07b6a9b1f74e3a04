import type { Provider } from '@switchyard/core'
import { fail, stringOf } from '@switchyard/wire'

/** Stands for "no address was named": every account has a host of its own. */
export const anyAccount = 'https://account.snowflakecomputing.com/api/v2'

/** Bases are given with and without the API's path. Host names have hyphens where account names have underscores. */
export const snowflakeUrl: NonNullable<Provider['url']> = ({ baseUrl, params }, { path }) => {
  const base = baseUrl === anyAccount ? `https://${accountOf(stringOf(params['account_id']))}.snowflakecomputing.com` : baseUrl
  return `${base.replace(/(\/api\/v2(\/cortex.*)?)?\/*$/, '')}/api/v2${path}`
}

function accountOf(id: string | undefined): string {
  const name = id?.toLowerCase().replaceAll('_', '-')
  if (name === undefined) {
    throw fail(
      'bad_request',
      'Snowflake needs an account: set SNOWFLAKE_ACCOUNT_ID, or account_id or api_base in the deployment.',
      {
        param: 'account_id',
      },
    )
  }
  if (/^[a-z0-9][a-z0-9.-]*$/.test(name)) return name
  throw fail('bad_request', 'The account_id of Snowflake must be an account identifier, e.g. myorg-account123.', {
    param: 'account_id',
  })
}
