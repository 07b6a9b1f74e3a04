import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { Endpoint, Incoming, Operation, Provider } from '@switchyard/core'
import { providers } from '@switchyard/providers'
import { isObject, objectOf, parseJson, type JsonObject } from '@switchyard/wire'

/*
 * fixtures/capabilities/<folder>/<what>.<type>: synthetic replies. A folder is a shape, or a provider that speaks a protocol of
 * its own; those that share its functions share its folder.
 */
const root = new URL('../../fixtures/capabilities/', import.meta.url)

const contentTypes: ReadonlyMap<string, string> = new Map([
  ['json', 'application/json'],
  ['sse', 'text/event-stream'],
  ['ndjson', 'application/x-ndjson'],
  ['base64', 'application/octet-stream'],
])

const settings: unknown = parseJson(readFileSync(new URL('settings.json', root), 'utf8'))

/** What a provider needs beside a key: an address, parameters, a model that the catalog's facts do not lead to. */
export const settingOf = (id: string): JsonObject => (isObject(settings) ? objectOf(settings[id]) : undefined) ?? {}

export interface Reply {
  /** Beside the root of the repository. */
  readonly file: string
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** The reply that stands for what the endpoint answers; undefined where nobody wrote one. */
export function replyOf(provider: Provider, operation: Operation, endpoint: Endpoint, what: string): Reply | undefined {
  const folder = endpoint.shape === 'native' ? folderOf(provider, operation, endpoint) : endpoint.shape
  return folder === undefined ? undefined : readReply(folder, what)
}

function readReply(folder: string, what: string): Reply | undefined {
  const directory = new URL(`${folder}/`, root)
  const name = existsSync(directory) ? readdirSync(directory).find((file) => file.startsWith(`${what}.`)) : undefined
  if (name === undefined) return undefined
  const type = name.slice(what.length + 1)
  const bytes = readFileSync(new URL(name, directory))
  return {
    file: `fixtures/capabilities/${folder}/${name}`,
    contentType: contentTypes.get(type) ?? 'text/plain',
    bytes: type === 'base64' ? Buffer.from(bytes.toString('latin1'), 'base64') : bytes,
  }
}

const hasFolder = ({ id }: Provider): boolean => existsSync(new URL(`${id}/`, root))

function folderOf(provider: Provider, operation: Operation, { speaks }: Endpoint): string | undefined {
  if (hasFolder(provider)) return provider.id
  const codec = provider.codecs?.[operation]
  const speaker = (other: Provider): boolean => (other.endpoints[operation] ?? []).some((one) => one.speaks === speaks)
  const sharing = speaks === undefined ? (other: Provider) => codec !== undefined && other.codecs?.[operation] === codec : speaker
  return providers.find((other) => hasFolder(other) && sharing(other))?.id
}

export async function* bytesOnce(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  await Promise.resolve()
  yield bytes
}

export const incomingOf = ({ bytes, contentType }: Reply): Incoming => ({
  status: 200,
  headers: new Headers({ 'content-type': contentType }),
  body: bytesOnce(bytes),
})
