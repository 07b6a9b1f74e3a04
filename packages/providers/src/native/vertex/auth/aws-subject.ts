import type { Outgoing, ProviderEnv } from '@switchyard/core'
import { fail, stringOf, type GatewayError, type JsonObject } from '@switchyard/wire'
import { containerCredentials, environmentKeys, instanceCredentials } from '../../../aws/machine.ts'
import { isRegion } from '../../../aws/params.ts'
import { signV4, type AwsCredentials } from '../../../aws/sigv4.ts'
import { isTokenService } from '../../../aws/sts.ts'
import { askText } from './ask.ts'

/**
 * A machine of AWS proves who it is by a signed request to AWS's token service, which Google's sends itself (google.aip.dev/auth/4117,
 * "AWS", 2026-11-22).
 */
export async function awsSubjectToken(source: JsonObject, audience: string, env: ProviderEnv): Promise<string> {
  if (stringOf(source['environment_id']) !== 'aws1') throw unusable('it is of an AWS version that is not known')
  const region = await regionOf(source, env)
  const url = stringOf(source['regional_cred_verification_url'])?.replaceAll('{region}', region)
  // A signature is a proof to whom it is sent.
  if (url === undefined || !isTokenService(url))
    throw unusable("its regional_cred_verification_url is none of AWS's token service")
  const request: Outgoing = { url, method: 'POST', headers: { 'x-goog-cloud-target-resource': audience }, body: undefined }
  await signV4(request, await credentialsHere(env), { service: 'sts', region, nowMs: env.now() })
  const headers = Object.entries({ ...request.headers, host: new URL(url).host }).map(([key, value]) => ({ key, value }))
  return encodeURIComponent(JSON.stringify({ url, method: request.method, headers }))
}

async function credentialsHere(env: ProviderEnv): Promise<AwsCredentials> {
  return environmentKeys(env) ?? ((await containerCredentials(env)) ?? (await instanceCredentials(env))).credentials
}

const metadataHosts: ReadonlySet<string> = new Set(['169.254.169.254', '[fd00:ec2::254]'])

async function regionOf(source: JsonObject, env: ProviderEnv): Promise<string> {
  const region = env.variable('AWS_REGION') ?? env.variable('AWS_DEFAULT_REGION') ?? (await machineRegion(source, env))
  if (isRegion(region)) return region
  throw unusable('the region of AWS is not known: set AWS_REGION')
}

/** The zone of the instance without its last letter, asked for by a session (IMDSv2). */
async function machineRegion(source: JsonObject, env: ProviderEnv): Promise<string> {
  const [zoneUrl, sessionUrl] = [stringOf(source['region_url']), stringOf(source['imdsv2_session_token_url'])]
  if (zoneUrl === undefined) return ''
  for (const url of [zoneUrl, sessionUrl]) {
    if (url !== undefined && !metadataHosts.has(URL.parse(url)?.hostname ?? ''))
      throw unusable('its URLs are not those of an instance')
  }
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '300' }
  const session = sessionUrl === undefined ? undefined : await askText({ url: sessionUrl, method: 'PUT', headers: ttl }, env)
  const headers = session === undefined ? {} : { 'x-aws-ec2-metadata-token': session }
  return (await askText({ url: zoneUrl, method: 'GET', headers }, env)).trim().replace(/[a-z]$/, '')
}

const unusable = (why: string): GatewayError =>
  fail('auth', `The workload identity federation of vertex_credentials cannot be used: ${why}.`)
