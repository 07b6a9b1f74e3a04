import type { JsonObject } from '@switchyard/wire'
import { withOverrides, type Catalog, type ModelFacts } from './catalog/index.ts'
import type { Provider } from './contracts.ts'

export interface FactsOf {
  readonly provider: Provider
  /** As the deployment names it. Marks before it (`responses/…`) decide where it is asked, so the name is kept. */
  readonly model: string
  /** The model whose prices and limits hold, where the name says nothing (an Azure deployment). */
  readonly baseModel?: string | undefined
  /** What the operator says, in LiteLLM's flat keys. */
  readonly overrides: JsonObject
}

/** What is known of a deployment's model: the catalog's facts, the provider's own, then the operator's word. */
export function factsFor(
  catalog: Pick<Catalog, 'asOf' | 'findSized'>,
  { provider, model, baseModel, overrides }: FactsOf,
): { readonly facts?: ModelFacts } {
  const found = catalog.findSized(provider.id, baseModel ?? model)
  const known = found === undefined ? undefined : { ...found, id: model }
  const changes = { ...provider.models?.[model], ...overrides }
  if (Object.keys(changes).length === 0) return known === undefined ? {} : { facts: known }
  return { facts: withOverrides(known ?? { id: model, provider: provider.id, asOf: catalog.asOf }, changes) }
}
