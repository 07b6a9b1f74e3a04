import type { CallHost, Outcome, Reservation } from '@switchyard/core'
import type { NanoUsd } from '@switchyard/wire'

/** Sees what becomes of a call's attempts. */
export class ChargeWatch {
  readonly #attempts: Promise<void>[] = []
  #isCharged = false

  /** The host, watched. */
  readonly watch = (host: CallHost): CallHost => ({
    hasRoom: (deployment) => host.hasRoom(deployment),
    toldAs: (error) => host.toldAs?.(error) ?? error,
    reserve: async (bound) => this.#watched(await host.reserve(bound)),
  })

  /** Waits for the attempts that were begun: was any of them charged, or answered for nothing? */
  async wasCharged(): Promise<boolean> {
    await Promise.all(this.#attempts)
    return this.#isCharged
  }

  #watched(reservation: Reservation): Reservation {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#attempts.push(promise)
    const settle = async (outcome: Outcome): Promise<NanoUsd> => {
      // What cannot be settled may have been charged.
      let isCharged = true
      try {
        const cost = await reservation.settle(outcome)
        isCharged = cost > 0 || outcome.status === 'success'
        return cost
      } finally {
        this.#isCharged ||= isCharged
        resolve()
      }
    }
    return { ...reservation, settle }
  }
}
