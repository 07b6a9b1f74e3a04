// Builds the package `switchyard` into packages/sdk/dist, ready for `npm pack`: ESM entries (everything, the parts of a small
// program, one a provider), the catalog and the tokenizer as files that are loaded when they are asked for, and declarations that
// stand alone.
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './sdk/bundle.ts'
import { exportName, parts } from './sdk/entries.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const sdk = join(root, 'packages/sdk')
const dist = join(sdk, 'dist')

interface Manifest {
  readonly version: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
}

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))

function declare(providerIds: readonly string[]): void {
  const compiler = join(root, 'node_modules/.bin/tsc')
  const { status } = spawnSync(compiler, ['-p', join(sdk, 'tsconfig.build.json')], { stdio: 'inherit' })
  if (status !== 0) throw new Error('the declarations could not be made')
  for (const name of globSync('**/*.d.ts', { cwd: join(dist, 'types') })) {
    const path = join(dist, 'types', name)
    writeFileSync(path, standalone(readFileSync(path, 'utf8'), dirname(path)))
  }
  mkdirSync(join(dist, 'types/providers-of'), { recursive: true })
  for (const id of providerIds) {
    const imported = "import type { ProviderPart } from '../sdk/src/core.js'"
    writeFileSync(
      join(dist, 'types/providers-of', `${id}.d.ts`),
      `${imported}\nexport declare const ${exportName(id)}: ProviderPart\n`,
    )
  }
}

/** Imports between our packages become paths, and sources become what was built of them. */
function standalone(declarations: string, folder: string): string {
  const ours = (name: string): string => {
    const path = relative(folder, join(dist, 'types', name, 'src/index.js'))
    return path.startsWith('.') ? path : `./${path}`
  }
  return declarations
    .replaceAll(/(["'])@switchyard\/(\w+)\1/g, (_whole, quote: string, name: string) => quote + ours(name) + quote)
    .replaceAll(/((?:from|import\()\s*["']\.[^"']*)\.ts(["'])/g, '$1.js$2')
}

function describe(): void {
  const { version, license } = manifestOf('packages/sdk')
  const { dependencies } = manifestOf('packages/core')
  const manifest = {
    name: 'switchyard',
    version,
    description: 'Every LLM provider behind one interface: completions, embeddings, responses, routing, cost.',
    license,
    type: 'module',
    engines: { node: '>=20' },
    exports: {
      ...Object.fromEntries(
        Object.entries(parts).map(([entry, source]) => [
          entry === 'index' ? '.' : `./${entry}`,
          { types: `./types/sdk/src/${source}.d.ts`, default: `./${entry}.js` },
        ]),
      ),
      './providers/*': { types: './types/providers-of/*.d.ts', default: './providers/*.js' },
      './package.json': './package.json',
    },
    types: './types/sdk/src/index.d.ts',
    files: ['*.js', 'chunks', 'lib', 'providers', 'types'],
    sideEffects: false,
    dependencies: { 'gpt-tokenizer': dependencies['gpt-tokenizer'] },
  }
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  cpSync(join(sdk, 'README.md'), join(dist, 'README.md'))
}

rmSync(dist, { recursive: true, force: true })
declare(await bundle(root, dist))
describe()
console.log(`built ${relative(root, dist)}`)
