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

/** Milliseconds that `import 'switchyard'` takes in fresh Node processes, ascending. */
function importTimesMs(folder: string): readonly number[] {
  const script = "const start = performance.now(); await import('switchyard'); console.log(performance.now() - start)"
  const times = Array.from({ length: 7 }, () =>
    Number(spawnSync('node', ['--input-type=module', '-e', script], { cwd: folder, encoding: 'utf8' }).stdout),
  )
  return times.toSorted((a, b) => a - b)
}

/** The fastest import may take this long: the others measure what else runs on the machine. */
const slowestImportMs = 50

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
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['sample.ts'] }))
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
  run('smoke on Node', ['node', 'smoke.mjs'], folder)
  run('smoke on Bun', [process.execPath, 'smoke.mjs'], folder)
  typeCheck(folder, 'nodenext', 'nodenext')
  typeCheck(folder, 'esnext', 'bundler')
  const times = importTimesMs(folder)
  const [fastest = Number.NaN] = times
  console.log(`import on Node: ${times.map((ms) => ms.toFixed(1)).join(' ')} ms`)
  if (!(fastest < slowestImportMs)) throw new Error(`the import takes longer than ${slowestImportMs} ms`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
