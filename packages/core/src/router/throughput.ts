import type { Deployment } from '../deployment.ts'

const slotMs = 5000
const slots = 12

interface Window {
  readonly requests: Float64Array
  readonly tokens: Float64Array
  /** Number of the newest slot that holds a count. */
  newest: number
}

/**
 * Requests and tokens of each deployment in the last minute, by this process. With several workers each has its share of
 * the operator's limits, so that their sum never exceeds them.
 */
export class Throughput {
  readonly #windows = new Map<string, Window>()
  readonly #share: number
  readonly #now: () => number

  /** `workers`: how many processes share the limits. `now`: milliseconds of a clock that does not jump. */
  constructor(workers: number, now: () => number = () => performance.now()) {
    this.#share = 1 / workers
    this.#now = now
  }

  /** Has the deployment room for one more call? Always, when the operator set no limit. */
  hasRoom({ id, rpm, tpm }: Deployment): boolean {
    if (rpm === undefined && tpm === undefined) return true
    const window = this.#window(id)
    if (rpm !== undefined && sum(window.requests) + 1 > Math.max(1, rpm * this.#share)) return false
    return tpm === undefined || sum(window.tokens) < tpm * this.#share
  }

  began({ id, rpm, tpm }: Deployment): void {
    if (rpm !== undefined || tpm !== undefined) this.#add(id, 'requests', 1)
  }

  used({ id, tpm }: Deployment, tokens: number): void {
    if (tpm !== undefined) this.#add(id, 'tokens', tokens)
  }

  #add(id: string, what: 'requests' | 'tokens', count: number): void {
    const window = this.#window(id)
    const slot = window.newest % slots
    window[what][slot] = (window[what][slot] ?? 0) + count
  }

  #window(id: string): Window {
    const slot = Math.floor(this.#now() / slotMs)
    let window = this.#windows.get(id)
    if (window === undefined) {
      window = { requests: new Float64Array(slots), tokens: new Float64Array(slots), newest: slot }
      this.#windows.set(id, window)
    }
    for (let passed = Math.max(window.newest + 1, slot - slots + 1); passed <= slot; passed++) {
      window.requests[passed % slots] = 0
      window.tokens[passed % slots] = 0
    }
    window.newest = slot
    return window
  }
}

const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0)
