// The entry files of the package `switchyard`: everything, the parts of a small program, and one file a provider.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isDialect, type Provider } from '@switchyard/core'
import { isObject, type DialectId } from '@switchyard/wire'

/** What users import besides the providers → its source in packages/sdk/src. */
export const parts: Readonly<Record<string, string>> = {
  index: 'index',
  core: 'core',
  catalog: 'model-catalog',
  dialects: 'dialects',
  operations: 'measured-operations',
}

/** What the providers' files take of the packages below them; not exported to users. */
const libraries = ['wire', 'core']

/** The name under which a provider's file exports it: `together_ai` → `togetherAi`. */
export const exportName = (id: string): string =>
  id.replaceAll(/[^a-z0-9]+([a-z0-9])/gi, (_whole, letter: string) => letter.toUpperCase())

/** Writes the entries besides the providers into a folder, and answers their paths. */
export function writeParts(root: string, folder: string): string[] {
  const sources = [
    ...Object.entries(parts).map(([entry, source]) => [entry, `sdk/src/${source}.ts`] as const),
    ...libraries.map((name) => [`lib/${name}`, `${name}/src/index.ts`] as const),
  ]
  return sources.map(([entry, source]) =>
    written(folder, `${entry}.ts`, `export * from ${quoted(join(root, 'packages', source))}\n`),
  )
}

/** Writes one entry a provider. */
export async function writeProviders(
  root: string,
  folder: string,
): Promise<{ readonly paths: string[]; readonly ids: readonly string[] }> {
  const places = await placesIn(join(root, 'packages/providers/src/registry.ts'))
  const paths = places.map((place) => written(folder, `providers/${place.provider.id}.ts`, entryOf(place)))
  return { paths, ids: places.map(({ provider }) => provider.id) }
}

function written(folder: string, name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

/** A provider in the source: what a module exports, or one of a list that it exports. */
interface Place {
  readonly provider: Provider
  readonly module: string
  readonly name: string
  readonly isListed: boolean
}

/** The registry imports every provider by name, so it says where each of them stands. */
async function placesIn(registry: string): Promise<readonly Place[]> {
  const found: Place[] = []
  const imports = readFileSync(registry, 'utf8').matchAll(/^import \{([^}]+)\} from '(\.\/[^']+)'$/gm)
  for (const [, names = '', path = ''] of imports) {
    const module = join(dirname(registry), path)
    const exported: unknown = await import(module)
    for (const name of names.split(',').map((word) => word.trim())) {
      const value = isObject(exported) ? exported[name] : undefined
      const isListed = Array.isArray(value)
      const providers = isListed ? value.filter(isProvider) : [value].filter(isProvider)
      found.push(...providers.map((provider) => ({ provider, module, name, isListed })))
    }
  }
  return found
}

const isProvider = (value: unknown): value is Provider =>
  isObject(value) && typeof value['id'] === 'string' && isObject(value['endpoints'])

const protocolNames: Readonly<Record<Exclude<DialectId, 'openai-chat'>, string>> = {
  'openai-responses': 'openaiResponsesProtocol',
  'anthropic-messages': 'anthropicMessagesProtocol',
  gemini: 'geminiProtocol',
}

/** What calls in OpenAI's chat may be translated into: a provider that chats goes elsewhere only where a function says so. */
function protocolsOf(provider: Provider): readonly (keyof typeof protocolNames)[] {
  const shapes = provider.endpoints.chat?.map(({ shape }) => shape) ?? []
  if (provider.endpointFor === undefined && shapes[0] === 'openai-chat') return []
  return [...new Set(shapes)].filter((shape) => isDialect(shape)).filter((shape) => shape !== 'openai-chat')
}

function entryOf({ provider, module, name, isListed }: Place): string {
  const protocols = protocolsOf(provider)
  const lines = [
    `import { ${name} as source } from ${quoted(module)}`,
    ...protocols.map((shape) => `import { ${protocolNames[shape]} } from '@switchyard/wire'`),
    `export const ${exportName(provider.id)} = {`,
    `  provider: ${isListed ? `source.find(({ id }) => id === ${quoted(provider.id)})` : 'source'},`,
    `  protocols: { ${protocols.map((shape) => `${quoted(shape)}: ${protocolNames[shape]}`).join(', ')} },`,
    '}',
  ]
  return `${lines.join('\n')}\n`
}

const quoted = (text: string): string => JSON.stringify(text)
