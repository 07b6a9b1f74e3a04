import type { ParamSource, Target } from '@switchyard/core'
import { stringOf } from '@switchyard/wire'
import { secretText } from '../secret-text.ts'

/** What every AWS service takes of a deployment; the names are LiteLLM's (native-wire facts §3.2, 2026-11-22). */
export const awsParams: Readonly<Record<string, ParamSource>> = {
  // Enough where the machine itself has credentials: instances, tasks and pods of AWS.
  aws_region_name: { env: ['AWS_REGION_NAME', 'AWS_REGION', 'AWS_DEFAULT_REGION'], insteadOfKey: true },
  aws_access_key_id: { env: ['AWS_ACCESS_KEY_ID'], secret: true, insteadOfKey: true },
  aws_secret_access_key: { env: ['AWS_SECRET_ACCESS_KEY'], secret: true },
  aws_session_token: { env: ['AWS_SESSION_TOKEN'], secret: true },
  aws_profile_name: { env: ['AWS_PROFILE_NAME', 'AWS_PROFILE'], insteadOfKey: true },
  aws_role_name: { env: ['AWS_ROLE_NAME'], insteadOfKey: true },
  aws_session_name: { env: ['AWS_SESSION_NAME', 'AWS_ROLE_SESSION_NAME'] },
  aws_web_identity_token: { env: ['AWS_WEB_IDENTITY_TOKEN', 'AWS_WEB_IDENTITY_TOKEN_FILE'], secret: true, insteadOfKey: true },
  aws_external_id: { env: [] },
  aws_sts_endpoint: { env: [] },
  aws_session_tags: { env: [] },
}

export const awsParam = ({ params }: Pick<Target, 'params'>, name: string): string | undefined => {
  const text = secretText(params[name])
  return text === '' ? undefined : text
}

export const defaultRegion = 'us-west-2'

/** Regions as they stand in host names; anything else would let a parameter choose the host. */
export const isRegion = (text: string): boolean => /^[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}$/.test(text)

/** The deployment's region. */
export function regionOf({ params }: Pick<Target, 'params'>): string {
  const region = stringOf(params['aws_region_name'])
  return region !== undefined && isRegion(region) ? region : defaultRegion
}

/** China's regions have a domain of their own. */
export const awsDomain = (region: string): string => (region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com')
