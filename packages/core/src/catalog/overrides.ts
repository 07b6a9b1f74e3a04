import { fail } from '@switchyard/wire'
import type { JsonObject } from '@switchyard/wire'
import { isModelMode } from './facts.ts'
import type { ModelFacts } from './facts.ts'
import { readLitellmPrices } from './litellm-prices.ts'
import type { ReadPrices } from './litellm-prices.ts'
import { flattenPrices, isRateName, parsePriceKey, pricesOf } from './prices.ts'
import type { FlatPrices, Prices, RateName } from './prices.ts'

/** Rates on the output's side; all others belong to the input's. */
const outputRates: ReadonlySet<RateName> = new Set<RateName>(['output', 'reasoning', 'outputAudio', 'outputImage', 'outputVideo'])

/**
 * A contract's own base price makes the list's prices of that side void: cached, long-context, tier and off-peak rates of
 * the list would be wrong beside it. A price that is given alone, without the base price, changes only itself.
 */
function kept(flat: FlatPrices, given: FlatPrices): FlatPrices {
  const noInput = given['input'] !== undefined
  const noOutput = given['output'] !== undefined
  return Object.fromEntries(
    Object.entries(flat).filter(([key]) => {
      const { name } = parsePriceKey(key)
      if (!isRateName(name)) return true
      return outputRates.has(name) ? !noOutput : !noInput
    }),
  )
}

function mergePrices(list: Prices | undefined, given: ReadPrices): Prices {
  const flat = list === undefined ? {} : kept(flattenPrices(list), given.flat)
  const offPeak = given.offPeak ?? list?.offPeak
  // A price that the operator names is the price, wherever it is called.
  const isOwn = given.flat['input'] !== undefined || given.flat['output'] !== undefined
  const listed = isOwn ? undefined : list?.uplifts
  const uplifts = given.uplifts === undefined ? listed : { ...listed, ...given.uplifts }
  return pricesOf(
    { ...flat, ...given.flat },
    {
      ...(offPeak === undefined ? {} : { offPeak }),
      ...(uplifts === undefined ? {} : { uplifts }),
      ...(list?.longWriteRatio === undefined ? {} : { longWriteRatio: list.longWriteRatio }),
      ...(list?.cacheReadRatio === undefined ? {} : { cacheReadRatio: list.cacheReadRatio }),
      ...(list?.searchContext === undefined ? {} : { searchContext: list.searchContext }),
    },
  )
}

const limitKeys = {
  max_input_tokens: 'maxInput',
  max_output_tokens: 'maxOutput',
  max_tokens: 'maxTokens',
  prompt_cache_min_tokens: 'cacheMin',
  output_vector_size: 'vectorSize',
} as const

type LimitName = (typeof limitKeys)[keyof typeof limitKeys]

function readLimits(overrides: JsonObject): Partial<Record<LimitName, number>> {
  const limits: Partial<Record<LimitName, number>> = {}
  for (const [key, name] of Object.entries(limitKeys)) {
    const value = overrides[key]
    if (value === undefined || value === null) continue
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0)
      throw fail('bad_request', `${key} must be a whole number of tokens, not ${JSON.stringify(value)}`, { param: key })
    limits[name] = number
  }
  return limits
}

interface Words {
  readonly supports: ReadonlySet<string>
  readonly lacks: ReadonlySet<string>
}

/** `supports_vision: true` adds the word, `false` says that the model lacks it. */
function mergeWords(base: Words, overrides: JsonObject): Words {
  const supports = new Set(base.supports)
  const lacks = new Set(base.lacks)
  for (const [key, value] of Object.entries(overrides)) {
    if (!key.startsWith('supports_') || value === undefined || value === null) continue
    if (typeof value !== 'boolean')
      throw fail('bad_request', `${key} must be true or false, not ${JSON.stringify(value)}`, { param: key })
    const word = key.slice('supports_'.length)
    const [has, not] = value ? [supports, lacks] : [lacks, supports]
    has.add(word)
    not.delete(word)
  }
  return { supports, lacks }
}

/** Who the facts are of, where the catalog has none. */
export interface Identity {
  readonly id: string
  readonly provider: string
  /** ISO date of the override. */
  readonly asOf: string
}

const blank = ({ id, provider, asOf }: Identity): Omit<ModelFacts, 'prices'> => ({
  id,
  provider,
  asOf,
  mode: 'chat',
  supports: new Set<string>(),
  lacks: new Set<string>(),
  supportedEndpoints: [],
  inputModalities: [],
  outputModalities: [],
  regions: [],
})

/**
 * The facts as an operator corrects them, in LiteLLM's flat keys of `litellm_params` and `model_info`. `facts`: the
 * catalog's, or who the model is when the catalog does not know it. A bad value is an error, never a silent zero.
 */
export function withOverrides(facts: ModelFacts | Identity, overrides: JsonObject): ModelFacts {
  const given = readLitellmPrices(overrides)
  const [unknown] = given.unknown
  if (unknown !== undefined)
    throw fail('bad_request', `${unknown} is not a price that the gateway knows; see the price keys in the docs`, {
      param: unknown,
    })
  const known = 'prices' in facts ? facts : undefined
  const base = known ?? blank(facts)
  const mode = typeof overrides['mode'] === 'string' ? overrides['mode'] : undefined
  return {
    ...base,
    ...(isModelMode(mode) ? { mode } : {}),
    ...readLimits(overrides),
    ...mergeWords(base, overrides),
    prices: mergePrices(known?.prices, given),
  }
}
