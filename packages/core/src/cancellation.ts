/** What may end a call early: an `AbortSignal` is one. */
export interface Cancellation {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: true }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/**
 * Cancels without the events of the DOM: a controller, its signal and one listener cost 2.5 µs a call (Bun 1.4.5, 2026-11-22).
 * The native signal is made for who asks for it. Every listener is called once.
 */
export class CancelSource implements Cancellation {
  aborted = false
  reason: unknown
  #listeners: (() => void)[] = []
  #controller: AbortController | undefined

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.aborted) this.#controller.abort(this.reason)
    }
    return this.#controller.signal
  }

  abort(reason?: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason ?? new DOMException('The operation was aborted.', 'AbortError')
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener()
    this.#controller?.abort(this.reason)
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.push(listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const index = this.#listeners.indexOf(listener)
    if (index >= 0) this.#listeners.splice(index, 1)
  }
}

/** The signal for interfaces that know no other. */
export function nativeSignal(cancellation: Cancellation): AbortSignal {
  if (cancellation instanceof AbortSignal) return cancellation
  if (cancellation instanceof CancelSource) return cancellation.signal
  const controller = new AbortController()
  const abort = (): void => controller.abort(cancellation.reason)
  if (cancellation.aborted) abort()
  else cancellation.addEventListener('abort', abort, { once: true })
  return controller.signal
}
