import type { Gauge } from './gauge.ts'
import { growthOf, lowsOf, trendOf, type Point, type Trend } from './trend.ts'
import type { VitalSigns } from './vitals.ts'

/** A limit, and what a run says of it. `open`: so short a run, or its noise, hides on which side it is. */
export interface Bar {
  readonly name: string
  readonly value: number
  readonly limit: number
  readonly unit: string
  readonly verdict: 'met' | 'missed' | 'open'
  readonly note: string
}

const growthLimit = 1
const lagLimitMs = 50
/** A journal's segment more or less, a connection of the store. */
const filesLimit = 3
/** Connections come and go with the load. */
const socketsLimit = 12
const stretchMs = 10_000
/** Code is compiled and caches fill for minutes: of less than this nothing can be said about growth. */
const leastMsForGrowth = 600_000

/** What one server process must keep within, after the warm-up. */
export function serverBars(gauge: Gauge, vitals: readonly VitalSigns[], fromMs: number): readonly Bar[] {
  const later = (points: readonly Point[]): readonly Point[] => points.filter(({ atMs }) => atMs >= fromMs)
  const lows = (points: readonly Point[]): readonly Point[] => lowsOf(later(points), stretchMs)
  const own = vitals.filter(({ pid }) => pid === gauge.pid)
  const heap = own.map(({ time, heapMb }) => ({ atMs: time, value: heapMb }))
  return [
    slopeBar('RSS', lows(gauge.rssMb), 'lowest of each 10 s'),
    slopeBar('live JS heap', heap, 'after a collection each minute'),
    countBar('descriptors of files', growthOf(lows(gauge.files)), filesLimit),
    countBar('descriptors of sockets', growthOf(lows(gauge.sockets)), socketsLimit),
    lagBar(own.at(-1)),
  ]
}

function slopeBar(what: string, points: readonly Point[], how: string): Bar {
  const trend = trendOf(points)
  const { perHour, uncertainty } = trend
  const isShort = (points.at(-1)?.atMs ?? 0) - (points[0]?.atMs ?? 0) < leastMsForGrowth
  const note = `± ${uncertainty.toFixed(1)}, ${points.length} points, ${how}${isShort ? '; too short a run to tell' : ''}`
  const verdict = isShort ? 'open' : sideOf(trend)
  return { name: `growth of ${what}`, value: perHour, limit: growthLimit, unit: 'MiB/h', verdict, note }
}

function sideOf({ perHour, uncertainty }: Trend): Bar['verdict'] {
  if (perHour + uncertainty <= growthLimit) return 'met'
  return perHour - uncertainty > growthLimit ? 'missed' : 'open'
}

const countBar = (what: string, value: number, limit: number): Bar => ({
  name: `growth of ${what}`,
  value,
  limit,
  unit: '',
  verdict: value <= limit ? 'met' : 'missed',
  note: 'last third against first, lowest of each 10 s',
})

function lagBar(last: VitalSigns | undefined): Bar {
  const value = last?.loopP999Ms ?? Number.NaN
  const note = `worst ${last?.loopMaxMs.toFixed(0)} ms, since the warm-up`
  const verdict = value <= lagLimitMs ? 'met' : 'missed'
  return { name: 'event-loop lag P99.9', value, limit: lagLimitMs, unit: 'ms', verdict, note }
}

/** What must not happen at all. */
export const zeroBar = (name: string, value: number, note = ''): Bar => ({
  name,
  value,
  limit: 0,
  unit: '',
  verdict: value === 0 ? 'met' : 'missed',
  note,
})
