/** `switchyard/catalog`: prices, limits and abilities, for programs of `switchyard/core`. */
export { loadCatalog } from './knowledge.ts'
export { Lookups, type CompletionCost, type CostOf, type ModelInfo, type ModelName } from './lookups.ts'
export type { SupportedParamsOf } from './supported-params.ts'
export { tokenCounter, type TokenCount } from './token-counter.ts'
