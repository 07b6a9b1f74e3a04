import type { KeyName, SoakCall } from './calls.ts'
import { judge, priceOf, type Verdict } from './judge.ts'
import type { Received } from './send.ts'

type Kind = Verdict['kind']
type Counts = Record<Kind, number>

export interface Span {
  readonly startedMs: number
  readonly endedMs: number
}

const none = (): Counts => ({ answered: 0, failed: 0, refused: 0, left: 0, wrong: 0 })
const shownWrongs = 20

/** What became of the calls of a run. */
export class Tally {
  readonly total = none()
  /** Since the last minute was told. */
  #minute = none()
  #latenciesMs: number[] = []
  /** The first of the wrong ones. */
  readonly wrongs: string[] = []
  readonly refusedByKey = new Map<KeyName, number>()
  /** What the answered calls of the key `exact` cost, by the provider's figures. */
  exactNano = 0
  /** The calls that passed the limit of the key `rated`. */
  readonly rated: Span[] = []

  add(call: SoakCall, reply: Received): void {
    const verdict = judge(call, reply)
    this.#count(verdict.kind)
    if (verdict.kind === 'wrong') this.#keepWrong(verdict.why)
    if (verdict.kind === 'refused') this.refusedByKey.set(call.key, (this.refusedByKey.get(call.key) ?? 0) + 1)
    if (verdict.kind === 'answered' && call.mannerName === 'usual' && call.reading.how === 'whole')
      this.#latenciesMs.push(reply.endedMs - reply.startedMs)
    if (call.key === 'exact' && verdict.kind === 'answered') this.exactNano += priceOf(call)
    if (call.key === 'rated' && verdict.kind !== 'refused' && verdict.kind !== 'left') this.rated.push(reply)
  }

  /** A call without any reply. */
  broke(call: SoakCall, error: unknown): void {
    this.#count('wrong')
    this.#keepWrong(`call ${call.number} (${call.mannerName}) had no reply: ${String(error)}`)
  }

  /** The counts since this was asked last, and the latencies of the usual calls. */
  takeMinute(): { readonly counts: Counts; readonly latenciesMs: readonly number[] } {
    const minute = { counts: this.#minute, latenciesMs: this.#latenciesMs }
    this.#minute = none()
    this.#latenciesMs = []
    return minute
  }

  #count(kind: Kind): void {
    this.total[kind]++
    this.#minute[kind]++
  }

  #keepWrong(why: string): void {
    if (this.wrongs.length < shownWrongs) this.wrongs.push(why)
  }
}

/**
 * By how many calls the busiest minute exceeded the limit. A call counts where its client began and ended it within that minute,
 * so that this is never more than what the gateway admitted.
 */
export function excessOf(spans: readonly Span[], limit: number): number {
  const byEnd = spans.toSorted((a, b) => a.endedMs - b.endedMs)
  let excess = 0
  for (const { startedMs } of spans) {
    const within = byEnd.filter((span) => span.startedMs >= startedMs && span.endedMs <= startedMs + 60_000)
    excess = Math.max(excess, within.length - limit)
  }
  return excess
}
