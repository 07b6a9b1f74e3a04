// Packs packages/sdk/dist, installs the tarball into an empty folder, runs it on Node and on Bun, and type-checks its users.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'packages/sdk/dist')
const smoke = join(root, 'packages/sdk/smoke')

function run(what: string, command: readonly string[], cwd: string): string {
  const [program = '', ...args] = command
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${what} failed:\n${stdout}${stderr}`)
  console.log(`${what}: ok`)
  return stdout
}

/** Milliseconds that an import takes in fresh Node processes, ascending. */
function importTimesMs(folder: string, what: string): readonly number[] {
  const script = `const start = performance.now(); await import('${what}'); console.log(performance.now() - start)`
  const times = Array.from({ length: 7 }, () =>
    Number(spawnSync('node', ['--input-type=module', '-e', script], { cwd: folder, encoding: 'utf8' }).stdout),
  )
  return times.toSorted((a, b) => a - b)
}

/** The fastest import may take this long: the others measure what else runs on the machine. */
const slowestImportMs = 50

/** A user of parts. The providers' files are made by the build, so this is no source of the repository. */
const partsSample = `
import { loadCatalog, Lookups } from 'switchyard/catalog'
import { createSwitchyard, partsOf, type ChatCompletion, type PartsGiven } from 'switchyard/core'
import { anthropicMessages } from 'switchyard/dialects'
import { anthropic } from 'switchyard/providers/anthropic'
import { togetherAi } from 'switchyard/providers/together_ai'

const parts: PartsGiven = { providers: [anthropic, togetherAi], dialects: [anthropicMessages], catalog: loadCatalog }
const sdk = createSwitchyard({ ...parts, numRetries: 1 })
const messages = [{ role: 'user' as const, content: 'Say hi.' }]
export const said = (): Promise<ChatCompletion> => sdk.completion({ model: 'anthropic/claude-sonnet-4-5', messages })
export const sees = (): Promise<boolean> => new Lookups(partsOf(parts)).supports('claude-sonnet-4-5', 'vision')
// @ts-expect-error -- providers are required
createSwitchyard({})
`

function typeCheck(folder: string, module: string, moduleResolution: string): void {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'ES2022',
    lib: ['ES2022', 'DOM', 'DOM.AsyncIterable'],
    types: [],
    module,
    moduleResolution,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['sample.ts', 'parts.ts'] }))
  writeFileSync(join(folder, 'parts.ts'), partsSample)
  run(`types (${moduleResolution})`, [join(root, 'node_modules/.bin/tsc'), '-p', '.'], folder)
}

const folder = mkdtempSync(join(tmpdir(), 'switchyard-package-'))
try {
  run('build', [process.execPath, join(root, 'scripts/build-sdk.ts')], root)
  run('pack', ['npm', 'pack', '--pack-destination', folder], dist)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack made no tarball')
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }))
  run('install', ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`], folder)
  for (const name of readdirSync(smoke)) cpSync(join(smoke, name), join(folder, name))
  for (const file of ['smoke.mjs', 'parts.mjs']) {
    run(`${file} on Node`, ['node', file], folder)
    run(`${file} on Bun`, [process.execPath, file], folder)
  }
  typeCheck(folder, 'nodenext', 'nodenext')
  typeCheck(folder, 'esnext', 'bundler')
  for (const what of ['switchyard', 'switchyard/core']) {
    const times = importTimesMs(folder, what)
    const [fastest = Number.NaN] = times
    console.log(`import of ${what} on Node: ${times.map((ms) => ms.toFixed(1)).join(' ')} ms`)
    if (!(fastest < slowestImportMs)) throw new Error(`the import takes longer than ${slowestImportMs} ms`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
