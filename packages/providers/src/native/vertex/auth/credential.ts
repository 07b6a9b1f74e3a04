import { fail, isObject, isString, objectOf, parseJson, stringOf, type GatewayError, type JsonObject } from '@switchyard/wire'
import { readLocalFile } from '../../../local-file.ts'

/** Google's credential files by their `type`: JSON objects whose fields keep Google's names. */
export type Credential = JsonObject

/** A credential as it is configured: the JSON itself, or the path of its file. */
export async function readCredential(text: string): Promise<Credential> {
  const inline = inlineCredential(text)
  if (inline !== undefined) return inline
  const file = await readLocalFile(text.trim())
  if (file === undefined) throw unreadable('names a file that cannot be found')
  const credential = objectOf(parseJson(file))
  if (credential === undefined) throw unreadable('names a file that is not JSON')
  return credential
}

/** The credential that stands in the text itself. */
export function inlineCredential(text: string): Credential | undefined {
  if (!text.trimStart().startsWith('{')) return undefined
  const credential = objectOf(parseJson(text))
  if (credential === undefined) throw unreadable('is not valid JSON')
  return credential
}

const unreadable = (what: string): GatewayError =>
  fail('auth', `vertex_credentials ${what}: give a credential of Google Cloud as JSON, or the path of its file.`)

export function textIn(credential: Credential, name: string): string {
  const text = stringOf(credential[name])
  if (text !== undefined && text !== '') return text
  throw fail('auth', `The credential of Google Cloud has no "${name}": create it again and give it whole.`)
}

/** A URL of the credential that gets a secret: it must be one of Google's own. */
export function googleUrlIn(credential: Credential, name: string, usual?: string): string {
  const url = usual !== undefined && credential[name] === undefined ? usual : textIn(credential, name)
  if (isGoogleUrl(url)) return url
  throw fail('auth', `The credential's "${name}" is not an https URL below googleapis.com: secrets go only to Google's hosts.`)
}

export function isGoogleUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && url.protocol === 'https:' && url.hostname.endsWith('.googleapis.com')
}

/** Does it hold the secret itself that a token is bought with? A federation reads one from the machine. */
export function isSelfContained({ type, source_credentials: source }: Credential): boolean {
  if (type === 'impersonated_service_account') return isObject(source) && isSelfContained(source)
  return type === 'service_account' || type === 'authorized_user'
}

/** The project that a credential belongs to. */
export const projectOf = (credential: Credential): string | undefined =>
  [credential['project_id'], credential['quota_project_id']].find(isString)
