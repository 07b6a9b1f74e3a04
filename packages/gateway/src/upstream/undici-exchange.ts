import type { Cancellation } from '@switchyard/core'
import type { Dispatcher } from 'undici'

type RawHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

export interface ReplyHead {
  readonly status: number
  readonly headers: Headers
  readonly exchange: UndiciExchange
}

/** Bytes that wait for their reader before the connection is no longer read. */
const maxHeldBytes = 64 * 1024

/** One call over undici: first the head, then the body, which comes no faster than it is read. */
export class UndiciExchange implements Dispatcher.DispatchHandler, AsyncIterableIterator<Uint8Array> {
  readonly head: Promise<ReplyHead>
  /** A byte of the reply arrived: the call may not be made again. */
  hasBegun = false
  readonly #signal: Cancellation
  readonly #pieces: Uint8Array[] = []
  #begin: (head: ReplyHead) => void = () => undefined
  #refuse: (cause: unknown) => void = () => undefined
  #wake: () => void = () => undefined
  #controller: Dispatcher.DispatchController | undefined
  #heldBytes = 0
  #isOver = false
  #error: Error | undefined
  readonly #onAbort = (): void => {
    const { reason }: { reason: unknown } = this.#signal
    this.#stop(reason instanceof Error ? reason : new Error('The call was aborted.', { cause: reason }))
  }

  constructor(signal: Cancellation) {
    this.#signal = signal
    this.head = new Promise((resolve, reject) => {
      this.#begin = resolve
      this.#refuse = reject
    })
    if (signal.aborted) this.#onAbort()
    else signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // The call was given up while its connection came about.
    if (this.#error !== undefined) controller.abort(this.#error)
  }

  onResponseStarted(): void {
    this.hasBegun = true
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: RawHeaders): void {
    // Informational replies precede the real one.
    if (status >= 200) this.#begin({ status, headers: headersOf(headers), exchange: this })
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Uint8Array): void {
    this.#pieces.push(piece)
    this.#heldBytes += piece.length
    if (this.#heldBytes >= maxHeldBytes) controller.pause()
    this.#wake()
  }

  onResponseEnd(): void {
    this.#end(undefined)
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#end(error)
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (this.#pieces.length === 0 && !this.#isOver) await new Promise<void>((resolve) => (this.#wake = resolve))
    const piece = this.#pieces.shift()
    if (piece === undefined) {
      if (this.#error !== undefined) throw this.#error
      return { done: true, value: undefined }
    }
    this.#heldBytes -= piece.length
    if (this.#controller?.paused && this.#heldBytes < maxHeldBytes) this.#controller.resume()
    return { done: false, value: piece }
  }

  /** The rest is not wanted: its connection is closed. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#pieces.length = 0
    if (!this.#isOver) this.#stop(new Error('The rest of the reply is not wanted.'))
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async whole(): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for await (const piece of this) parts.push(piece)
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
  }

  #stop(error: Error): void {
    this.#end(error)
    this.#controller?.abort(error)
  }

  #end(error: Error | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#error = error
    this.#signal.removeEventListener('abort', this.#onAbort)
    if (error !== undefined) this.#refuse(error)
    this.#wake()
  }
}

function headersOf(raw: RawHeaders): Headers {
  const headers = new Headers()
  for (const [name, value = []] of Object.entries(raw)) {
    for (const one of typeof value === 'string' ? [value] : value) headers.append(name, one)
  }
  return headers
}
