import type { Outgoing } from '@switchyard/core'

/** What signs a request. The object stands for a deployment's credentials: derived keys are kept beside it. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface SigningScope {
  readonly service: string
  readonly region: string
  /** The host that verifies the signature, where a proxy stands before it. */
  readonly host?: string
  readonly nowMs: number
}

const algorithm = 'AWS4-HMAC-SHA256'
const encoder = new TextEncoder()

/**
 * Signature version 4 in headers (AWS documentation, "Create a signed AWS API request"), by WebCrypto because
 * the SDK runs on edge runtimes too. Signed are host, content-type and the `x-amz` headers: proxies may change others.
 */
export async function signV4(outgoing: Outgoing, credentials: AwsCredentials, scope: SigningScope): Promise<void> {
  const url = new URL(outgoing.url)
  const { headers } = outgoing
  const time = new Date(scope.nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const date = time.slice(0, 8)
  headers['x-amz-date'] = time
  if (credentials.sessionToken !== undefined) headers['x-amz-security-token'] = credentials.sessionToken
  const signed = signedHeaders(headers, scope.host ?? url.host)
  const names = signed.map(([name]) => name).join(';')
  const canonical = [
    outgoing.method,
    canonicalPath(url.pathname),
    canonicalQuery(url.searchParams),
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    await sha256(outgoing.body ?? new Uint8Array(0)),
  ].join('\n')
  const place = `${date}/${scope.region}/${scope.service}/aws4_request`
  const toSign = [algorithm, time, place, await sha256(encoder.encode(canonical))].join('\n')
  const signature = hex(await hmac(await signingKey(credentials, place), toSign))
  headers['authorization'] =
    `${algorithm} Credential=${credentials.accessKeyId}/${place}, SignedHeaders=${names}, Signature=${signature}`
}

function signedHeaders(headers: Readonly<Record<string, string>>, host: string): readonly (readonly [string, string])[] {
  const chosen: [string, string][] = [['host', host]]
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'content-type' || name.startsWith('x-amz')) chosen.push([name, value.trim().replace(/ +/g, ' ')])
  }
  return chosen.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/** Every service but S3 signs the path as it is sent, encoded once more. */
const canonicalPath = (path: string): string => path.split('/').map(encoded).join('/')

const canonicalQuery = (query: URLSearchParams): string =>
  [...query]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join('&')

interface KeyOfDay {
  readonly place: string
  readonly key: Promise<CryptoKey>
}

/** A key holds for a day, a region and a service: of four digests three are saved. */
const keys = new WeakMap<AwsCredentials, KeyOfDay>()

function signingKey(credentials: AwsCredentials, place: string): Promise<CryptoKey> {
  const known = keys.get(credentials)
  if (known?.place === place) return known.key
  const key = deriveKey(credentials.secretAccessKey, place)
  keys.set(credentials, { place, key })
  return key
}

async function deriveKey(secret: string, place: string): Promise<CryptoKey> {
  let key = await importKey(encoder.encode(`AWS4${secret}`))
  for (const part of place.split('/')) key = await importKey(await hmac(key, part))
  return key
}

const importKey = (bytes: BufferSource): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])

const hmac = (key: CryptoKey, text: string): Promise<ArrayBuffer> => crypto.subtle.sign('HMAC', key, encoder.encode(text))

const sha256 = async (bytes: Uint8Array): Promise<string> => hex(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)))

const hex = (buffer: ArrayBuffer): string =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
