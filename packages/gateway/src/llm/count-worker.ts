import { parentPort } from 'node:worker_threads'
import { countTokens, loadTokenizer, type Countable } from '@switchyard/core'

// The counting thread: byte-pair merging of a long prompt takes longer than the event loop may stand still.
parentPort?.on('message', ({ id, countable }: { id: number; countable: Countable }) => {
  loadTokenizer()
    .then((tokenizer) => parentPort?.postMessage({ id, tokens: countTokens(tokenizer, countable) }))
    .catch((error: unknown) => parentPort?.postMessage({ id, error: String(error) }))
})
