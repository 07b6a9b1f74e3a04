import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Log } from './log.ts'

const resolutionMs = 10
const nanosPerMs = 1_000_000

type Delays = ReturnType<typeof monitorEventLoopDelay>

/**
 * What `kill -USR2` asks of a worker: its memory, and how late its event loop came since it was asked first. Until then nothing
 * is measured. A process that was started with `--expose-gc` tells its memory after a collection.
 */
export class Vitals {
  readonly #log: Log
  #delays: Delays | undefined

  constructor(log: Log) {
    this.#log = log
  }

  /** Answers by one line in the log. */
  tell(): void {
    const delays = (this.#delays ??= startDelays())
    const late = (share: number): number => delays.percentile(share) / nanosPerMs
    const loopDelayMs = { p50: late(50), p99: late(99), p999: late(99.9), max: delays.max / nanosPerMs }
    globalThis.gc?.()
    const { rss, heapUsed, external } = process.memoryUsage()
    this.#log.info('vitals', { pid: process.pid, rss, heapUsed, external, loopDelayMs, loopSamples: delays.count })
  }
}

function startDelays(): Delays {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs })
  delays.enable()
  return delays
}
