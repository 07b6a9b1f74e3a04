// Writes docs/providers.md from the registry; `--check` only tells whether it is up to date (exit 1 when not).
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Provider } from '@switchyard/core'
import { providers } from '@switchyard/providers'

const file = new URL('../../docs/providers.md', import.meta.url)

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

function lineOf(provider: Provider): string {
  const aliases = provider.aliases ?? []
  const dialects = (provider.endpoints.chat ?? []).map((endpoint) => endpoint.shape)
  const cells = [
    `\`${provider.id}\`${aliases.length === 0 ? '' : ` (${code(aliases)})`}`,
    provider.name,
    keysOf(provider),
    provider.baseUrl === undefined ? `yours: ${code(provider.baseEnv)}` : provider.baseUrl,
    Object.keys(provider.endpoints).join(', '),
    dialects.join(', '),
  ]
  return `| ${cells.join(' | ')} |`
}

function keysOf({ keyEnv, params, keyless }: Provider): string {
  const instead = Object.values(params ?? {}).flatMap((source) => (source.insteadOfKey ? source.env : []))
  const names = [...keyEnv, ...instead]
  return names.length === 0 ? 'none needed' : `${code(names)}${keyless ? ' (optional)' : ''}`
}

/** The whole page. */
export function providersPage(all: readonly Provider[]): string {
  const rows = all.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(lineOf)
  return `# Providers

Generated from the registry by \`scripts/docs/providers.ts\`; do not edit.

Write a model as \`provider/model\`, e.g. \`openai/gpt-4o\`. Without \`api_key\` in a deployment, the first of the provider's own
variables that is set holds the key. A key of the environment goes only to the provider's own hosts and to the host that the
base URL variable of the same environment names; a deployment with another \`api_base\` must name its own \`api_key\`.

${all.length} providers.

| id | name | key variables | base URL | operations | chat dialects |
|---|---|---|---|---|---|
${rows.join('\n')}
`
}

/** Is the page on the disk the one that the registry gives? */
export const isPageFresh = (): boolean => existsSync(file) && readFileSync(file, 'utf8') === providersPage(providers)

if (import.meta.main) {
  if (!process.argv.includes('--check')) writeFileSync(file, providersPage(providers))
  else if (!isPageFresh()) {
    console.error('docs/providers.md is stale: run scripts/docs/providers.ts')
    process.exitCode = 1
  }
}
