import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { lockState, removeLock, WorkerLock } from './worker-lock.ts'

/** What the journal does with a file; Node's `FileHandle` is one. */
export interface DataFile {
  read(into: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>
  write(from: Buffer, offset: number, length: number): Promise<{ readonly bytesWritten: number }>
  datasync(): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/** By the names and promises of `node:fs`. */
export interface Files {
  mkdir(path: string, options: { readonly recursive: true; readonly mode: number }): Promise<unknown>
  open(path: string, flags: 'a' | 'r' | 'r+', mode?: number): Promise<DataFile>
  readdir(path: string): Promise<readonly string[]>
  rm(path: string, options: { readonly force: true }): Promise<void>
  existsSync(path: string): boolean
}

/** A worker's proof of life; see worker-lock.ts. */
export interface Lock {
  release(): void
}

export interface Locks {
  take(directory: string, worker: string): Lock
  state(directory: string, worker: string): 'held' | 'free' | 'missing'
  remove(directory: string, worker: string): Promise<void>
}

/** Ends a timer. */
export type Stop = () => void

/** All that the accounting asks of the machine below it, so that a simulation can be one (sim/). */
export interface Machine {
  /** Milliseconds of a clock that does not jump. */
  readonly now: () => number
  /** From 0 to below 1. */
  readonly random: () => number
  sleep(ms: number): Promise<void>
  /** Lets the event loop turn. */
  turn(): Promise<void>
  after(ms: number, task: () => void): Stop
  /** Does not keep the process alive. */
  every(ms: number, task: () => void): Stop
  readonly files: Files
  readonly locks: Locks
}

export const realMachine: Machine = {
  now: () => performance.now(),
  random: Math.random,
  sleep: async (ms) => sleep(ms),
  turn: async () => turn(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
  every: (ms, task) => {
    const timer = setInterval(task, ms).unref()
    return () => clearInterval(timer)
  },
  files: { mkdir, open, readdir, rm, existsSync },
  locks: { take: (directory, worker) => WorkerLock.take(directory, worker), state: lockState, remove: removeLock },
}
