import type { JsonObject } from '@switchyard/wire'
import type { DeploymentConfig, PriceTier } from './config/config.ts'

const picoPerUsd = 1e12

const dollars = (prices: Readonly<Record<string, number>>): JsonObject =>
  Object.fromEntries(Object.entries(prices).map(([name, pico]) => [name, pico / picoPerUsd]))

const tierOf = ({ fromTokens, toTokens, perUnitPico }: PriceTier): JsonObject => ({
  range: [fromTokens, toTokens],
  ...dollars(perUnitPico),
})

/** What the operator says of a model's prices, limits and abilities, in the flat keys that the catalog's importer reads. */
export function overridesOf({ prices, info }: DeploymentConfig): JsonObject {
  const { mode, maxTokens, maxInputTokens, maxOutputTokens, supports } = info
  return {
    ...dollars(prices.perUnitPico),
    ...prices.factors,
    ...(Object.keys(prices.searchContextPico).length === 0
      ? {}
      : { search_context_cost_per_query: dollars(prices.searchContextPico) }),
    ...(prices.tiers.length === 0 ? {} : { tiered_pricing: prices.tiers.map(tierOf) }),
    ...(mode === undefined ? {} : { mode }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(maxInputTokens === undefined ? {} : { max_input_tokens: maxInputTokens }),
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: maxOutputTokens }),
    ...Object.fromEntries(Object.entries(supports).map(([word, value]) => [`supports_${word}`, value])),
  }
}
