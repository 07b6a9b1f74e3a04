import { fail, isObject, objectsOf } from '@switchyard/wire'
import type { JsonObject } from '@switchyard/wire'
import { readOffPeak } from './off-peak.ts'
import { own } from './own.ts'
import { priceKey } from './prices.ts'
import type { FlatPrices, OffPeakWindow, RateName } from './prices.ts'

/**
 * LiteLLM's flat price keys → our dimensions. Names and meanings: its price map of 1.106.2, recorded 2026-11-22.
 * A key is a base name plus suffixes for threshold, service tier and variant.
 */
export const tokenKeys: Readonly<Record<string, RateName>> = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cacheRead',
  input_cost_per_token_cache_hit: 'cacheRead',
  cache_creation_input_token_cost: 'cacheWrite',
  cache_creation_input_token_cost_above_1hr: 'cacheWrite1h',
  output_cost_per_reasoning_token: 'reasoning',
  input_cost_per_audio_token: 'inputAudio',
  output_cost_per_audio_token: 'outputAudio',
  input_cost_per_image_token: 'inputImage',
  output_cost_per_image_token: 'outputImage',
  input_cost_per_video_token: 'inputVideo',
  output_cost_per_video_token: 'outputVideo',
  cache_read_input_audio_token_cost: 'cacheReadAudio',
  cache_read_input_image_token_cost: 'cacheReadImage',
  cache_creation_input_audio_token_cost: 'cacheWriteAudio',
  explicit_cache_read_input_token_cost: 'explicitCacheRead',
  citation_cost_per_token: 'citation',
}

/** Base name → [our unit, how many units the stated price covers]. */
export const unitKeys: Readonly<Record<string, readonly [unit: string, per: number]>> = {
  cost_per_second: ['second', 1],
  input_cost_per_second: ['input-second', 1],
  output_cost_per_second: ['output-second', 1],
  input_cost_per_audio_per_second: ['input-audio-second', 1],
  input_cost_per_video_per_second: ['input-video-second', 1],
  output_cost_per_video_per_second: ['output-video-second', 1],
  input_cost_per_character: ['input-character', 1],
  output_cost_per_character: ['output-character', 1],
  input_cost_per_text_message: ['text-message', 1],
  input_cost_per_image: ['input-image', 1],
  output_cost_per_image: ['output-image', 1],
  input_cost_per_pixel: ['input-pixel', 1],
  output_cost_per_pixel: ['output-pixel', 1],
  input_cost_per_query: ['query', 1],
  input_cost_per_request: ['request', 1],
  ocr_cost_per_page: ['ocr-page', 1],
  annotation_cost_per_page: ['annotation-page', 1],
  ocr_cost_per_credit: ['ocr-credit', 1],
  guardrail_cost_per_unit: ['guardrail-unit', 1],
  google_maps_grounding_cost_per_query: ['maps-query', 1],
  file_search_cost_per_1k_calls: ['file-search', 1000],
  file_search_cost_per_gb_per_day: ['file-search-gb-day', 1],
  vector_store_cost_per_gb_per_day: ['vector-store-gb-day', 1],
  code_interpreter_cost_per_session: ['code-session', 1],
  computer_use_input_cost_per_1k_tokens: ['computer-use-input', 1000],
  computer_use_output_cost_per_1k_tokens: ['computer-use-output', 1000],
}

export const upliftKeys: Readonly<Record<string, string>> = {
  regional_processing_uplift_multiplier_eu: 'eu',
  regional_processing_uplift_multiplier_us: 'us',
  regional_endpoint_uplift_multiplier: 'regional',
}

/** Words about money that are not a price of ours: another currency, or how the price is counted. */
const ignoredKeys: ReadonlySet<string> = new Set([
  'input_dbu_cost_per_token',
  'output_dbu_cost_per_token',
  'web_search_billing_unit',
  'search_free_requests',
])

const thresholdSuffix = /_above_(\d+)(k?)_tokens/
const tierSuffix = /_(priority|flex|batches|balanced|ultrafast|decisions)$/

export interface ReadPrices {
  readonly flat: FlatPrices
  readonly offPeak?: readonly OffPeakWindow[]
  readonly uplifts?: Readonly<Record<string, number>>
  /** Keys that look like prices and are not understood. */
  readonly unknown: readonly string[]
}

interface Draft {
  readonly flat: Record<string, number>
  readonly uplifts: Record<string, number>
  readonly unknown: string[]
}

/** Decimal USD, as a number or as text (YAML 1.1 writers quote `2.5e-06`), to whole pico-USD. */
export function picoOf(key: string, value: unknown, per = 1): number {
  const usd = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof usd !== 'number' || !Number.isFinite(usd) || usd < 0)
    throw fail('bad_request', `${key} must be a price in USD, zero or more, not ${JSON.stringify(value)}`, { param: key })
  return Math.round((usd * 1e12) / per)
}

/** The flat key that a LiteLLM key stands for; undefined when it is none. */
function flatKeyOf(key: string): { readonly flatKey: string; readonly per: number } | undefined {
  const threshold = thresholdSuffix.exec(key)
  const above = threshold === null ? undefined : Number(threshold[1]) * (threshold[2] === 'k' ? 1000 : 1)
  const withoutStep = key.replace(thresholdSuffix, '')
  const tierWord = tierSuffix.exec(withoutStep)?.[1]
  const tier = tierWord === 'batches' ? 'batch' : tierWord
  const base = withoutStep.replace(tierSuffix, '')
  const dimensions = { ...(above === undefined ? {} : { above }), ...(tier === undefined ? {} : { tier }) }
  const rate = own(tokenKeys, base)
  if (rate !== undefined) return { flatKey: priceKey({ name: rate, ...dimensions }), per: 1 }
  const unit = own(unitKeys, base)
  if (unit !== undefined) return { flatKey: priceKey({ name: unit[0], ...dimensions }), per: unit[1] }
  const variant = /^(.+?_cost_per_(?:video_per_second|second|image))_(.+)$/.exec(base)
  const variantUnit = variant?.[1] === undefined ? undefined : own(unitKeys, variant[1])
  const variantName = variant?.[2]
  if (variantUnit === undefined || variantName === undefined) return undefined
  return { flatKey: priceKey({ name: variantUnit[0], ...dimensions, tier: variantName }), per: variantUnit[1] }
}

/** `{search_context_size_low: …}` → one price, or one for each size where they differ. */
function readSearch(value: unknown, flat: Record<string, number>): void {
  if (!isObject(value))
    throw fail('bad_request', 'search_context_cost_per_query must be an object', { param: 'search_context_cost_per_query' })
  const sizes = (['low', 'medium', 'high'] as const).flatMap((size) => {
    const key = `search_context_size_${size}`
    return value[key] === undefined || value[key] === null ? [] : [{ size, price: picoOf(key, value[key]) }]
  })
  const prices = new Set(sizes.map(({ price }) => price))
  const [only] = prices
  if (prices.size === 1 && only !== undefined) flat['web-search'] = only
  else for (const { size, price } of sizes) flat[`web-search@${size}`] = price
}

/** Ranges of prompt length: the first is the base price, each further one a step. */
function readRanges(value: unknown, draft: Draft): void {
  for (const tier of objectsOf(value)) {
    const [from] = Array.isArray(tier['range']) ? tier['range'] : []
    if (typeof from !== 'number')
      throw fail('bad_request', 'tiered_pricing: each tier needs range: [from, to]', { param: 'tiered_pricing' })
    for (const [key, price] of Object.entries(tier)) {
      const name = own(tokenKeys, key)
      if (name !== undefined) draft.flat[priceKey({ name, ...(from > 0 ? { above: from } : {}) })] = picoOf(key, price)
    }
  }
}

function readMultiplier(key: string, value: unknown): number {
  const factor = Number(value)
  if (!Number.isFinite(factor) || factor <= 0) throw fail('bad_request', `${key} must be a positive factor`, { param: key })
  return Math.round(factor * 1000)
}

function readOne(key: string, value: unknown, draft: Draft): void {
  const uplift = own(upliftKeys, key)
  if (uplift !== undefined) draft.uplifts[uplift] = readMultiplier(key, value)
  else if (key === 'search_context_cost_per_query') readSearch(value, draft.flat)
  else if (key === 'tiered_pricing') readRanges(value, draft)
  else if (key === 'provider_specific_entry') {
    for (const [name, factor] of Object.entries(isObject(value) ? value : {}))
      if (name === 'us' || name === 'fast') draft.uplifts[name] = readMultiplier(key, factor)
  } else {
    const known = flatKeyOf(key)
    if (known !== undefined && isObject(value)) {
      // One price a kind of unit, as guardrails have.
      for (const [kind, price] of Object.entries(value)) draft.flat[`${known.flatKey}@${kind}`] = picoOf(key, price, known.per)
    } else if (known !== undefined) draft.flat[known.flatKey] = picoOf(key, value, known.per)
    else if (/cost|_price|pricing/.test(key) && !ignoredKeys.has(key)) draft.unknown.push(key)
  }
}

/** The special rate says nothing that the general one does not, so a later change of the general one must reach it. */
const sameAs: readonly (readonly [special: RateName, general: RateName])[] = [
  ['reasoning', 'output'],
  ['inputImage', 'input'],
  ['outputImage', 'output'],
]

export function dropEchoes(flat: FlatPrices): FlatPrices {
  const echoes = new Set(echoesOf(flat))
  return Object.fromEntries(Object.entries(flat).filter(([key]) => !echoes.has(key)))
}

/** The keys that `dropEchoes` drops: a list of prices names them all the same. */
export const echoesOf = (flat: FlatPrices): readonly string[] =>
  sameAs.flatMap(([special, general]) => {
    const keys = Object.keys(flat).filter(
      (key) => key === special || (key.startsWith(special) && /[>@]/.test(key.charAt(special.length))),
    )
    return keys.every((key) => flat[key] === flat[general + key.slice(special.length)]) ? keys : []
  })

/** The key whose price an echo repeats. */
export function echoed(key: string): string {
  const found = sameAs.find(([special]) => key.startsWith(special))
  return found === undefined ? key : found[1] + key.slice(found[0].length)
}

/** The cache-read price's old name: where both stand, the newer one counts. */
const oldCacheHit = 'input_cost_per_token_cache_hit'

/** Reads the price fields of one entry of LiteLLM's map, or of a deployment's `litellm_params` and `model_info`. */
export function readLitellmPrices(entry: JsonObject): ReadPrices {
  const draft: Draft = { flat: {}, uplifts: {}, unknown: [] }
  for (const [key, value] of Object.entries(entry)) {
    if (value === undefined || value === null || key === 'off_peak_pricing') continue
    if (key === oldCacheHit && entry['cache_read_input_token_cost'] !== undefined) continue
    readOne(key, value, draft)
  }
  const pricing = entry['off_peak_pricing']
  if (!isObject(pricing)) return result(draft)
  const { flat, unknown } = readLitellmPrices({ ...pricing, windows: undefined })
  draft.unknown.push(...unknown)
  for (const [key, price] of Object.entries(flat)) draft.flat[`${key}@off-peak`] = price
  return { ...result(draft), offPeak: readOffPeak(pricing) }
}

const result = ({ flat, uplifts, unknown }: Draft): ReadPrices => ({
  flat: dropEchoes(flat),
  ...(Object.keys(uplifts).length === 0 ? {} : { uplifts }),
  unknown,
})
