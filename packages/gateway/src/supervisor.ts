import { spawn, type ChildProcess } from 'node:child_process'
import type { Log } from './observe/log.ts'

/** The variable that tells a child which worker it is. */
export const workerVariable = 'SWITCHYARD_WORKER'

const fewestMsBetweenStarts = 500

/**
 * Keeps N worker processes on one port. One that dies is started again; its journal is taken over by the others. Signals
 * go to all of them.
 */
export class Supervisor {
  readonly #count: number
  readonly #log: Log
  readonly #children = new Map<number, ChildProcess>()
  #stopping = false

  constructor(count: number, log: Log) {
    this.#count = count
    this.#log = log
  }

  start(): void {
    for (let index = 0; index < this.#count; index++) this.#spawn(index)
  }

  signal(signal: NodeJS.Signals): void {
    for (const child of this.#children.values()) child.kill(signal)
  }

  /** Resolves when every worker has ended. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    this.#stopping = true
    const ends = [...this.#children.values()].map((child) => new Promise((resolve) => child.once('exit', resolve)))
    this.signal(signal)
    await Promise.all(ends)
  }

  #spawn(index: number): void {
    const startedMs = performance.now()
    const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      stdio: 'inherit',
      env: { ...process.env, [workerVariable]: String(index) },
    })
    this.#children.set(index, child)
    const again = (why: object): void => {
      this.#children.delete(index)
      if (this.#stopping) return
      this.#log.error('a worker ended; starting it again', { index, ...why })
      const waitMs = Math.max(0, fewestMsBetweenStarts - (performance.now() - startedMs))
      setTimeout(() => this.#stopping || this.#spawn(index), waitMs)
    }
    child.on('exit', (code, signal) => again({ code, signal }))
    // A process that could not be started has no exit.
    child.on('error', (error) => child.pid === undefined && again({ error }))
  }
}
