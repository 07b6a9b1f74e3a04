import type { Outgoing, ProviderEnv, Target } from '@switchyard/core'
import { refuseMetadataHost } from '../metadata-host.ts'
import { credentialsOf, type Trust } from './credentials.ts'
import { awsDomain, awsParam } from './params.ts'
import { signV4 } from './sigv4.ts'
import { isSameOrigin } from '../url.ts'

/** One AWS service as its requests are signed for it. */
export interface AwsService {
  /** The name in the signature's scope. */
  readonly name: string
  readonly hostFor: (region: string) => string
  /** Variables that may hold a bearer key. */
  readonly keyEnv?: readonly string[]
  /** The variable and the deployment's parameter that may point to another address. */
  readonly baseEnv?: string
  readonly baseParam?: string
}

/** `https://<name>.<region>.amazonaws.com`, as most services are reached. */
export const regionalHost =
  (name: string): AwsService['hostFor'] =>
  (region) =>
    `${name}.${region}.${awsDomain(region)}`

/** The regions with model services whose hosts may be named as api_base and still get the environment's credentials (2026-11-22). */
export const knownRegions = (
  'us-east-1 us-east-2 us-west-1 us-west-2 us-gov-east-1 us-gov-west-1 ca-central-1 ca-west-1 mx-central-1 sa-east-1 ' +
  'eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 ' +
  'af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ' +
  'ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7'
).split(' ')

/** Signs with a bearer key where the deployment has one, else with credentials. */
export async function signFor(service: AwsService, outgoing: Outgoing, signing: Signing): Promise<void> {
  const { target, env, region } = signing
  refuseMetadataHost(outgoing.url, 'The address')
  const trust = trustOf(service, outgoing, signing)
  const key = bearerOf(service, signing, trust)
  if (key !== undefined) {
    outgoing.headers['authorization'] = `Bearer ${key}`
    return
  }
  const { host } = new URL(outgoing.url)
  const real = service.hostFor(region)
  const credentials = await credentialsOf(target, env, trust)
  // What is not AWS forwards to it, so the signature must hold there (native-wire facts §3.2, 2026-11-22).
  const isAws = /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|api\.aws)$/.test(host)
  await signV4(outgoing, credentials, { service: service.name, region, nowMs: env.now(), ...(isAws ? {} : { host: real }) })
}

interface Signing {
  readonly target: Target
  readonly env: ProviderEnv
  readonly region: string
}

/** A deployment's own access key goes before a bearer key that merely stands in the environment. */
function bearerOf(service: AwsService, { target, env }: Signing, trust: Trust): string | undefined {
  const key = target.key?.reveal()
  if (key === undefined || !(service.keyEnv ?? []).some((variable) => env.variable(variable) === key)) return key
  const own = awsParam(target, 'aws_access_key_id')
  if (own !== undefined && own !== env.variable('AWS_ACCESS_KEY_ID')) return undefined
  return trust === 'none' ? undefined : key
}

function trustOf({ hostFor, baseEnv, baseParam }: AwsService, outgoing: Outgoing, { target, env, region }: Signing): Trust {
  const { host } = new URL(outgoing.url)
  const real = hostFor(region)
  const base = baseEnv === undefined ? undefined : env.variable(baseEnv)
  if (host === real || isPrivateLink(host, real) || isSameOrigin(outgoing.url, base)) return 'all'
  return baseParam !== undefined && awsParam(target, baseParam) !== undefined ? 'none' : 'keys'
}

/** An interface endpoint of AWS's own service; those of customers' services have another name in the second place. */
const isPrivateLink = (host: string, real: string): boolean => {
  const at = real.indexOf('.amazonaws.com')
  return (
    at > 0 && /^vpce-[a-z0-9-]+$/.test(host.split('.')[0] ?? '') && host.endsWith(`.${real.slice(0, at)}.vpce${real.slice(at)}`)
  )
}
