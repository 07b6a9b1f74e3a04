interface Target {
  readonly url: string
  readonly key: string
  readonly body: string
  readonly seconds: number
  /** Bytes of the first content of a stream: the time until they come is taken too. */
  readonly firstMark?: string
  /** What is sent in the first seconds of an open plan is not counted. */
  readonly uncountedSeconds?: number
  /** A reply that took longer counts as late. */
  readonly deadlineMs?: number
}

export type LoadPlan = Target &
  ({ readonly mode: 'open'; readonly rate: number } | { readonly mode: 'closed'; readonly clients: number })

export interface LoadResult {
  readonly requests: number
  readonly failures: number
  /** Failures that were a 503: the gateway had enough to do. */
  readonly refused: number
  readonly late: number
  readonly seconds: number
  /** From the planned start to the last byte, in the order of arrival. */
  readonly latenciesMs: readonly number[]
  /** From the planned start to the first content, where the plan names its mark. */
  readonly firstMs: readonly number[]
}
