import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { LoadPlan, LoadResult } from './load-plan.ts'

/** Linux counts CPU time in hundredths of a second (USER_HZ). */
const microsPerTick = 10_000

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const hasTaskset = spawnSync('taskset', ['--version']).status === 0

/** Puts a process with all its threads on one core; answers whether that was possible. */
export function pin(pid: number, core: number): boolean {
  return hasTaskset && spawnSync('taskset', ['-acp', String(core), String(pid)]).status === 0
}

const onCore = (core: number, command: string, args: readonly string[]): readonly [string, readonly string[]] =>
  hasTaskset ? ['taskset', ['-c', String(core), command, ...args]] : [command, args]

export const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

/** The one child of a process: the gateway behind its launcher. */
export function childOf(pid: number): number {
  const [child] = childrenOf(pid)
  if (child === undefined) throw new Error(`process ${pid} has no child`)
  return child
}

/** User and system time that a process has used, all threads together. */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * microsPerTick
}

export function rssMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}

export interface LoadProvider {
  readonly origin: string
  /** It ended before it was told to. */
  readonly hasEnded: () => boolean
  readonly stop: () => void
}

export const loadProvider = here('provider.ts')

/** Starts a provider that prints its port. */
export async function startProvider(core: number | undefined, script = loadProvider): Promise<LoadProvider> {
  const [command, args] = core === undefined ? [process.execPath, [script]] : onCore(core, process.execPath, [script])
  const child: ChildProcess = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (bytes: Buffer) => resolve(bytes.toString().trim()))
    child.once('exit', (code) => reject(new Error(`the provider ended with ${code}`)))
  })
  return {
    origin: `http://127.0.0.1:${port}`,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop: () => void child.kill(),
  }
}

const environment = { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: '65336' }

export function runLoad(plan: LoadPlan, core: number): Promise<LoadResult> {
  const [command, args] = onCore(core, process.execPath, [here('load.ts'), JSON.stringify(plan)])
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: environment })
  let output = ''
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()))
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(output))
      else reject(new Error(`the load generator ended with ${code}`))
    })
  })
}

/** What a command prints, in milliseconds it says itself. */
export const printedMs = (command: string, args: readonly string[]): number =>
  Number(execFileSync(command, args, { encoding: 'utf8' }).trim())
