import { readAll, type Incoming, type Outgoing, type ProviderEnv } from '@switchyard/core'
import { fail, isGatewayError, objectOf, parseJson, stringOf, type GatewayError, type JsonObject } from '@switchyard/wire'
import { readLocalFile } from '../local-file.ts'
import type { AwsCredentials } from './sigv4.ts'
import type { Borrowed } from './sts.ts'

// Credentials that AWS gives to what runs on its machines (AWS SDKs and Tools reference guide, "Container credential provider" and
// "IMDS credential provider", 2026-11-22).

/** The keys of the environment, which stand beside each other. */
export function environmentKeys({ variable }: ProviderEnv): AwsCredentials | undefined {
  const [accessKeyId, secretAccessKey] = [variable('AWS_ACCESS_KEY_ID'), variable('AWS_SECRET_ACCESS_KEY')]
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  const sessionToken = variable('AWS_SESSION_TOKEN')
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}

/** Who is not on such a machine waits this long for nobody. */
const connectTimeoutMs = 1000
const timeoutMs = 5000
const maxBytes = 64 * 1024

const isOff = (env: ProviderEnv): boolean => env.variable('AWS_EC2_METADATA_DISABLED')?.toLowerCase() === 'true'

/** Those of the container where it has some, else those of the instance; undefined where the machine is not one of AWS's. */
export async function machineCredentials(env: ProviderEnv): Promise<Borrowed | undefined> {
  const container = await containerCredentials(env)
  if (container !== undefined || isOff(env)) return container
  try {
    return await instanceCredentials(env)
  } catch (error) {
    if (isGatewayError(error) && error.kind !== 'unreachable') throw error
    return undefined
  }
}

const containerHost = 'http://169.254.170.2'

/** Of a task of ECS or a pod of EKS. */
export async function containerCredentials(env: ProviderEnv): Promise<Borrowed | undefined> {
  const relative = env.variable('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI')
  const url = relative === undefined ? env.variable('AWS_CONTAINER_CREDENTIALS_FULL_URI') : new URL(relative, containerHost).href
  if (url === undefined) return undefined
  if (!isContainerUrl(url)) {
    throw fail(
      'auth',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or an address of this machine or of the agent of ECS or EKS.',
      { code: 'missing_provider_key' },
    )
  }
  const token = await containerToken(env)
  const text = await ask({ url, method: 'GET', headers: token === undefined ? {} : { authorization: token } }, env)
  return credentialsIn(text, 'container')
}

/** The token goes to nobody else in the clear. */
function isContainerUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null) return false
  return (
    url.protocol === 'https:' ||
    /^(?:169\.254\.170\.2|169\.254\.170\.23|\[fd00:ec2::23\]|\[::1\]|localhost|127(?:\.\d+){3})$/.test(url.hostname)
  )
}

async function containerToken(env: ProviderEnv): Promise<string | undefined> {
  const file = env.variable('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE')
  if (file === undefined) return env.variable('AWS_CONTAINER_AUTHORIZATION_TOKEN')
  const text = await readLocalFile(file)
  if (text !== undefined) return text.trim()
  throw fail('auth', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names a file that cannot be found.', {
    code: 'missing_provider_key',
  })
}

const rolePath = '/latest/meta-data/iam/security-credentials/'

/** Of an EC2 instance, by sessions (IMDSv2): the older way is open to whoever makes this server fetch a URL. */
export async function instanceCredentials(env: ProviderEnv): Promise<Borrowed> {
  const root = (env.variable('AWS_EC2_METADATA_SERVICE_ENDPOINT') ?? 'http://169.254.169.254').replace(/\/+$/, '')
  const session = await ask(
    { url: `${root}/latest/api/token`, method: 'PUT', headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '300' } },
    env,
  )
  const headers = { 'x-aws-ec2-metadata-token': session }
  const [role = ''] = (await ask({ url: root + rolePath, method: 'GET', headers }, env)).trim().split('\n')
  const text = await ask({ url: root + rolePath + encodeURIComponent(role), method: 'GET', headers }, env)
  return credentialsIn(text, 'instance')
}

type Question = Pick<Outgoing, 'url' | 'method' | 'headers'>

async function ask({ url, method, headers }: Question, env: ProviderEnv): Promise<string> {
  const reply = await sent({ url, method, headers: { ...headers, 'accept-encoding': 'identity' }, body: undefined }, env)
  const text = new TextDecoder().decode(await readAll(reply, maxBytes))
  if (reply.status === 200) return text
  const { status } = reply
  throw fail(
    status === 429 || status >= 500 ? 'unavailable' : 'auth',
    `This machine's credentials of AWS were refused (status ${status} of ${new URL(url).host}): give the instance, task or pod a role.`,
    { upstreamStatus: status, code: 'missing_provider_key' },
  )
}

async function sent(outgoing: Outgoing, env: ProviderEnv): Promise<Incoming> {
  try {
    return await env.send(outgoing, { signal: AbortSignal.timeout(timeoutMs), connectTimeoutMs })
  } catch (cause) {
    if (isGatewayError(cause)) throw cause
    throw fail('unreachable', `AWS's credentials could not be asked for at ${new URL(outgoing.url).host}.`, {}, { cause })
  }
}

function credentialsIn(text: string, of: 'container' | 'instance'): Borrowed {
  const said = objectOf(parseJson(text)) ?? {}
  const accessKeyId = stringOf(said['AccessKeyId'])
  const secretAccessKey = stringOf(said['SecretAccessKey'])
  const sessionToken = stringOf(said['Token'])
  const expiresAtMs = Date.parse(stringOf(said['Expiration']) ?? '')
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined || Number.isNaN(expiresAtMs)) {
    throw incomplete(said, of)
  }
  return { credentials: { accessKeyId, secretAccessKey, sessionToken }, expiresAtMs }
}

const incomplete = (said: JsonObject, of: string): GatewayError =>
  fail('bad_reply', `The ${of} gave no credentials of AWS (${stringOf(said['Code']) ?? 'no word why'}); try again.`)
