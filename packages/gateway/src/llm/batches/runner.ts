import { setTimeout as sleep } from 'node:timers/promises'
import type { Gateway } from '../../gateway.ts'
import { BatchBook } from './book.ts'
import { runBatch } from './run-batch.ts'

const lookMs = 500
const sweepMs = 60_000
const restMs = 5000
/** Batches that one worker works on side by side, and those that it only waits for. */
const mostBatches = 4
const mostWaiting = 1000

/** Works on the batches that no other worker has, and tidies up what has had its time. */
export class BatchRunner {
  readonly #gateway: Gateway
  readonly #worker: string
  readonly #running = new Set<Promise<void>>()
  #waiting = 0
  readonly #leaving = new AbortController()
  readonly #cut = new AbortController()
  readonly #timers: readonly NodeJS.Timeout[]
  #isLooking = false

  constructor(gateway: Gateway) {
    this.#gateway = gateway
    this.#worker = gateway.money.worker
    this.#timers = [
      setInterval(() => void this.#try('look for batches', () => this.#look()), lookMs).unref(),
      setInterval(() => void this.#try('tidy up files and batches', () => this.#sweep()), sweepMs).unref(),
    ]
  }

  /** Begins no row any more; resolves when those that run are done. */
  async leave(): Promise<void> {
    this.#leaving.abort()
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.all(this.#running)
  }

  /** Cuts off what still runs, and gives the batches to whoever comes next. */
  async end(): Promise<void> {
    this.#cut.abort()
    await this.leave()
    // Whoever goes on must find in the ledger what was done here.
    await this.#gateway.money.ship()
    await this.#gateway.store.batches.release(this.#worker)
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#leaving.signal.aborted) return
    this.#isLooking = true
    try {
      while (this.#running.size - this.#waiting < mostBatches && this.#waiting < mostWaiting) {
        const stored = await this.#gateway.store.batches.claim(this.#worker)
        if (stored === undefined) return
        const parts = { gateway: this.#gateway, worker: this.#worker, stored }
        const book = new BatchBook({ ...parts, leaving: this.#leaving.signal, cut: this.#cut.signal })
        const work: Promise<void> = this.#work(book).finally(() => this.#running.delete(work))
        this.#running.add(work)
      }
    } finally {
      this.#isLooking = false
    }
  }

  /** What could not be done (the disk is full, the store away) is tried again, here or elsewhere. */
  async #work(book: BatchBook): Promise<void> {
    const { id } = book
    let waits = 0
    const isDone = await this.#try(`run batch ${id}`, () =>
      runBatch(book, () => {
        waits = 1
        this.#waiting++
      }),
    )
    this.#waiting -= waits
    if (isDone) return
    await sleep(restMs, undefined, { signal: this.#leaving.signal }).catch(() => undefined)
    await this.#try(`give back batch ${id}`, async () => {
      await this.#gateway.money.ship()
      await this.#gateway.store.batches.release(this.#worker, id)
    })
  }

  async #sweep(): Promise<void> {
    const now = Date.now()
    await this.#gateway.shelf.sweep(now)
    await this.#gateway.store.batches.prune(now)
  }

  async #try(task: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      this.#gateway.log.error(`could not ${task}`, { error })
      return false
    }
  }
}
