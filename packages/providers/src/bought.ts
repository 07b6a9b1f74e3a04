/** What holds until a moment: a token that was bought with a credential. */
export interface Lasting {
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

const renewBeforeMs = 120_000

/** Bought things by their owner: calls side by side buy once, and anew shortly before the old one runs out. */
export class Bought<T extends Lasting> {
  readonly #running = new WeakMap<object, Promise<T>>()

  /** `owner` is what holds the credential (a deployment's parameters): another one's is never used for it. */
  async get(owner: object, now: () => number, buy: () => Promise<T>): Promise<T> {
    const running = this.#running.get(owner)
    if (running !== undefined) {
      const old = await running
      if (old.expiresAt - renewBeforeMs > now()) return old
      // Another call may have begun to renew while this one waited.
      if (this.#running.get(owner) !== running) return this.get(owner, now, buy)
    }
    const buying = buy()
    this.#running.set(owner, buying)
    try {
      return await buying
    } catch (error) {
      if (this.#running.get(owner) === buying) this.#running.delete(owner)
      throw error
    }
  }
}
