import { Worker } from 'node:worker_threads'
import type { Countable } from '@switchyard/core'
import { fail, type Block, type ChatRequest } from '@switchyard/wire'

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

/** A picture or file is billed by its size, which only the provider knows: this stands in for each. */
const tokensPerMedia = 1000

/** All that a model reads of a chat request. */
export function countableOf(request: ChatRequest): Countable & { readonly mediaTokens: number } {
  const texts: string[] = []
  let media = 0
  const add = (block: Block): void => {
    switch (block.type) {
      case 'text':
      case 'reasoning':
        texts.push(block.text)
        return
      case 'call':
        texts.push(block.name, block.input)
        return
      case 'result':
        block.content.forEach(add)
        return
      case 'native':
        texts.push(JSON.stringify(block.data))
        return
      case 'media':
        if (block.source.kind === 'text') texts.push(block.source.text)
        else media++
    }
  }
  request.system.forEach(add)
  for (const turn of request.turns) turn.blocks.forEach(add)
  for (const tool of request.tools) texts.push(tool.name, tool.description ?? '', JSON.stringify(tool.schema ?? {}))
  return { texts, messages: request.turns.length + (request.system.length > 0 ? 1 : 0), mediaTokens: media * tokensPerMedia }
}
