/** A seeded generator (mulberry32): a property test that fails, fails again. */
export class Random {
  #state: number
  constructor(seed: number) {
    this.#state = seed
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 up to, and without, `below`. */
  below(below: number): number {
    return Math.floor(this.next() * below)
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0]
  }

  /** The bytes cut at random places, empty pieces included. */
  pieces(bytes: Uint8Array, most: number): Uint8Array[] {
    const cuts = Array.from({ length: this.below(most) }, () => this.below(bytes.length + 1)).toSorted((a, b) => a - b)
    const ends = [...cuts, bytes.length]
    return ends.map((end, index) => bytes.slice(index === 0 ? 0 : ends[index - 1], end))
  }
}
