import { fail } from '@switchyard/wire'
import { privateKeyOf, signedJwt } from '../../../signed-jwt.ts'

/** What a service account says when it asks for a token (RFC 7523). Times are seconds. */
export interface Claims {
  readonly iss: string
  readonly scope: string
  readonly aud: string
  readonly iat: number
  readonly exp: number
}

/** A JWT that is signed with the account's key. */
export async function signedAssertion(claims: Claims, pem: string, keyId: string | undefined): Promise<string> {
  return signedJwt(keyId === undefined ? {} : { kid: keyId }, { ...claims }, await keyOf(pem))
}

async function keyOf(pem: string): Promise<CryptoKey> {
  try {
    return await privateKeyOf(pem)
  } catch (cause) {
    throw fail(
      'auth',
      'The private_key of vertex_credentials is not a PKCS#8 key in PEM: give the key file whole.',
      {},
      { cause },
    )
  }
}
