// `npm test`: everything that needs no service. Ends with the plain line "N passed, N failed"; exit 1 when one failed.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

interface Counts {
  readonly passed: number
  readonly failed: number
}

const none: Counts = { passed: 0, failed: 0 }
const skipped: string[] = []
const clientPackages = ['openai', '@anthropic-ai/sdk', '@google/genai', 'ai', '@ai-sdk/openai-compatible']

/** Runs a command, shows what it prints, and answers that with its exit code. */
function run(command: string, args: readonly string[]): Promise<{ readonly output: string; readonly code: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      from.on('data', (bytes: Buffer) => {
        output += bytes.toString()
        to.write(bytes)
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ output, code: code ?? 1 }))
  })
}

const lastNumber = (output: string, pattern: RegExp): number => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0)

/** A run that ends badly without naming a failed test (a crash, an error between tests) counts as one failure. */
function countsOf(passed: number, failed: number, code: number): Counts {
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed }
}

async function onBun(paths: readonly string[]): Promise<Counts> {
  const { output, code } = await run(process.execPath, ['test', ...paths, '--only-failures', '--timeout=30000'])
  return countsOf(lastNumber(output, /^ *(\d+) pass$/gm), lastNumber(output, /^ *(\d+) fail$/gm), code)
}

/** Node runs TypeScript by itself from 22.18 on; the SDK and what it stands on must run there too. */
async function onNode(): Promise<Counts> {
  const version = await run('node', ['--version']).catch(() => undefined)
  const [major = 0, minor = 0] = version?.output.slice(1).split('.').map(Number) ?? []
  if (major < 22 || (major === 22 && minor < 18)) {
    skipped.push(`node --test: Node ${version?.output.trim() ?? '(none)'} does not read TypeScript, 22.18 does`)
    return none
  }
  const { output, code } = await run('node', [
    '--test',
    '--test-reporter=tap',
    '--test-isolation=none',
    'packages/{wire,core,providers,sdk}/src/**/*.test.ts',
  ])
  return countsOf(lastNumber(output, /^# pass (\d+)$/gm), lastNumber(output, /^# fail (\d+)$/gm), code)
}

function missingClients(): readonly string[] {
  const { resolve } = createRequire(join(process.cwd(), 'tests', 'package.json'))
  return clientPackages.filter((name) => {
    const folders = resolve.paths(name) ?? []
    return !folders.some((folder) => existsSync(join(folder, name, 'package.json')))
  })
}

const missing = missingClients()
const paths = ['./packages', './tests/e2e', './tests/clients']
if (missing.length > 0) {
  skipped.push(`tests/clients and tests/e2e: ${missing.join(', ')} not installed, npm ci does that`)
  paths.splice(1)
}
skipped.push('tests/upstream: it installs a model server, npm run test:upstream')
skipped.push('tests/outside: it installs client libraries and coding agents, npm run test:clients')

const runs = [await onBun(paths), await onNode()]
const passed = runs.reduce((sum, counts) => sum + counts.passed, 0)
const failed = runs.reduce((sum, counts) => sum + counts.failed, 0)
console.log()
for (const line of skipped) console.log(`skipped ${line}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
