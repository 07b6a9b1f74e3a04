import { quantile } from '../../bench/report.ts'
import type { Gauge } from './gauge.ts'
import type { Tally } from './tally.ts'
import type { Point } from './trend.ts'
import type { VitalSigns } from './vitals.ts'

/** One line of the report: the counts of a minute, and the processes as they are at its end, all workers together. */
export interface Minute {
  readonly minute: number
  readonly answered: number
  readonly failed: number
  readonly refused: number
  readonly left: number
  readonly wrong: number
  readonly rssMb: number
  /** The least of the minute. */
  readonly rssLowMb: number
  readonly heapMb: number
  readonly files: number
  readonly sockets: number
  /** Since the warm-up. */
  readonly loopP999Ms: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly auditGap: number
}

interface MinuteFacts {
  readonly number: number
  readonly fromMs: number
  readonly gauges: readonly Gauge[]
  readonly vitals: readonly VitalSigns[]
  readonly done: ReturnType<Tally['takeMinute']>
  readonly auditGap: number
}

export function minuteOf({ number, fromMs, gauges, vitals, done, auditGap }: MinuteFacts): Minute {
  const last = gauges.flatMap(({ pid }) => vitals.findLast((one) => one.pid === pid) ?? [])
  const sumOf = (pick: (gauge: Gauge) => number): number => gauges.reduce((sum, gauge) => sum + pick(gauge), 0)
  return {
    minute: number,
    ...done.counts,
    rssMb: rounded(sumOf(({ rssMb }) => valueOf(rssMb))),
    rssLowMb: rounded(sumOf(({ rssMb }) => leastOf(rssMb, fromMs))),
    heapMb: rounded(last.reduce((sum, { heapMb }) => sum + heapMb, 0)),
    files: sumOf(({ files }) => valueOf(files)),
    sockets: sumOf(({ sockets }) => valueOf(sockets)),
    loopP999Ms: rounded(Math.max(0, ...last.map(({ loopP999Ms }) => loopP999Ms))),
    p50Ms: rounded(quantile(done.latenciesMs, 0.5)),
    p99Ms: rounded(quantile(done.latenciesMs, 0.99)),
    auditGap,
  }
}

const valueOf = (points: readonly Point[]): number => points.at(-1)?.value ?? 0

const leastOf = (points: readonly Point[], fromMs: number): number =>
  Math.min(...points.filter(({ atMs }) => atMs >= fromMs).map(({ value }) => value))

const rounded = (value: number): number => Math.round(value * 100) / 100
