import type { DueReset, Period, Store } from '../store/index.ts'
import type { NextReset } from './timings.ts'

export interface ResetOptions {
  readonly store: Store
  readonly nextReset: NextReset
  readonly clock: () => number
}

/** Opens the period that runs now. */
export async function resetBudget(due: DueReset, { store, nextReset, clock }: ResetOptions): Promise<void> {
  await store.budgets.reset(due, periodOf(due, clock(), nextReset))
}

/**
 * The period of a moment, however many nobody was there to open; but never an earlier one than the next, wherever the clock
 * was set back to: what was spent in it would make it due again at once.
 */
export function periodOf({ resetAt, duration }: DueReset, now: number, nextReset: NextReset): Period {
  const after = (ms: number): number => nextReset(duration, new Date(ms)).getTime()
  let start = resetAt
  let next = after(start)
  // The first period may be a short one.
  const recent = now - 3 * (after(next) - next)
  if (next < recent) {
    start = after(recent)
    next = after(start)
  }
  while (next <= now) {
    start = next
    next = after(start)
  }
  return { start, next }
}
