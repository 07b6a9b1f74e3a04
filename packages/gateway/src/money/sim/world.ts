import { drainMicrotasks } from 'bun:jsc'
import type { Random } from './random.ts'

/** A simulated process: what it has begun ends with it. */
export class Process {
  readonly name: string
  isAlive = true
  /** The operating system does not run it before. */
  stoppedUntil = 0
  constructor(name: string) {
    this.name = name
  }
}

interface Happening {
  readonly at: number
  readonly order: number
  readonly process: Process
  readonly run: () => void
}

/**
 * Time and chance. Whatever waits (for a disk, the store, a timer) waits for a happening; one happens at a time, and all
 * that follows from it without waiting is done before the next.
 */
export class World {
  readonly random: Random
  /** Milliseconds since the beginning, of the clock that does not jump. */
  now = 0
  /** Undefined: nobody reads along. */
  readonly trace: string[] | undefined
  /** The first law that was broken, and how. */
  violation: string | undefined
  #happenings: Happening[] = []
  #order = 0
  #wallOffset = 0
  readonly #wallStart: number
  readonly #wallSpeed: number
  constructor(random: Random, options: { readonly wallStart: number; readonly wallSpeed: number; readonly isTraced: boolean }) {
    this.random = random
    this.#wallStart = options.wallStart
    this.#wallSpeed = options.wallSpeed
    this.trace = options.isTraced ? [] : undefined
  }

  /** Unix milliseconds, as the operator set them. */
  readonly wall = (): number => Math.floor(this.#wallStart + this.now * this.#wallSpeed + this.#wallOffset)

  /** Milliseconds since the beginning, at the speed of the wall clock. */
  get elapsed(): number {
    return this.now * this.#wallSpeed
  }

  jump(ms: number): void {
    this.#wallOffset += ms
  }

  note(who: string, what: string): void {
    this.trace?.push(`${this.now.toFixed(2).padStart(10)} ${who.padEnd(8)} ${what}`)
  }

  violate(law: string): void {
    if (this.violation !== undefined) return
    this.note('LAW', law)
    this.violation = law
  }

  /** How long a disk or a store takes: mostly nothing, now and then so long that everything else overtakes it. */
  latency(): number {
    const { random } = this
    const luck = random.next()
    if (luck < 0.85) return random.next()
    if (luck < 0.97) return random.next() * 20
    return luck < 0.995 ? random.next() * 300 : random.next() * 3000
  }

  after(process: Process, ms: number, run: () => void): void {
    this.#push({ at: this.now + ms, order: this.#order++, process, run })
  }

  /** Never resolves in a process that is dead by then. */
  wait(process: Process, ms: number): Promise<void> {
    return new Promise((resolve) => this.after(process, ms, resolve))
  }

  /** Goes on until this answers true or the time is over; answers whether it was true. */
  run(isOver: () => boolean, maxMs: number): boolean {
    const end = this.now + maxMs
    while (this.violation === undefined) {
      if (isOver()) return true
      const next = this.#pop()
      if (next === undefined) return false
      if (next.at > end) {
        this.#push(next)
        this.now = end
        return false
      }
      this.now = Math.max(this.now, next.at)
      if (!next.process.isAlive) continue
      if (next.process.stoppedUntil > this.now) {
        this.#push({ ...next, at: next.process.stoppedUntil })
        continue
      }
      next.run()
      drainMicrotasks()
    }
    return false
  }

  #push(happening: Happening): void {
    const heap = this.#happenings
    let place = heap.length
    heap.push(happening)
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !isBefore(happening, above)) break
      heap[place] = above
      place = parent
    }
    heap[place] = happening
  }

  #pop(): Happening | undefined {
    const heap = this.#happenings
    const [first] = heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      let below = heap[child]
      const right = heap[child + 1]
      if (below !== undefined && right !== undefined && isBefore(right, below)) {
        child += 1
        below = right
      }
      if (below === undefined || !isBefore(below, last)) break
      heap[place] = below
      place = child
    }
    heap[place] = last
    return first
  }
}

const isBefore = (a: Happening, b: Happening): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
