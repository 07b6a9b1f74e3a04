import { fail, type GatewayError } from '@switchyard/wire'
import { CancelSource, type Cancellation } from './cancellation.ts'
import type { Timeouts } from './contracts.ts'

/**
 * The clock of one attempt: aborts it when the first byte, the next piece or the end takes too long, or when the client
 * goes away. One timer at a time, moved only when it fires, so that a piece of a stream costs one store.
 */
export class Watch {
  readonly #source = new CancelSource()
  readonly #timeouts: Timeouts
  readonly #start = performance.now()
  readonly #client: Cancellation
  #last = this.#start
  #flowing = false
  #waiting = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #reason: GatewayError | undefined
  readonly #onClientGone = (): void => this.#stopWith(fail('client_closed', 'The client closed the connection.'))

  constructor(timeouts: Timeouts, client: Cancellation) {
    this.#timeouts = timeouts
    this.#client = client
    if (client.aborted) this.#onClientGone()
    else client.addEventListener('abort', this.#onClientGone, { once: true })
    this.#arm()
  }

  get cancel(): CancelSource {
    return this.#source
  }

  /** Why the watch ended the attempt; undefined when it did not. */
  get reason(): GatewayError | undefined {
    return this.#reason
  }

  /** The reply has begun: from here on the idle limit counts, which may be shorter than what the timer was set to. */
  flow(): void {
    this.#flowing = true
    clearTimeout(this.#timer)
    this.#arm()
  }

  /** The provider is waited for: only then is it idle, not while a slow client keeps the stream from being read. */
  wait(): void {
    this.#waiting = true
    this.#last = performance.now()
  }

  /** A piece arrived. */
  touch(): void {
    this.#waiting = false
  }

  /** The client may go: the stream is read to its end without it. */
  outliveClient(): void {
    this.#client.removeEventListener('abort', this.#onClientGone)
  }

  /** Ends the attempt from our side. */
  abort(): void {
    this.#source.abort()
    this.stop()
  }

  /** The attempt is over: no timer and no listener stay behind. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#client.removeEventListener('abort', this.#onClientGone)
  }

  #deadline(): { at: number; what: string; ms: number } | undefined {
    const { firstByteMs, idleMs, totalMs } = this.#timeouts
    const end = totalMs > 0 ? { at: this.#start + totalMs, what: 'finish', ms: totalMs } : undefined
    const phaseMs = this.#flowing ? idleMs : firstByteMs
    if (phaseMs <= 0) return end
    const from = !this.#flowing ? this.#start : this.#waiting ? this.#last : performance.now()
    const phase = { at: from + phaseMs, what: this.#flowing ? 'send the next piece' : 'begin its reply', ms: phaseMs }
    return end !== undefined && end.at < phase.at ? end : phase
  }

  #arm(): void {
    const deadline = this.#deadline()
    if (deadline === undefined || this.#reason !== undefined) return
    this.#timer = setTimeout(() => this.#check(), Math.max(1, Math.min(deadline.at - performance.now(), maxTimerMs)))
  }

  #check(): void {
    const deadline = this.#deadline()
    if (deadline !== undefined && performance.now() >= deadline.at) {
      this.#stopWith(fail('timeout', `The provider did not ${deadline.what} within ${deadline.ms / 1000} seconds.`))
    } else this.#arm()
  }

  #stopWith(reason: GatewayError): void {
    this.#reason ??= reason
    this.#source.abort()
    this.stop()
  }
}

/** Longer waits overflow a 32-bit timer. */
const maxTimerMs = 2 ** 31 - 1
