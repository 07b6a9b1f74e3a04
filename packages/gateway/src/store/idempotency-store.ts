/** A call under the name that its client gave it. Names are their owner's and their route's own. Times are Unix milliseconds. */
export interface CallClaim {
  /** The id of a key, or `master`. */
  readonly owner: string
  readonly route: string
  readonly name: string
  /** Of all that the request asks for. */
  readonly fingerprint: string
  readonly callId: string
  /** Who runs the call. */
  readonly worker: string
  readonly expiresAt: number
}

export interface KeptAnswer {
  readonly contentType: string
  readonly body: Uint8Array
}

/** The call that has the name already. `over`: it was charged or has succeeded, but there is no answer to repeat. */
export type EarlierCall = Pick<CallClaim, 'callId' | 'fingerprint'> &
  ({ readonly state: 'running' | 'over' } | { readonly state: 'answered'; readonly answer: KeptAnswer })

export interface IdempotencyStore {
  /**
   * Undefined for exactly one of those who claim a name at once. What a worker ran that was wound up since then is free again,
   * unless the ledger says that it was charged or has succeeded.
   */
  claim(claim: CallClaim, now: number): Promise<EarlierCall | undefined>
  /** The call is over, and its name stays taken. */
  finish(claim: CallClaim, answer: KeptAnswer | undefined): Promise<void>
  /** The call came to nothing: the next one of this name is a real one. */
  free(claim: CallClaim): Promise<void>
  /** Deletes some of the expired ones; answers how many. */
  prune(now: number): Promise<number>
}
