import { Worker } from 'node:worker_threads'
import type { Countable } from '@switchyard/core'
import { fail } from '@switchyard/wire'

interface Waiting {
  readonly resolve: (tokens: number) => void
  readonly reject: (error: Error) => void
}

let worker: Worker | undefined
let lastId = 0
const waiting = new Map<number, Waiting>()

/** Counts on a thread of its own, which is started with the first count and does not keep the process alive. */
export function countLocally(countable: Countable): Promise<number> {
  worker ??= startWorker()
  const id = ++lastId
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject })
    worker?.postMessage({ id, countable })
  })
}

function startWorker(): Worker {
  const started = new Worker(new URL('./count-worker.ts', import.meta.url))
  started.unref()
  started.on('message', ({ id, tokens, error }: { id: number; tokens?: number; error?: string }) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (tokens === undefined) one?.reject(fail('internal', `The tokenizer failed: ${error ?? 'unknown'}`))
    else one?.resolve(tokens)
  })
  started.on('error', (cause) => {
    worker = undefined
    for (const one of waiting.values()) one.reject(fail('internal', 'The tokenizer stopped.', {}, { cause }))
    waiting.clear()
  })
  return started
}
