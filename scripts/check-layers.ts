import { readFileSync } from 'node:fs'
import { providers } from '@switchyard/providers'
import { sourceFiles } from './source-files.ts'

// Imports only point down: each package may use those before it, by name, and never a path into another.
const layers = ['wire', 'core', 'providers', 'plugins', 'sdk', 'gateway', 'dashboard']
const names = new Map(layers.map((layer) => [layer === 'sdk' ? 'switchyard' : `@switchyard/${layer}`, layer]))
/** Packages that must run anywhere: no module of Node and nothing of Bun. */
const portable = new Set(['wire', 'core', 'providers', 'sdk'])
/** The only files that know the runtime: for each a server and a way out. */
const runtimeFiles = new Set(
  ['http/serve-bun', 'http1/bun-connect', 'upstream/undici-transport', 'upstream/undici-exchange'].map(
    (name) => `packages/gateway/src/${name}.ts`,
  ),
)

/** Words that are a provider's id and something else besides: dialects, commands, fields. */
const innocent = new Set([
  'demo',
  'custom',
  'search',
  'meta',
  'gemini',
  'openai',
  'anthropic',
  'v0',
  'text',
  'github',
  'oci',
  'triton',
  'azure',
])

const problems: string[] = []
const ids = providers.flatMap((provider) => [provider.id, ...(provider.aliases ?? [])]).filter((id) => !innocent.has(id))

for (const file of sourceFiles()) {
  const layer = /^packages\/(\w+)\/src\//.exec(file)?.[1]
  if (layer === undefined || isTestCode(file)) continue
  const text = readFileSync(file, 'utf8')
  for (const [, specifier = ''] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) checkImport(file, layer, specifier)
  if (/\bBun\.|from 'undici'/.test(withoutComments(text)) && !runtimeFiles.has(file))
    problems.push(`${file}: uses Bun or undici; only the adapters may`)
  if (layer !== 'providers') checkIds(file, text)
}

function isTestCode(file: string): boolean {
  return /\.test\.ts$|\.contract\.ts$|\.fixture\.ts$|\/test-kit\.ts$|\/testing\//.test(file)
}

function checkImport(file: string, layer: string, specifier: string): void {
  if (specifier.startsWith('node:') && portable.has(layer))
    problems.push(`${file}: ${layer} must run anywhere, without ${specifier}`)
  const root = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '')
  const target = names.get(root)
  if (target === undefined) {
    if (specifier.startsWith('..') && leavesPackage(file, specifier))
      problems.push(`${file}: reaches into another package: ${specifier}`)
    return
  }
  if (specifier !== root) problems.push(`${file}: deep import ${specifier}`)
  if (layers.indexOf(target) >= layers.indexOf(layer))
    problems.push(`${file}: ${layer} may not import ${specifier}, which stands above it`)
}

function leavesPackage(file: string, specifier: string): boolean {
  const depth = file.split('/').length - 4
  const ups = specifier.split('/').filter((part) => part === '..').length
  return ups > depth && !specifier.endsWith('package.json')
}

/** Shared code never names a provider. */
function checkIds(file: string, text: string): void {
  const code = withoutComments(text)
  for (const id of ids) {
    if (code.includes(`'${id}'`) || code.includes(`"${id}"`)) problems.push(`${file}: names the provider "${id}"`)
  }
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

for (const problem of problems) console.log(problem)
console.log(problems.length === 0 ? 'layers: ok' : `layers: ${problems.length} problems`)
process.exit(problems.length === 0 ? 0 : 1)
