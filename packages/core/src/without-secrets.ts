import { fail, isObject, objectOf, parseJson, Secret, stringOf, type ErrorFacts, type GatewayError } from '@switchyard/wire'
import type { Deployment } from './deployment.ts'

/** A piece of a secret that tells something (reliability facts §5.41, 2026-11-22). */
const piece = 8
/** Shorter keys are words ("not-needed"), of which a piece may stand anywhere: they are looked for as a whole. */
const longKey = 20

/** A word has no digit and no capital inside: "Missing bearer or basic authentication in header" stays as it is. */
const quotedCredential = /\b([Bb]earer|[Bb]asic)( +|%20)(?=[\w.~+/=-]*(?:\d|[a-z][A-Z]))[\w.~+/=-]{8,}/g

const credentialHeader = /auth|key|token|secret|cookie/

/** What a request of this deployment carries that is the operator's alone. */
function secretsOf({ key, params, headers }: Deployment): readonly string[] {
  const found = key === undefined ? [] : [key.reveal()]
  for (const value of Object.values(params)) if (value instanceof Secret) found.push(value.reveal())
  return [...found, ...secretsIn(headers)]
}

/** What headers carry that is nobody's to read: the whole value, and what stands behind a scheme. */
export const secretsIn = (headers: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(headers)
    .filter(([name]) => credentialHeader.test(name.toLowerCase()))
    .flatMap(([, value]) => [value, value.slice(value.lastIndexOf(' ') + 1)])

/**
 * Text of a provider without our credentials: providers quote the key that they refuse, whole or in part, and some the
 * whole header. It is the operator's, not the caller's to read, and nothing that belongs into a log.
 */
export const withoutSecrets = (text: string, deployment: Deployment): string => withoutValues(text, secretsOf(deployment))

/** The same for secrets that are no deployment's. */
export function withoutValues(text: string, secrets: readonly string[]): string {
  let out = text
  for (const secret of secrets) {
    if (secret === '') continue
    out = out.replaceAll(secret, '[key]')
    if (secret.length >= longKey) out = withoutPieces(out, secret)
  }
  return out.replace(quotedCredential, '$1$2[key]')
}

/** The same for an error that was read already; the error itself when there is nothing to hide. */
export function errorWithoutSecrets(error: GatewayError, deployment: Deployment): GatewayError {
  const { kind, message, type, code, upstreamBody, ...rest } = error.facts
  const said = JSON.stringify({ message, type, code, upstreamBody })
  const clean = withoutSecrets(said, deployment)
  return clean === said
    ? error
    : fail(kind, withoutSecrets(message, deployment), { ...rest, ...saidOf(clean) }, { cause: error.cause })
}

const decoder = new TextDecoder()

/** What a provider answered: all but a JSON object without an error may quote what it was sent, whatever its status. */
export function toldText(bytes: Uint8Array, deployment: Deployment): string {
  const text = decoder.decode(bytes)
  const json = parseJson(text)
  return isObject(json) && objectOf(json['error']) === undefined ? text : withoutSecrets(text, deployment)
}

/** JSON stays JSON: what is blotted out holds no quotes, and its place is taken by a word without any. */
function saidOf(json: string): Pick<ErrorFacts, 'type' | 'code' | 'upstreamBody'> {
  const said = objectOf(parseJson(json)) ?? {}
  const type = stringOf(said['type'])
  const code = stringOf(said['code'])
  return {
    ...(type === undefined ? {} : { type }),
    ...(code === undefined ? {} : { code }),
    ...(said['upstreamBody'] === undefined ? {} : { upstreamBody: said['upstreamBody'] }),
  }
}

/** Every run of at least eight characters that also stands in the secret is blotted out. */
function withoutPieces(text: string, secret: string): string {
  const pieces = new Set<string>()
  for (let at = 0; at + piece <= secret.length; at++) pieces.add(secret.slice(at, at + piece))
  let out = ''
  let kept = 0
  for (let at = 0; at + piece <= text.length; at++) {
    if (!pieces.has(text.slice(at, at + piece))) continue
    out += `${text.slice(kept, at)}[key]`
    let end = at + piece
    while (end < text.length && pieces.has(text.slice(end + 1 - piece, end + 1))) end++
    kept = end
    at = end - 1
  }
  return out + text.slice(kept)
}
