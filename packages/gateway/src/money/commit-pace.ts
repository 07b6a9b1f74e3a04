import { type Machine, realMachine } from './machine.ts'

/** Above so many settlements a second, commits are spaced by so much: each then holds ten to forty of them. */
const paces = [
  { perSecond: 3500, spacingMs: 5 },
  { perSecond: 1500, spacingMs: 2 },
] as const
const windowMs = 50

/**
 * Spaces the journal's commits under load. One write with fdatasync costs 120–190 µs of CPU and 350 µs of waiting whatever
 * it holds (measured 2026-11-22), so at thousands of calls a second it pays to gather; below that nobody waits.
 */
export class CommitPace {
  #windowStart = 0
  #settled = 0
  #spacingMs = 0
  #lastCommit = 0
  readonly #machine: Pick<Machine, 'now' | 'sleep'>

  constructor(machine: Pick<Machine, 'now' | 'sleep'> = realMachine) {
    this.#machine = machine
  }

  /** Counts what a batch settled. */
  committed(settled: number): void {
    const now = this.#machine.now()
    this.#lastCommit = now
    this.#settled += settled
    const elapsed = now - this.#windowStart
    if (elapsed < windowMs) return
    // After a pause the window says nothing of now.
    const perSecond = elapsed < 2 * windowMs ? (this.#settled * 1000) / elapsed : 0
    this.#spacingMs = paces.find((pace) => perSecond >= pace.perSecond)?.spacingMs ?? 0
    this.#windowStart = now
    this.#settled = 0
  }

  /** Undefined when the next commit may start at once. */
  pause(): Promise<void> | undefined {
    const left = this.#spacingMs === 0 ? 0 : this.#lastCommit + this.#spacingMs - this.#machine.now()
    return left > 0 ? this.#machine.sleep(left) : undefined
  }
}
