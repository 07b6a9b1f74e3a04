// `npm run check`: everything that must hold before a commit, in under a minute. One line a step; exit 1 when one failed.
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

interface Step {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

interface Failure {
  readonly name: string
  readonly output: string
}

const tool = (name: string): string => join('node_modules', '.bin', name)
const script = (name: string, ...args: readonly string[]): Pick<Step, 'command' | 'args'> => ({
  command: process.execPath,
  args: [join('scripts', name), ...args],
})

/** The longest first, so that the short ones fill the other core. Tests that need many seconds are `*.slow.test.ts`. */
const steps: readonly Step[] = [
  {
    name: 'tests',
    command: process.execPath,
    args: ['test', 'packages', '--only-failures', '--timeout=20000', '--path-ignore-patterns=**/*.slow.test.ts'],
  },
  { name: 'types', command: tool('tsc'), args: ['-p', '.'] },
  { name: 'lint', command: tool('oxlint'), args: ['--deny-warnings'] },
  { name: 'format', command: tool('oxfmt'), args: ['--check', '.'] },
  { name: 'layers', ...script('check-layers.ts') },
  { name: 'tails', ...script('check-tails.ts') },
  { name: 'rows', ...script('check-rows.ts') },
  { name: 'lock', ...script('check-lock.ts') },
  { name: 'docs', ...script('docs.ts', '--check') },
  { name: 'links', ...script('check-links.ts') },
]

const startedMs = performance.now()
const queue = [...steps]
const failures: Failure[] = []
const lanes = Math.min(4, Math.max(1, availableParallelism()))
await Promise.all(Array.from({ length: lanes }, runLane))

for (const { name, output } of failures) console.log(`\n── ${name} ──\n${output.trimEnd()}`)
const verdict = failures.length === 0 ? 'all good' : `failed: ${failures.map(({ name }) => name).join(', ')}`
console.log(`${failures.length === 0 ? '' : '\n'}check: ${verdict} (${secondsSince(startedMs)} s)`)
process.exitCode = failures.length === 0 ? 0 : 1

async function runLane(): Promise<void> {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const beganMs = performance.now()
    const { ok, output } = await run(step)
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${step.name.padEnd(7)} ${secondsSince(beganMs).padStart(5)} s`)
    if (!ok) failures.push({ name: step.name, output })
  }
}

function run({ command, args }: Step): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const spawnTrouble = error !== null && typeof error.code === 'string' ? `${error.message}\n` : ''
      resolve({ ok: error === null, output: `${spawnTrouble}${stdout}${stderr}` })
    })
  })
}

function secondsSince(ms: number): string {
  return ((performance.now() - ms) / 1000).toFixed(1)
}
