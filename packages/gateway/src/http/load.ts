export interface LoadLimits {
  /** Calls that may wait for the beginning of their replies at once. */
  readonly mostInWork: number
  /** How late the event loop may come before new calls are refused; 0: as late as it likes. */
  readonly latestMs: number
}

/** How often the event loop's delay is looked at. */
const sampleMs = 50
/** A burst may make it late for so long, and so many calls are taken on meanwhile: late or not, they are served. */
const patience = { ms: 1500, calls: 2000 }
/** Calls that are taken on between two looks: at first when there are too many, at least, and when there is no end of room again. */
const calls = { first: 50, least: 1, ample: 500 }
/** With every look in time their number grows: fast up to where it was too many the last time, slowly beyond. */
const growth = { fast: 1.3, slow: 1.03 }
/** With every look too late it falls, the more the later it is. */
const fall = { most: 0.5, least: 0.9 }

/**
 * What this process can still take on. A call that cannot be served in time is refused before its body is read, so that the work
 * goes into the others (reliability facts P8); replies that have begun are never cut.
 */
export class Load {
  readonly #limits: LoadLimits
  #inWork = 0
  /** Calls that are still taken on before the next look. */
  #left = Number.POSITIVE_INFINITY
  /** The calls of one look; undefined while there is room. */
  #perLook: number | undefined
  /** So many were too many. */
  #tooMany = calls.first
  /** Since when every look came late. */
  #lateSince: number | undefined

  constructor(limits: LoadLimits) {
    this.#limits = limits
    if (limits.latestMs > 0) this.#watch()
  }

  /** Takes a call on; false: there is no room for it. */
  begin(): boolean {
    if (this.#inWork >= this.#limits.mostInWork || this.#left < 1) return false
    this.#inWork++
    this.#left--
    return true
  }

  /** Room enough for work that nobody waits for. */
  get hasSpare(): boolean {
    return this.#lateSince === undefined && this.#perLook === undefined && this.#inWork < this.#limits.mostInWork / 2
  }

  /** The call was answered, or its reply has begun. */
  end(): void {
    this.#inWork--
  }

  /** One look at the event loop. */
  sample(lateMs: number, nowMs = performance.now()): void {
    if (lateMs > this.#limits.latestMs) this.#late(lateMs, nowMs)
    else this.#inTime()
  }

  #late(lateMs: number, nowMs: number): void {
    const isFirst = this.#lateSince === undefined
    this.#lateSince ??= nowMs - lateMs
    if (this.#perLook === undefined) {
      if (isFirst) this.#left = patience.calls
      if (nowMs - this.#lateSince < patience.ms) return
      this.#perLook = calls.first
    } else {
      if (isFirst) this.#tooMany = this.#perLook
      const share = this.#limits.latestMs / lateMs
      this.#perLook = Math.max(calls.least, this.#perLook * Math.min(fall.least, Math.max(fall.most, share)))
    }
    this.#left = this.#perLook
  }

  #inTime(): void {
    this.#lateSince = undefined
    if (this.#perLook !== undefined) {
      const isKnown = this.#perLook < this.#tooMany * fall.least
      this.#perLook = Math.max(this.#perLook + 1, this.#perLook * (isKnown ? growth.fast : growth.slow))
      if (this.#perLook > calls.ample) this.#perLook = undefined
    }
    this.#left = this.#perLook ?? Number.POSITIVE_INFINITY
  }

  #watch(): void {
    const dueMs = performance.now() + sampleMs
    setTimeout(() => {
      this.sample(performance.now() - dueMs)
      this.#watch()
    }, sampleMs).unref()
  }
}
