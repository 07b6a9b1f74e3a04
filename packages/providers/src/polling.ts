import { readAll, type Incoming } from '@switchyard/core'
import { fail, objectOf, parseJson, type JsonObject } from '@switchyard/wire'

export interface Job {
  readonly ask: () => Promise<Incoming>
  readonly isOver: (reply: JsonObject) => boolean
  readonly paceMs: number
  readonly limitMs: number
  readonly now: () => number
  readonly signal: AbortSignal
}

/** Asks for a job until it is over, and answers the last reply. A refusal is answered as it is. */
export async function pollJob({ ask, isOver, paceMs, limitMs, now, signal }: Job): Promise<Incoming> {
  const end = now() + limitMs
  for (;;) {
    const { incoming, json } = await peeked(await ask())
    if (incoming.status !== 200 || isOver(json)) return incoming
    if (now() + paceMs > end) throw fail('timeout', `The provider did not finish the job within ${limitMs / 1000} seconds.`)
    await sleep(paceMs, signal)
  }
}

const decoder = new TextDecoder()

/** A reply with its JSON, which can still be read by whoever comes next. An answer that is no object is an empty one. */
export async function peeked(incoming: Incoming): Promise<{ readonly incoming: Incoming; readonly json: JsonObject }> {
  const bytes = await readAll(incoming, maxJobBytes)
  const { status, headers } = incoming
  return {
    incoming: { status, headers, body: null, whole: () => Promise.resolve(bytes) },
    json: objectOf(parseJson(decoder.decode(bytes))) ?? {},
  }
}

/** Such replies tell where a job stands; what it made may stand in them as base64. */
const maxJobBytes = 64 * 1024 * 1024

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}
