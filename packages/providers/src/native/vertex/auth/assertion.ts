import { fail } from '@switchyard/wire'

/** What a service account says when it asks for a token (RFC 7523). Times are seconds. */
export interface Claims {
  readonly iss: string
  readonly scope: string
  readonly aud: string
  readonly iat: number
  readonly exp: number
}

/** A JWT that is signed with the account's key (RS256). */
export async function signedAssertion(claims: Claims, pem: string, keyId: string | undefined): Promise<string> {
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) }
  const signed = `${base64url(utf8(JSON.stringify(header)))}.${base64url(utf8(JSON.stringify(claims)))}`
  const signature = await crypto.subtle.sign(algorithm.name, await keyOf(pem), utf8(signed))
  return `${signed}.${base64url(new Uint8Array(signature))}`
}

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const

async function keyOf(pem: string): Promise<CryptoKey> {
  try {
    // Some secret stores keep the line feeds of a key as two characters each.
    const base64 = pem.replace(/-----[A-Z ]+-----|\\n|\s/g, '')
    const der = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
  } catch (cause) {
    throw fail(
      'auth',
      'The private_key of vertex_credentials is not a PKCS#8 key in PEM: give the key file whole.',
      {},
      { cause },
    )
  }
}

const encoder = new TextEncoder()
const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text)

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
