/** How long a refusal is believed: providers begin to take a thing on any day. */
const rememberMs = 3_600_000
/** What is refused may be clients' text: it is bounded, the oldest goes first. */
const mostRemembered = 1000

/** What upstreams have refused by name, for an hour. */
export class Refusals {
  readonly #until = new Map<string, number>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  get isEmpty(): boolean {
    return this.#until.size === 0
  }

  has(key: string): boolean {
    const until = this.#until.get(key)
    return until !== undefined && until > this.#now()
  }

  add(key: string): void {
    this.#until.delete(key)
    const [oldest] = this.#until.keys()
    if (this.#until.size >= mostRemembered && oldest !== undefined) this.#until.delete(oldest)
    this.#until.set(key, this.#now() + rememberMs)
  }
}
