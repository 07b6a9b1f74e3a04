/** Says whether it is time to speak of a thing again: once in an interval, of so many things. Memory is bounded. */
export class Seldom {
  readonly #intervalMs: number
  readonly #capacity: number
  readonly #spokenMs = new Map<string, number>()

  constructor(intervalMs: number, capacity = 1000) {
    this.#intervalMs = intervalMs
    this.#capacity = capacity
  }

  isTime(thing: string, nowMs: number = performance.now()): boolean {
    const last = this.#spokenMs.get(thing)
    if (last !== undefined && nowMs - last < this.#intervalMs) return false
    if (this.#spokenMs.size >= this.#capacity) this.#spokenMs.clear()
    this.#spokenMs.set(thing, nowMs)
    return true
  }
}
