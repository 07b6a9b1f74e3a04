import type { Catalog, Dialects, FactsOf, Measured, MeasuredOperation, ModelFacts, Provider } from '@switchyard/core'
import type { ProviderTable } from '@switchyard/providers'
import type { NanoUsd, Usage } from '@switchyard/wire'

/** What is known of models, and what follows from it for a call. */
export interface Knowledge extends Pick<Catalog, 'get' | 'find' | 'providerOf'> {
  readonly factsFor: (of: FactsOf) => { readonly facts?: ModelFacts }
  /** Undefined for a model without a price. */
  readonly priceOf: (facts: ModelFacts, usage: Usage) => NanoUsd | undefined
}

export type Measurements = (operation: MeasuredOperation) => Measured

/** What an SDK is made of. The package's functions have all there is; `createSwitchyard` takes what it is given. */
export interface Parts {
  readonly dialects: Dialects
  /** What is known of operations besides chats, completions and embeddings. */
  readonly operations?: Measurements
  /** Loaded with the first call, as the catalog is: importing the package costs little. */
  readonly providers: () => Promise<ProviderTable>
  readonly catalog: () => Promise<Knowledge>
}

/** What a call is planned with. */
export interface Known extends Knowledge {
  readonly providers: ProviderTable
}

export async function knownOf({ providers, catalog }: Parts): Promise<Known> {
  const [table, knowledge] = await Promise.all([providers(), catalog()])
  return { ...knowledge, providers: table }
}

/** A provider with the protocols that its own endpoints speak, besides OpenAI's chat. */
export interface ProviderPart {
  readonly provider: Provider
  readonly protocols?: Dialects['protocols']
}

const nothing: Knowledge = {
  get: () => undefined,
  find: () => undefined,
  providerOf: () => undefined,
  factsFor: () => ({}),
  priceOf: () => undefined,
}

/** Names are written as `provider/model` then, limits are not known, and calls have no price. */
export const noCatalog = (): Promise<Knowledge> => Promise.resolve(nothing)
