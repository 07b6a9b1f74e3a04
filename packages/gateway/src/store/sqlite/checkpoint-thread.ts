import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

/** Small enough that the log stays short, long enough that a checkpoint is worth its two syncs. */
const everyMs = 1000

// A checkpoint syncs the disk, which takes up to 16 ms (measured 2026-11-22): not on the thread that serves.
const db = new DatabaseSync(String(workerData))
db.exec('PRAGMA synchronous = NORMAL')
const timer = setInterval(() => db.exec('PRAGMA wal_checkpoint(PASSIVE)'), everyMs)

parentPort?.on('message', () => {
  clearInterval(timer)
  db.close()
  parentPort?.close()
})
