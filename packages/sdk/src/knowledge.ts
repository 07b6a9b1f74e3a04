import { costOf, factsFor, isPriced, loadCatalog as loadFacts, type Catalog } from '@switchyard/core'
import type { Knowledge } from './parts.ts'

let loading: Promise<Knowledge> | undefined

/** The catalog and the arithmetic of its prices, loaded at first use. */
export function loadCatalog(): Promise<Knowledge> {
  loading ??= loadFacts().then(knowledgeOf)
  return loading
}

const knowledgeOf = (catalog: Catalog): Knowledge => ({
  get: (id) => catalog.get(id),
  find: (provider, model) => catalog.find(provider, model),
  providerOf: (model, isServed) => catalog.providerOf(model, isServed),
  factsFor: (of) => factsFor(catalog, of),
  priceOf: ({ prices }, usage) =>
    isPriced(prices) ? costOf(prices, usage, { nowMs: Date.now(), trustStated: true }).total : undefined,
})
