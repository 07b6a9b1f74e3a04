/** Everything that waits or repeats, in milliseconds. Tests make them short. */
export interface Timings {
  /** A worker that could not reach the store for so long stops admitting from its leases. */
  readonly leaseMs: number
  /** Leases that nobody used for so long go back. */
  readonly idleMs: number
  /** How long a request waits for other workers to give back unused money. */
  readonly waitMs: number
  /** How long a refusal is repeated without asking the store again. */
  readonly refuseMs: number
  readonly shipMs: number
  /** Looking for dead workers, ended periods, stale windows, and the heartbeat. */
  readonly choresMs: number
  /** A permit that was not released for so long is taken for forgotten. */
  readonly permitMs: number
  readonly journalRetryMs: number
}

export const defaultTimings: Timings = {
  leaseMs: 60_000,
  idleMs: 1000,
  waitMs: 300,
  refuseMs: 250,
  shipMs: 200,
  choresMs: 5000,
  permitMs: 3_600_000,
  journalRetryMs: 250,
}

/** `nextReset` of config/duration.ts: when a period that runs now is over. */
export type NextReset = (duration: string, now: Date) => Date

/** Hears of what went wrong in the background. Nothing is lost by it: the work is tried again. */
export type Trouble = (task: string, error: unknown) => void
