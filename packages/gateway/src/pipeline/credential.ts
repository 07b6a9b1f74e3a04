import { fail } from '@switchyard/wire'
import type { RequestHeaders } from '../http/listener.ts'

/** Headers that may carry a key, in LiteLLM's order (facts §1.2, 2026-11-22). The first that is present decides. */
const keyHeaders = ['authorization', 'api-key', 'x-api-key', 'x-goog-api-key', 'ocp-apim-subscription-key'] as const

/** Headers of single providers' clients, read only where those call. */
const vendorHeaders = ['xi-api-key'] as const

/** Headers that name the gateway's key outright: with one of them the others may be the provider's. */
const ownHeaders = ['x-switchyard-api-key', 'x-litellm-api-key'] as const

export interface Credential {
  readonly key: string
  /** Other keys in the request, which must not be virtual keys that disagree. */
  readonly others: readonly string[]
}

export interface CredentialOptions {
  readonly headers: RequestHeaders
  /** `general_settings.litellm_key_header_name`. */
  readonly customHeader: string | undefined
  /** `?key=`, on Google's routes. */
  readonly queryKey: string | null
  /** Where the providers' own clients call: each has its own way to send a key. */
  readonly isAnyScheme?: boolean
}

/** The gateway key of a request; undefined when there is none. Throws `auth` for an Authorization that is not a key. */
export function readCredential({
  headers,
  customHeader,
  queryKey,
  isAnyScheme = false,
}: CredentialOptions): Credential | undefined {
  const own: string[] = []
  for (const name of customHeader === undefined ? ownHeaders : [customHeader, ...ownHeaders]) {
    const value = headers.get(name)
    if (value !== null) own.push(withoutScheme(value))
  }
  if (own[0] !== undefined) return chosen(own[0], own)
  const found: string[] = []
  for (const name of isAnyScheme ? [...keyHeaders, ...vendorHeaders] : keyHeaders) {
    const value = headers.get(name)
    if (value !== null) found.push(name === 'authorization' ? readAuthorization(value, isAnyScheme) : value.trim())
  }
  if (queryKey !== null) found.push(queryKey)
  const protocols = headers.get('sec-websocket-protocol')
  if (protocols !== null) found.push(...keysIn(protocols, isAnyScheme))
  const [key] = found
  return key === undefined ? undefined : chosen(key, found)
}

/** Browsers cannot set headers on a WebSocket, so OpenAI's clients send the key as a subprotocol (openai-node 7.57.0, 2026-11-22). */
const keyProtocol = 'openai-insecure-api-key.'

export const isKeyProtocol = (protocol: string): boolean => protocol.startsWith(keyProtocol)

/** Deepgram's send two: a word, and behind it the key (developers.deepgram.com, Sec-WebSocket-Protocol, 2026-11-22). */
const isWord = (protocol: string | undefined): boolean => protocol === 'token' || protocol === 'bearer'

function keysIn(protocols: string, isAnyScheme: boolean): readonly string[] {
  const all = protocols.split(',').map((one) => one.trim())
  const named = all.filter(isKeyProtocol).map((one) => one.slice(keyProtocol.length))
  const [word, key] = all
  return isAnyScheme && isWord(word) && key !== undefined ? [...named, key] : named
}

const chosen = (key: string, found: readonly string[]): Credential =>
  found.length === 1 ? { key, others: noOthers } : { key, others: found.filter((other) => other !== key) }

const noOthers: readonly string[] = []

const withoutScheme = (value: string): string => value.replace(/^bearer +/i, '').trim()

function readAuthorization(value: string, isAnyScheme: boolean): string {
  const key = keyInAuthorization(value, isAnyScheme)
  if (key === undefined) {
    throw fail('auth', 'Authentication Error: send the key as "Authorization: Bearer sk-…".', {
      type: 'auth_error',
      param: 'None',
    })
  }
  // Two Authorization headers arrive joined by a comma.
  if (key.includes(','))
    throw fail('bad_request', 'The request has more than one Authorization; send one.', { param: 'authorization' })
  return key
}

/** The key in an Authorization of a scheme that is known. */
export function keyInAuthorization(value: string, isAnyScheme: boolean): string | undefined {
  const [word = '', ...rest] = value.trim().split(/ +/)
  const scheme = word.toLowerCase()
  const token = rest.join(' ')
  const own = isAnyScheme ? keyOfVendors(scheme, word, token) : undefined
  if (own !== undefined || token === '') return own
  if (scheme === 'basic') return token.includes(',') ? token : fromBasic(token)
  return scheme === 'bearer' ? token : undefined
}

/** `Token KEY` and `Key KEY`, the key alone, and the key in the place of an AWS access key: the signature itself says nothing. */
function keyOfVendors(scheme: string, word: string, token: string): string | undefined {
  if ((scheme === 'token' || scheme === 'key') && token !== '') return token
  if (scheme === 'aws4-hmac-sha256') return /(?:^|[ ,])Credential=([^/, ]+)\//.exec(token)?.[1]
  return token === '' && word.startsWith('sk-') ? word : undefined
}

/** Clients that only know Basic put the key where the password goes, or else the user name. */
function fromBasic(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return text
  return text.slice(colon + 1) || text.slice(0, colon)
}
