/** What holds until a moment: a token that was bought with a credential. */
export interface Lasting {
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

const renewBeforeMs = 120_000
/** What a call may take until its credential is looked at. */
const spareMs = 10_000

/** Bought things by their owner: calls side by side buy once, and anew shortly before the old one runs out. */
export class Bought<T extends Lasting> {
  readonly #running = new WeakMap<object, Promise<T>>()

  /** `owner` is what holds the credential (a deployment's parameters): another one's is never used for it. */
  async get(owner: object, now: () => number, buy: () => Promise<T>): Promise<T> {
    const running = this.#running.get(owner)
    const old = await running
    if (old !== undefined && old.expiresAt - renewBeforeMs > now()) return old
    // Another call may have begun to buy or to renew while this one waited.
    if (this.#running.get(owner) !== running) return this.get(owner, now, buy)
    const buying = buy().catch((error: unknown) => {
      // The old one holds a while longer, and who gives them out may be back by then.
      if (old !== undefined && old.expiresAt - spareMs > now()) return old
      throw error
    })
    this.#running.set(owner, buying)
    try {
      return await buying
    } catch (error) {
      if (this.#running.get(owner) === buying) this.#running.delete(owner)
      throw error
    }
  }
}
