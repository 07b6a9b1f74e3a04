// docs/providers.md: the registry.
import type { Provider } from '@switchyard/core'
import { providers } from '@switchyard/providers'
import { code, table, type Page } from './page.ts'

const codes = (names: readonly string[]): string => names.map(code).join(', ')

function rowOf(provider: Provider): readonly string[] {
  const aliases = provider.aliases ?? []
  const dialects = (provider.endpoints.chat ?? []).map((endpoint) => endpoint.shape)
  return [
    `${code(provider.id)}${aliases.length === 0 ? '' : ` (${codes(aliases)})`}`,
    provider.name,
    keysOf(provider),
    provider.baseUrl === undefined ? `yours: ${codes(provider.baseEnv)}` : provider.baseUrl,
    Object.keys(provider.endpoints).join(', '),
    dialects.join(', '),
  ]
}

function keysOf({ keyEnv, params, keyless }: Provider): string {
  const instead = Object.values(params ?? {}).flatMap((source) => (source.insteadOfKey ? source.env : []))
  const names = [...keyEnv, ...instead]
  return names.length === 0 ? 'none needed' : `${codes(names)}${keyless ? ' (optional)' : ''}`
}

const byId = (a: Provider, b: Provider): number => (a.id < b.id ? -1 : 1)

export const providersPage: Page = {
  file: 'providers.md',
  text: `# Providers

<!-- Written by scripts/docs/providers.ts from packages/providers/src; do not edit. -->

Write a model as \`provider/model\`, e.g. \`openai/gpt-4o\`. Without \`api_key\` in a deployment, the first of the provider's own
variables that is set holds the key. A key of the environment goes only to the provider's own hosts and to the host that the
base URL variable of the same environment names; a deployment with another \`api_base\` must name its own \`api_key\`.

${providers.length} providers. What is proved of each: [chats](providers/chat.md), [other operations](providers/operations.md).

${table(['id', 'name', 'key variables', 'base URL', 'operations', 'chat dialects'], providers.toSorted(byId).map(rowOf))}
`,
}
