import type { ParamSource, ProviderEnv, Target } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import { readLocalFile } from '../../local-file.ts'
import { secretText } from '../../secret-text.ts'

/** What signs requests: an API key of a user (docs.oracle.com, "Required Keys and OCIDs", 2026-11-22), in LiteLLM's names. */
export const ociParams: Readonly<Record<string, ParamSource>> = {
  oci_region: { env: ['OCI_REGION'] },
  oci_tenancy: { env: ['OCI_TENANCY'] },
  oci_user: { env: ['OCI_USER'] },
  oci_fingerprint: { env: ['OCI_FINGERPRINT'] },
  oci_key: { env: ['OCI_KEY'], secret: true, insteadOfKey: true },
  oci_key_file: { env: ['OCI_KEY_FILE'], secret: true, insteadOfKey: true },
  oci_compartment_id: { env: ['OCI_COMPARTMENT_ID'] },
  oci_serving_mode: { env: [] },
  oci_endpoint_id: { env: [] },
}

export const ociParam = ({ params }: Target, name: string): string | undefined => secretText(params[`oci_${name}`])

/** A parameter that there is no call without. */
export function requiredParam(target: Target, name: string): string {
  const value = ociParam(target, name)
  if (value !== undefined && value !== '') return value
  throw fail('auth', `OCI needs its ${name}: set OCI_${name.toUpperCase()}, or oci_${name} in litellm_params.`)
}

export interface Signer {
  readonly keyId: string
  readonly key: CryptoKey
}

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const
const signers = new WeakMap<object, Promise<Signer>>()

/** The deployment's signer. A key is read once; one that cannot be read is tried again with the next call. */
export function signerOf(target: Target, env: ProviderEnv): Promise<Signer> {
  const known = signers.get(target.params)
  if (known !== undefined) return known
  const made = makeSigner(target, env)
  signers.set(target.params, made)
  made.catch(() => signers.delete(target.params))
  return made
}

async function makeSigner(target: Target, env: ProviderEnv): Promise<Signer> {
  const [tenancy, user, fingerprint] = ['tenancy', 'user', 'fingerprint'].map((name) => requiredParam(target, name))
  const pem = ociParam(target, 'key') ?? (await keyFile(target, env))
  return { keyId: `${tenancy}/${user}/${fingerprint}`, key: await importKey(pem) }
}

async function keyFile(target: Target, env: ProviderEnv): Promise<string> {
  const named = requiredParam(target, 'key_file')
  const path = named.startsWith('~/') ? `${env.variable('HOME') ?? ''}${named.slice(1)}` : named
  const pem = await readLocalFile(path)
  if (pem === undefined) throw fail('auth', 'OCI_KEY_FILE (oci_key_file) names a file that is not there.')
  return pem
}

async function importKey(pem: string): Promise<CryptoKey> {
  try {
    // Environments keep the line feeds of a key as two characters each.
    const der = Uint8Array.from(atob(pem.replace(/-----[A-Z ]+-----|\\n|\s/g, '')), (character) => character.charCodeAt(0))
    const pkcs8 = pem.includes('BEGIN RSA PRIVATE KEY') ? wrapped(der) : der
    return await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign'])
  } catch (cause) {
    const message = 'OCI_KEY (oci_key) is not an RSA key in PEM without a passphrase: give the file of the API key whole.'
    throw fail('auth', message, {}, { cause })
  }
}

/** AlgorithmIdentifier of rsaEncryption, behind version 0 (RFC 5208 and RFC 8017). */
const header = [0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]

/** OpenSSL's older form (PKCS#1) as the one that WebCrypto reads (PKCS#8). */
const wrapped = (pkcs1: Uint8Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(element(0x30, [...header, ...element(0x04, [...pkcs1])]))

/** DER: a tag, the length, the content. */
function element(tag: number, content: readonly number[]): readonly number[] {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return [tag, ...size, ...content]
}

export async function signatureOf(key: CryptoKey, text: string): Promise<string> {
  const signature = await crypto.subtle.sign(algorithm.name, key, new TextEncoder().encode(text))
  return base64(new Uint8Array(signature))
}

export const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))
