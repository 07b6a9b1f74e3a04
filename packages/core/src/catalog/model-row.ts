import { arrayOf, fail, isString, numberOf, objectOf, objectsOf, stringOf } from '@switchyard/wire'
import type { JsonObject } from '@switchyard/wire'
import { dropEchoes, echoesOf, readLitellmPrices } from './litellm-prices.ts'
import { own } from './own.ts'
import { priceKey } from './prices.ts'
import type { FlatPrices, OffPeakWindow, RateName } from './prices.ts'

/** One line of a model-facts file, read: what the generator packs and what `diffPrices` compares. */
export interface ModelRow {
  readonly id: string
  readonly provider: string
  readonly mode?: string
  readonly maxInput?: number
  readonly maxOutput?: number
  readonly maxTokens?: number
  readonly cacheMin?: number
  readonly vectorSize?: number
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly deprecated?: string
  readonly source?: string
  readonly defaultReasoningEffort?: string
  readonly supports: readonly string[]
  readonly lacks: readonly string[]
  readonly endpoints: readonly string[]
  readonly inputModalities: readonly string[]
  readonly outputModalities: readonly string[]
  readonly regions: readonly string[]
  readonly reasoningLevels?: readonly string[]
  readonly flat: FlatPrices
  /** Prices that the source lists, and that are others' (`echoesOf`). */
  readonly echoes: readonly string[]
  readonly offPeak?: readonly OffPeakWindow[]
  readonly uplifts?: Readonly<Record<string, number>>
}

const factRates: Readonly<Record<string, RateName>> = {
  input: 'input',
  output: 'output',
  cache_read: 'cacheRead',
  cache_write: 'cacheWrite',
  cache_write_1h: 'cacheWrite1h',
  reasoning: 'reasoning',
  audio_in: 'inputAudio',
  audio_out: 'outputAudio',
  image_token_in: 'inputImage',
  image_token_out: 'outputImage',
  video_token_in: 'inputVideo',
  video_token_out: 'outputVideo',
  audio_cache_read: 'cacheReadAudio',
  image_cache_read: 'cacheReadImage',
  audio_cache_write: 'cacheWriteAudio',
  explicit_cache_read: 'explicitCacheRead',
  citation: 'citation',
}

const factKey = /^(\w+)(?:>(\d+)k)?(?:@(\w+))?$/

function readRate(key: string, value: unknown, flat: Record<string, number>): void {
  // A second name of the same price in some of the source's rows.
  if (key === 'cache_read_alt') return
  const match = factKey.exec(key)
  const name = match?.[1] === undefined ? undefined : own(factRates, match[1])
  const price = Number(value)
  if (name === undefined || !Number.isFinite(price) || price < 0)
    throw fail('bad_request', `model facts: price ${key} is not understood`)
  const above = match?.[2] === undefined ? {} : { above: Number(match[2]) * 1000 }
  const tier = match?.[3] === undefined ? {} : { tier: match[3] }
  flat[priceKey({ name, ...above, ...tier })] = Math.round(price)
}

/** Ranges of prompt length are a base price and steps. */
function readRanges(tiers: unknown, flat: Record<string, number>): void {
  for (const tier of objectsOf(tiers)) {
    const from = numberOf(tier['from']) ?? 0
    for (const [key, price] of Object.entries(tier)) {
      const name = own(factRates, key)
      if (name !== undefined) flat[priceKey({ name, ...(from > 0 ? { above: from } : {}) })] = Math.round(Number(price))
    }
  }
}

const strings = (value: unknown): readonly string[] => arrayOf(value).filter(isString)

/** The fields that are numbers; the source prints some of them with a fraction of zero or as text. */
function numbersOf(fact: JsonObject, names: Readonly<Record<string, string>>): Record<string, number> {
  const out: Record<string, number> = {}
  for (const [ours, theirs] of Object.entries(names)) {
    const value = fact[theirs]
    const number = value === undefined || value === null ? Number.NaN : Number(value)
    if (Number.isFinite(number)) out[ours] = number
  }
  return out
}

function textsOf(fact: JsonObject, names: Readonly<Record<string, string>>): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [ours, theirs] of Object.entries(names)) {
    const value = stringOf(fact[theirs])
    if (value !== undefined) out[ours] = value
  }
  return out
}

const numberFields = {
  maxInput: 'max_input',
  maxOutput: 'max_output',
  maxTokens: 'max_tokens',
  cacheMin: 'cache_min',
  vectorSize: 'vector',
  requestsPerMinute: 'rpm',
  tokensPerMinute: 'tpm',
}

const textFields = {
  mode: 'mode',
  deprecated: 'deprecated',
  source: 'source',
  defaultReasoningEffort: 'default_reasoning_effort',
}

/** Reads one object of a model-facts file (`pico_usd_per_token`, `usd_per_unit`, `tiers`, `supports` …). */
export function readModelRow(fact: JsonObject): ModelRow {
  const id = stringOf(fact['id'])
  const provider = stringOf(fact['provider'])
  if (id === undefined || provider === undefined) throw fail('bad_request', 'model facts: each line needs id and provider')
  const flat: Record<string, number> = {}
  for (const [key, value] of Object.entries(objectOf(fact['pico_usd_per_token']) ?? {})) readRate(key, value, flat)
  readRanges(fact['tiers'], flat)
  const {
    flat: units,
    unknown,
    ...more
  } = readLitellmPrices({
    ...objectOf(fact['usd_per_unit']),
    provider_specific_entry: fact['provider_specific_entry'],
  })
  if (unknown.length > 0)
    throw fail('bad_request', `model facts: ${id} has prices that are not understood: ${unknown.join(', ')}`)
  return {
    id,
    provider,
    ...numbersOf(fact, numberFields),
    ...textsOf(fact, textFields),
    supports: strings(fact['supports']),
    lacks: strings(fact['lacks']),
    endpoints: strings(fact['supported_endpoints']),
    inputModalities: strings(fact['supported_modalities']),
    outputModalities: strings(fact['supported_output_modalities']),
    regions: strings(fact['supported_regions']),
    ...(Array.isArray(fact['reasoning_effort_levels']) ? { reasoningLevels: strings(fact['reasoning_effort_levels']) } : {}),
    flat: dropEchoes({ ...flat, ...units }),
    echoes: echoesOf({ ...flat, ...units }),
    ...more,
  }
}
