export interface LoadLimits {
  /** Calls that may wait for the beginning of their replies at once. */
  readonly mostInWork: number
  /** How late the event loop may come before new calls are refused; 0: as late as it likes. */
  readonly latestMs: number
}

/** How often the event loop's delay is looked at. */
const sampleMs = 50
/** While it is late the limit falls to this share of the calls in work with every look, but not below `fewest`. */
const fallShare = 0.7
const fewest = 256
/** When it is in time again the limit grows with every look: from `fewest` to 10,000 within three seconds. */
const growth = { share: 1.05, calls: 10 }

/**
 * What this process can still take on. A call that cannot be served in time is refused before its body is read, so that the work
 * goes into the others (reliability facts P8); replies that have begun are not counted and never cut.
 */
export class Load {
  readonly #limits: LoadLimits
  #inWork = 0
  /** The limit of now. */
  #most: number
  #dueMs = 0
  #wasLate = false

  constructor(limits: LoadLimits) {
    this.#limits = limits
    this.#most = limits.mostInWork
    if (limits.latestMs > 0) this.#watch()
  }

  /** Takes a call on; false: there is no room for it. */
  begin(): boolean {
    if (this.#inWork >= this.#most) return false
    this.#inWork++
    return true
  }

  /** The call was answered, or its reply has begun. */
  end(): void {
    this.#inWork--
  }

  /** One look at the event loop. Once late is a hiccup (a garbage collection, a huge body), twice in a row too much work. */
  sample(lateMs: number): void {
    const { mostInWork, latestMs } = this.#limits
    const isLate = lateMs > latestMs
    if (isLate && this.#wasLate) this.#most = Math.min(this.#most, Math.max(fewest, Math.floor(this.#inWork * fallShare)))
    else if (!isLate) this.#most = Math.min(mostInWork, Math.ceil(this.#most * growth.share) + growth.calls)
    this.#wasLate = isLate
  }

  #watch(): void {
    this.#dueMs = performance.now() + sampleMs
    setTimeout(() => {
      this.sample(performance.now() - this.#dueMs)
      this.#watch()
    }, sampleMs).unref()
  }
}
