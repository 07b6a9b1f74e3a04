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

/**
 * The replies that stand for what the endpoint answers, one a request, the last one to all that follow; none where nobody wrote
 * one. What a provider has of its own counts before its protocol's: it may be framed in another way.
 */
export function repliesOf(provider: Provider, operation: Operation, endpoint: Endpoint, what: string): readonly Reply[] {
  const native = endpoint.shape === 'native'
  const folders = operation === 'chat' || native ? [provider.id, ...sharers(provider, operation, endpoint)] : []
  if (!native) folders.push(endpoint.shape)
  const folder = folders.find((one) => filesOf(one, what).length > 0)
  return folder === undefined ? [] : filesOf(folder, what).map((name) => readReply(folder, name))
}

/** `answer.json`, or `answer-1.json`, `answer-2.sse` … */
function filesOf(folder: string, what: string): readonly string[] {
  const directory = new URL(`${folder}/`, root)
  const names = existsSync(directory) ? readdirSync(directory) : []
  const numbered = new RegExp(`^${what}(?:-\\d)?\\.`)
  return names.filter((name) => numbered.test(name)).toSorted()
}

function readReply(folder: string, name: string): Reply {
  const bytes = readFileSync(new URL(`${folder}/${name}`, root))
  const type = name.slice(name.lastIndexOf('.') + 1)
  return {
    file: `fixtures/capabilities/${folder}/${name}`,
    contentType: contentTypes.get(type) ?? 'text/plain',
    bytes: type === 'base64' ? Buffer.from(bytes.toString('latin1'), 'base64') : bytes,
  }
}

/** Those who answer in the same way: one codec, one protocol, one endpoint. */
function sharers(provider: Provider, operation: Operation, endpoint: Endpoint): readonly string[] {
  const { shape, speaks } = endpoint
  const codec = shape === 'native' && speaks === undefined ? provider.codecs?.[operation] : undefined
  const isShared = (other: Provider): boolean =>
    codec === undefined
      ? (other.endpoints[operation] ?? []).some((one) => one === endpoint || (speaks !== undefined && one.speaks === speaks))
      : other.codecs?.[operation] === codec
  return providers.filter(isShared).map(({ id }) => id)
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
