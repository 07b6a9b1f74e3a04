import type { PicoUsd } from '@switchyard/wire'
import { isOffPeak } from './off-peak.ts'
import { own } from './own.ts'
import type { PriceCustoms, Prices, PriceTable, RateName, Rates, SearchContext } from './prices.ts'

/** The tier whose prices hold outside of a provider's busy hours. */
export const offPeakTier = 'off-peak'
export const batchTier = 'batch'

/** Names of the tier that everyone gets who asks for none, in the words of the providers that print one. */
const standardTiers: ReadonlySet<string> = new Set(['default', 'standard', 'standard_only', 'auto', 'on_demand'])

export const tierName = (name: string | undefined): string | undefined => {
  const lower = name?.toLowerCase()
  return lower === undefined || standardTiers.has(lower) ? undefined : lower
}

/** Rate records in the order in which they are asked: a rate is the first one that names it. */
export type Layers = readonly Rates[]

/** The steps that an input of this length crosses, highest first. */
const crossed = (table: PriceTable, inputTokens: number): Layers =>
  table.steps
    .filter(({ above }) => inputTokens > above)
    .toReversed()
    .map(({ rates }) => rates)

/**
 * Thresholds apply to the whole request, the highest crossed one counts; within one, the tier's own rate, else the
 * standard one (prices.md §1.1 and §2.4, 2026-11-22).
 */
export function layersOf(prices: Prices, inputTokens: number, tier: string | undefined): Layers {
  const table = tier === undefined ? undefined : own(prices.tiers, tier)
  if (table === undefined) return [...crossed(prices, inputTokens), prices.rates]
  return [...crossed(table, inputTokens), ...crossed(prices, inputTokens), table.rates, prices.rates]
}

/** The tier that prices a call, from the one the provider says it served or, without that, from what was asked. */
export function effectiveTier(prices: Prices, asked: string | undefined, nowMs: number | undefined): string | undefined {
  const tier = tierName(asked)
  if (tier !== undefined && own(prices.tiers, tier) !== undefined) return tier
  const { offPeak } = prices
  return offPeak !== undefined && nowMs !== undefined && isOffPeak(offPeak, nowMs) ? offPeakTier : undefined
}

/** What stands in for a rate that is not listed. */
const stands: Readonly<Partial<Record<RateName, readonly RateName[]>>> = {
  cacheRead: ['input'],
  cacheReadAudio: ['cacheRead', 'inputAudio', 'input'],
  cacheWrite: ['input'],
  inputAudio: ['input'],
  inputImage: ['input'],
  inputVideo: ['input'],
  reasoning: ['output'],
  outputAudio: ['output'],
  outputImage: ['output'],
}

function listed(layers: Layers, name: RateName): PicoUsd | undefined {
  for (const layer of layers) {
    const rate = layer[name]
    if (rate !== undefined) return rate
  }
  return undefined
}

export function rateOf(layers: Layers, name: RateName, customs: PriceCustoms): PicoUsd | undefined {
  const rate = listed(layers, name)
  if (rate !== undefined) return rate
  const input = name === 'cacheRead' && customs.cacheReadRatio !== undefined ? listed(layers, 'input') : undefined
  if (input !== undefined) return thousandths(input, customs.cacheReadRatio)
  for (const other of stands[name] ?? []) {
    const instead = listed(layers, other)
    if (instead !== undefined) return instead
  }
  return undefined
}

const thousandths = (rate: PicoUsd, ratio = 1000): PicoUsd => Math.ceil((rate * ratio) / 1000)

/** The rate of a prompt kept for an hour: listed, or made from the 5-minute one of the same layer by the provider's ratio. */
export function longWriteRate(layers: Layers, customs: PriceCustoms): PicoUsd | undefined {
  for (const { cacheWrite1h, cacheWrite } of layers) {
    if (cacheWrite1h !== undefined) return cacheWrite1h
    if (cacheWrite !== undefined && customs.longWriteRatio !== undefined) return thousandths(cacheWrite, customs.longWriteRatio)
  }
  return rateOf(layers, 'cacheWrite', customs)
}

/** A rate under multipliers such as a region's; rounded up to a whole pico-USD. */
export function uplifted(rate: PicoUsd, prices: Prices, names: readonly string[]): PicoUsd {
  let price = rate
  for (const name of prices.standing ?? noUplifts) price = thousandths(price, own(prices.uplifts ?? none, name))
  for (const name of names) price = thousandths(price, own(prices.uplifts ?? none, name))
  return price
}

const none: Readonly<Record<string, number>> = {}

export const noUplifts: readonly string[] = []

export function searchRate(prices: Prices, size: SearchContext | undefined): PicoUsd | undefined {
  const { units } = prices
  return units[`web-search@${size ?? prices.searchContext ?? 'medium'}`] ?? units['web-search']
}
