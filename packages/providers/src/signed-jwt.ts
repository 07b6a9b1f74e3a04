import type { JsonObject } from '@switchyard/wire'

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const

/** The private key in a text that holds one as PEM (PKCS#8). Throws what WebCrypto says of a text that holds none. */
export function privateKeyOf(pem: string): Promise<CryptoKey> {
  // Some secret stores keep the line feeds of a key as two characters each.
  const lines = pem.replaceAll('\\n', '\n')
  const base64 = /-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----/s.exec(lines)?.[1] ?? lines
  return crypto.subtle.importKey('pkcs8', bytesOf(base64), algorithm, false, ['sign'])
}

/** The SHA-256 thumbprint of the first certificate in a PEM text, as JWTs name it; undefined where there is none. */
export async function thumbprintOf(pem: string): Promise<string | undefined> {
  const base64 = /-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----/s.exec(pem.replaceAll('\\n', '\n'))?.[1]
  return base64 === undefined ? undefined : base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(base64))))
}

/** A JWT that is signed with RS256, which every token service takes. */
export async function signedJwt(header: JsonObject, claims: JsonObject, key: CryptoKey): Promise<string> {
  const signed = [{ alg: 'RS256', typ: 'JWT', ...header }, claims].map((part) => base64url(utf8(JSON.stringify(part)))).join('.')
  return `${signed}.${base64url(new Uint8Array(await crypto.subtle.sign(algorithm.name, key, utf8(signed))))}`
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64.replace(/\s/g, '')), (character) => character.charCodeAt(0))

const encoder = new TextEncoder()
const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text)

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
