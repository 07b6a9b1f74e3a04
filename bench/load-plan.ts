interface Target {
  readonly url: string
  readonly key: string
  readonly body: string
  readonly seconds: number
}

export type LoadPlan = Target &
  ({ readonly mode: 'open'; readonly rate: number } | { readonly mode: 'closed'; readonly clients: number })

export interface LoadResult {
  readonly requests: number
  readonly failures: number
  readonly seconds: number
  /** From the planned start to the last byte, in the order of arrival. */
  readonly latenciesMs: readonly number[]
}
