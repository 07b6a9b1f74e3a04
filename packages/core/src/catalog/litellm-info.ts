import { compact, type JsonObject } from '@switchyard/wire'
import type { ModelFacts } from './facts.ts'
import { echoed, tokenKeys, unitKeys, upliftKeys } from './litellm-prices.ts'
import { flattenPrices, parsePriceKey, type Prices } from './prices.ts'

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
  return unit === undefined ? undefined : [`${unit.key}${step}${tier === undefined ? '' : `_${tier}`}`, usd(pico * unit.per)]
}

function searchPrices(flat: Readonly<Record<string, number>>): JsonObject {
  const all = flat['web-search']
  const sizes = (['low', 'medium', 'high'] as const).flatMap((size) => {
    const price = flat[`web-search@${size}`] ?? all
    return price === undefined ? [] : [[`search_context_size_${size}`, usd(price)] as const]
  })
  return sizes.length === 0 ? {} : { search_context_cost_per_query: Object.fromEntries(sizes) }
}

/** Words of LiteLLM's price map that its `get_model_info` leaves out (1.106.2, recorded 2026-11-22). `supports` answers for all. */
const untold: ReadonlySet<string> = new Set([
  'supports_bedrock_converse_tool_result_images',
  'supports_bedrock_native_structured_output',
  'supports_bedrock_runtime_chat_completions_inline_reasoning',
  'supports_bedrock_runtime_chat_completions_response_format',
  'supports_bedrock_runtime_chat_completions_tools_with_reasoning',
  'supports_fast_mode',
  'supports_forced_tool_use',
  'supports_image_input',
  'supports_multimodal',
  'supports_nova_canvas_image_edit',
  'supports_output_config',
  'supports_parallel_tool_use_config',
  'supports_sampling_params',
  'supports_speed',
  'input_cost_per_audio_token_priority',
])

/** A list with a factor for Europe says how much a region costs more; one without, how much a wish of the request does. */
function upliftsOf({ uplifts = {} }: Prices): JsonObject {
  const { us, fast } = uplifts
  const wishes = compact({ us: factor(us), fast: factor(fast) })
  if (uplifts['eu'] === undefined && Object.keys(wishes).length > 0) return { provider_specific_entry: wishes }
  return Object.fromEntries(Object.entries(upliftKeys).map(([key, name]) => [key, factor(uplifts[name])]))
}

/** Facts of a model in the flat keys of LiteLLM's `get_model_info`: prices in USD a unit, limits, `supports_*`. */
export function litellmInfoOf(facts: ModelFacts): JsonObject {
  const listed = flattenPrices(facts.prices)
  const flat = { ...Object.fromEntries((facts.echoes ?? []).map((key) => [key, listed[echoed(key)] ?? 0])), ...listed }
  const prices = Object.entries(flat).flatMap(([key, pico]) => {
    const price = litellmPrice(key, pico)
    return price === undefined ? [] : [price]
  })
  const info = compact({
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
    reasoning_effort_levels: facts.reasoningLevels,
    default_reasoning_effort: facts.defaultReasoningEffort,
    ...(facts.supportedEndpoints.length === 0 ? {} : { supported_endpoints: facts.supportedEndpoints }),
    ...Object.fromEntries([...facts.lacks].map((word) => [`supports_${word}`, false])),
    ...Object.fromEntries([...facts.supports].map((word) => [`supports_${word}`, true])),
    ...Object.fromEntries(prices),
    ...upliftsOf(facts.prices),
    ...searchPrices(flat),
  })
  return Object.fromEntries(Object.entries(info).filter(([name]) => !untold.has(name)))
}

const factor = (thousandths: number | undefined): number | undefined =>
  thousandths === undefined ? undefined : thousandths / 1000
