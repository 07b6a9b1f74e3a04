import type { Change, ChangeSource } from './store.ts'

/** `undefined` tells that changes were missed: whatever was cached may be stale. */
type Listener = (changes: readonly Change[] | undefined) => void

/**
 * Tells what other processes (and this one) changed. It polls while anybody listens; engines with a notify channel call
 * `poll` besides.
 */
export class ChangeFeed {
  readonly #source: ChangeSource
  readonly #everyMs: number
  readonly #listeners = new Set<Listener>()
  #revision = -1
  #timer: NodeJS.Timeout | undefined
  #polling: Promise<void> | undefined
  #syncedAt = performance.now()
  constructor(source: ChangeSource, everyMs: number) {
    this.#source = source
    this.#everyMs = everyMs
  }

  /** How long ago the store last answered: what is cached may be that old. */
  get staleMs(): number {
    return this.#listeners.size === 0 ? 0 : performance.now() - this.#syncedAt
  }

  /** The listener hears of all that is changed after the promise resolved. */
  async subscribe(listener: Listener): Promise<() => void> {
    if (this.#revision < 0) this.#revision = await this.#source.revision()
    if (this.#listeners.size === 0) this.#syncedAt = performance.now()
    this.#listeners.add(listener)
    this.#timer ??= setInterval(() => void this.poll(), this.#everyMs).unref()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.close()
    }
  }

  publish(change: Change): Promise<void> {
    return this.#source.publish(change)
  }

  poll(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined
    })
    return this.#polling
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #poll(): Promise<void> {
    let news
    try {
      news = await this.#source.since(this.#revision)
    } catch {
      // The store is away. `staleMs` grows, and whoever caches looks at it.
      return
    }
    this.#syncedAt = performance.now()
    this.#revision = news.revision
    if (news.changes?.length === 0) return
    for (const listener of this.#listeners) listener(news.changes)
  }
}
