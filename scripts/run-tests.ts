import { spawn } from 'node:child_process'

export interface Counts {
  readonly passed: number
  readonly failed: number
}

interface Ended {
  readonly output: string
  readonly code: number
}

/** Runs a command, shows what it prints, and answers that with its exit code. */
function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
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
const countsOf = (passed: number, failed: number, code: number): Counts => ({
  passed,
  failed: code !== 0 && failed === 0 ? 1 : failed,
})

export async function testOnBun(paths: readonly string[], env?: Readonly<Record<string, string>>): Promise<Counts> {
  const { output, code } = await run(process.execPath, ['test', ...paths, '--only-failures', '--timeout=30000'], env)
  return countsOf(lastNumber(output, /^ *(\d+) pass$/gm), lastNumber(output, /^ *(\d+) fail$/gm), code)
}

/** `files` are patterns of `node --test`. The flag is the one that Node 22 knows, which later ones take too. */
export async function testOnNode(files: readonly string[]): Promise<Counts> {
  const { output, code } = await run('node', [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-reporter=tap',
    '--experimental-test-isolation=none',
    ...files,
  ])
  return countsOf(lastNumber(output, /^# pass (\d+)$/gm), lastNumber(output, /^# fail (\d+)$/gm), code)
}

/** The gateway and `node --test` need Node 22.19: it reads TypeScript, and undici asks for it. Why not, or undefined. */
export async function whyNotOnNode(): Promise<string | undefined> {
  const version = await run('node', ['--version']).catch(() => undefined)
  const [major = 0, minor = 0] = version?.output.slice(1).split('.').map(Number) ?? []
  if (major > 22 || (major === 22 && minor >= 19)) return undefined
  return `Node ${version?.output.trim() ?? '(none)'} is older than 22.19`
}

/** Says what was left out and prints the plain line "N passed, N failed"; the exit code is 1 when one failed. */
export function finish(runs: readonly Counts[], skipped: readonly string[]): never {
  const passed = runs.reduce((sum, counts) => sum + counts.passed, 0)
  const failed = runs.reduce((sum, counts) => sum + counts.failed, 0)
  console.log()
  for (const line of skipped) console.log(`skipped ${line}`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 ? 0 : 1)
}
