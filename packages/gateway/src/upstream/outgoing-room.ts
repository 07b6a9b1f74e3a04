import { overloadedType } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import { connectionShares } from '../descriptors.ts'

/**
 * The places of connections to providers. They are counted, because without a descriptor Bun says that the provider refused
 * the connection (1.4.5, 2026-11-22), and because files need some too.
 */
export class OutgoingRoom {
  readonly #most: number
  #taken = 0
  #closeIdle: () => void = () => undefined

  constructor(most: number) {
    this.#most = most
  }

  /** Who keeps idle connections closes them when a place is needed. */
  onFull(closeIdle: () => void): void {
    this.#closeIdle = closeIdle
  }

  /** Takes a place, from the first packet on; answers how to leave it. Throws when there is none. */
  enter(): () => void {
    if (this.#taken >= this.#most) this.#closeIdle()
    if (this.#taken >= this.#most) throw noPlace()
    this.#taken++
    let isIn = true
    return () => {
      if (isIn) this.#taken--
      isIn = false
    }
  }
}

/** Of this process. */
export const outgoingRoom = new OutgoingRoom(connectionShares.upstream)

export const noPlace = (): Error =>
  fail('unavailable', 'This gateway can open no further connection to a provider now. Try again in a moment.', {
    type: overloadedType,
    code: 'too_many_open_files',
    retryAfterMs: 1000,
  })
