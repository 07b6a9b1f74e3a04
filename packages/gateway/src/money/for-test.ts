import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Identity, openIdentity } from '../identity/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { type Money, type MoneyOptions, openMoney, type Principal, principalOf } from './index.ts'
import type { Timings } from './timings.ts'

export const quick: Partial<Timings> = { shipMs: 20, choresMs: 100, idleMs: 200, journalRetryMs: 30 }

/** One gateway worker without its HTTP side. */
export interface Bench {
  readonly dataDir: string
  readonly store: Store
  readonly identity: Identity
  readonly money: Money
  readonly principal: (key: string) => Promise<Principal>
  readonly close: () => Promise<void>
}

export const makeDataDir = (): Promise<string> => mkdtemp(join(tmpdir(), 'switchyard-money-'))

export async function openBench(dataDir: string, more: Partial<MoneyOptions> = {}): Promise<Bench> {
  const store = await openStore({ dataDir, pollMs: 50 })
  const identity = await openIdentity({ store })
  const money = await openMoney({ dataDir, store, workerId: 'w', sync: 'write', timings: quick, ...more })
  const principal = async (key: string): Promise<Principal> => {
    const record = await identity.directory.find(key)
    if (record === undefined) throw new Error('no such key')
    return principalOf(record)
  }
  const close = async (): Promise<void> => {
    await money.close()
    identity.close()
    await store.close()
  }
  return { dataDir, store, identity, money, principal, close }
}

export async function withBench(test: (bench: Bench) => Promise<void>, more: Partial<MoneyOptions> = {}): Promise<void> {
  const dataDir = await makeDataDir()
  const bench = await openBench(dataDir, more)
  try {
    await test(bench)
  } finally {
    await bench.close()
    await rm(dataDir, { recursive: true })
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export async function until(isSo: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const giveUpAt = performance.now() + 5000
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`it never came to be: ${what}`)
    await pause(5)
  }
}

/** A worker in a process of its own; see worker-for-test.ts for its words. */
export class WorkerProcess {
  readonly lines: string[] = []
  readonly #child: ChildProcess
  readonly #reader: Interface
  readonly exited: Promise<void>
  constructor(args: readonly string[]) {
    const script = fileURLToPath(new URL('worker-for-test.ts', import.meta.url))
    this.#child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    if (this.#child.stdout === null) throw new Error('no pipe')
    this.#reader = createInterface({ input: this.#child.stdout })
    this.#reader.on('line', (line) => this.lines.push(line))
    // The lines that a killed process wrote are in the pipe still: wait for its end, not for the process's.
    this.exited = new Promise((resolve) => {
      this.#reader.once('close', () => resolve())
    })
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  heard(prefix: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const found = this.lines.find((line) => line.startsWith(prefix))
      if (found !== undefined) return resolve(found)
      const timer = setTimeout(() => reject(new Error(`the worker never said ${prefix}`)), 10_000)
      this.#reader.on('line', (line) => {
        if (!line.startsWith(prefix)) return
        clearTimeout(timer)
        resolve(line)
      })
    })
  }
}
