import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'

const lockPath = (directory: string, worker: string): string => join(directory, `${worker}.lock`)

function tryLock(path: string, mode: 'EXCLUSIVE' | 'IMMEDIATE'): DatabaseSync | undefined {
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA busy_timeout = 0')
    db.exec('PRAGMA journal_mode = MEMORY')
    db.exec(`BEGIN ${mode}`)
    return db
  } catch {
    db.close()
    return undefined
  }
}

/**
 * Proof of life: a file lock that the kernel drops when the process dies, however it dies. Process ids are reused and
 * mean nothing across containers, heartbeats cannot tell a paused process from a dead one. Node has no file locks of
 * its own, so an empty SQLite file lends its.
 */
export class WorkerLock {
  readonly #db: DatabaseSync
  private constructor(db: DatabaseSync) {
    this.#db = db
  }

  static take(directory: string, worker: string): WorkerLock {
    const path = lockPath(directory, worker)
    const db = tryLock(path, 'EXCLUSIVE')
    if (db === undefined) throw new Error(`worker ${worker} is running already`)
    return new WorkerLock(db)
  }

  /** The file stays until the worker is wound up: without it nobody knows that the worker is dead. */
  release(): void {
    this.#db.close()
  }
}

/** `missing`: this machine knows nothing of the worker. */
export function lockState(directory: string, worker: string): 'held' | 'free' | 'missing' {
  const path = lockPath(directory, worker)
  if (!existsSync(path)) return 'missing'
  const db = tryLock(path, 'IMMEDIATE')
  db?.close()
  return db === undefined ? 'held' : 'free'
}

export const removeLock = (directory: string, worker: string): Promise<void> => rm(lockPath(directory, worker), { force: true })
