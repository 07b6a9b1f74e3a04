const slots = 4096
const windowMs = 60_000

/**
 * Counts the unknown keys of each source address within a minute. A table of fixed size: two sources that share a slot share its
 * count, which costs neither a valid key, because only unknown ones are counted and refused (reliability facts §5.4).
 */
export class WrongKeys {
  readonly #counts = new Uint32Array(slots)
  /** Nobody outside can choose addresses that meet in one slot. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32)
  readonly #now: () => number
  #sinceMs: number

  /** `now`: milliseconds of a clock that does not jump. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#sinceMs = now()
  }

  /** Counts one. Answers how long the source has to wait when that was one too many. */
  add(ip: string | null, limit: number): number | undefined {
    if (limit === 0) return undefined
    const now = this.#now()
    if (now - this.#sinceMs >= windowMs) {
      this.#counts.fill(0)
      this.#sinceMs = now
    }
    const slot = this.#slotOf(sourceOf(ip ?? ''))
    const count = (this.#counts[slot] ?? 0) + 1
    this.#counts[slot] = count
    return count > limit ? this.#sinceMs + windowMs - now : undefined
  }

  /** FNV-1a. */
  #slotOf(text: string): number {
    let hash = this.#seed
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619)
    return (hash >>> 0) % slots
  }
}

/** Of IPv6 the first 64 bits: whoever has one address of such a network has all of them. */
function sourceOf(ip: string): string {
  const plain = ip.startsWith('::ffff:') ? ip.slice(7) : ip
  if (!plain.includes(':')) return plain
  const groups = plain.split(':').slice(0, 4)
  const gap = groups.indexOf('')
  return groups.slice(0, gap < 0 ? groups.length : gap).join(':')
}
