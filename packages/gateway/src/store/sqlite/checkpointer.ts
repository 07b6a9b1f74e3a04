import { Worker } from 'node:worker_threads'

/** Copies the log into the database on a thread of its own. Answers how to end it. */
export function startCheckpointer(path: string): () => Promise<void> {
  const thread = new Worker(new URL('./checkpoint-thread.ts', import.meta.url), { workerData: path })
  thread.unref()
  // The connection's own checkpoints, at a longer log, go on without it.
  thread.on('error', (error) => process.emitWarning(`checkpoints run on the serving thread now: ${String(error)}`))
  return async () => {
    thread.postMessage('close')
    await Promise.race([
      new Promise((resolve) => thread.once('exit', resolve)),
      new Promise((resolve) => setTimeout(resolve, closeMs)),
    ])
  }
}

const closeMs = 1000
