export interface RoomLimits {
  /** Clients that are served. */
  readonly most: number
  /** Beyond them, clients that get everything but calls, and one answer each. */
  readonly extra: number
  /** Hears of every client that came too late for a usual place. */
  readonly full: () => void
}

/** A client's connection, as far as its place is concerned. */
export interface Guest {
  /** Closes it, if it has had nothing to do for a while. False: it stays. */
  leaveIfIdle(nowMs: number): boolean
}

export type Place = 'usual' | 'extra' | 'none'

/** So long a connection has to be idle before it may be closed for a new one: its client may just be sending. */
export const idleForMs = 500
/** All connections are looked at for idle ones no more often. */
const lookMs = 100

/**
 * The places of clients: files, database and providers need descriptors too, and Bun, when there are none left, does nothing
 * but try to accept (1.4.5, 2026-11-22). The oldest idle connection makes place for a new one.
 */
export class ConnectionRoom<T extends Guest> {
  readonly guests = new Set<T>()
  readonly #limits: RoomLimits
  #candidates = this.guests.values()
  #lookedMs = Number.NEGATIVE_INFINITY

  constructor(limits: RoomLimits) {
    this.#limits = limits
  }

  /** The place of a connection that has just come. */
  placeFor(nowMs: number): Place {
    const { most, extra, full } = this.#limits
    if (this.guests.size < most) return 'usual'
    this.#closeIdle(nowMs)
    if (this.guests.size < most) return 'usual'
    full()
    return this.guests.size < most + extra ? 'extra' : 'none'
  }

  #closeIdle(nowMs: number): void {
    if (nowMs - this.#lookedMs >= lookMs) {
      this.#lookedMs = nowMs
      this.#candidates = this.guests.values()
    }
    while (this.guests.size >= this.#limits.most) {
      const next = this.#candidates.next()
      if (next.done === true) return
      if (next.value.leaveIfIdle(nowMs)) this.guests.delete(next.value)
    }
  }
}
