import { compact, type JsonObject } from '@switchyard/wire'
import type { ModelFacts } from './facts.ts'
import { tokenKeys, unitKeys, upliftKeys } from './litellm-prices.ts'
import { flattenPrices, parsePriceKey } from './prices.ts'

const usd = (pico: number): number => Number((pico / 1e12).toPrecision(12))

const keyOfRate = new Map<string, string>(
  Object.entries(tokenKeys)
    .map(([key, rate]) => [rate, key] as const)
    .toReversed(),
)
const keyOfUnit = new Map(Object.entries(unitKeys).map(([key, [unit, per]]) => [unit, { key, per }] as const))
const tierWord = (tier: string): string => (tier === 'batch' ? 'batches' : tier)

/** One of our flat price keys with its price in LiteLLM's words; undefined where LiteLLM has none. */
function litellmPrice(flatKey: string, pico: number): readonly [key: string, usd: number] | undefined {
  const { name, above, tier } = parsePriceKey(flatKey)
  const step = above === undefined ? '' : `_above_${above / 1000}k_tokens`
  const rate = keyOfRate.get(name)
  if (rate !== undefined)
    return tier === 'off-peak' ? undefined : [`${rate}${step}${tier === undefined ? '' : `_${tierWord(tier)}`}`, usd(pico)]
  const unit = keyOfUnit.get(name)
  return unit === undefined ? undefined : [`${unit.key}${tier === undefined ? '' : `_${tier}`}`, usd(pico * unit.per)]
}

function searchPrices(flat: Readonly<Record<string, number>>): JsonObject {
  const all = flat['web-search']
  const sizes = (['low', 'medium', 'high'] as const).flatMap((size) => {
    const price = flat[`web-search@${size}`] ?? all
    return price === undefined ? [] : [[`search_context_size_${size}`, usd(price)] as const]
  })
  return sizes.length === 0 ? {} : { search_context_cost_per_query: Object.fromEntries(sizes) }
}

/** Facts of a model in the flat keys of LiteLLM's `get_model_info`: prices in USD a unit, limits, `supports_*`. */
export function litellmInfoOf(facts: ModelFacts): JsonObject {
  const { prices } = facts
  const flat = flattenPrices(prices)
  const listed = Object.entries(flat).flatMap(([key, pico]) => {
    const price = litellmPrice(key, pico)
    return price === undefined ? [] : [price]
  })
  const uplifts = Object.entries(upliftKeys).map(([key, name]) => [key, factor(prices.uplifts?.[name])] as const)
  return compact({
    key: facts.id,
    litellm_provider: facts.group ?? facts.provider,
    mode: facts.mode,
    max_tokens: facts.maxTokens ?? facts.maxOutput,
    max_input_tokens: facts.maxInput,
    max_output_tokens: facts.maxOutput,
    prompt_cache_min_tokens: facts.cacheMin,
    output_vector_size: facts.vectorSize,
    rpm: facts.requestsPerMinute,
    tpm: facts.tokensPerMinute,
    deprecation_date: facts.deprecated,
    source: facts.source,
    reasoning_effort_levels: facts.reasoningLevels,
    default_reasoning_effort: facts.defaultReasoningEffort,
    ...(facts.supportedEndpoints.length === 0 ? {} : { supported_endpoints: facts.supportedEndpoints }),
    ...Object.fromEntries([...facts.lacks].map((word) => [`supports_${word}`, false])),
    ...Object.fromEntries([...facts.supports].map((word) => [`supports_${word}`, true])),
    ...Object.fromEntries(listed),
    ...Object.fromEntries(uplifts),
    ...searchPrices(flat),
  })
}

const factor = (thousandths: number | undefined): number | undefined =>
  thousandths === undefined ? undefined : thousandths / 1000
