import { nanoFromPico, nanoFromUsd, unitNames } from '@switchyard/wire'
import type { NanoUsd, PicoUsd, Unit, Usage } from '@switchyard/wire'
import type { Prices, RateName, SearchContext } from './prices.ts'
import { batchTier, effectiveTier, layersOf, longWriteRate, noUplifts, rateOf, searchRate, uplifted } from './rates.ts'
import { unitRate } from './units.ts'

export type CostPart =
  | 'input'
  | 'cacheRead'
  | 'cacheWrite'
  | 'inputAudio'
  | 'inputImage'
  | 'inputVideo'
  | 'output'
  | 'reasoning'
  | 'outputAudio'
  | 'outputImage'
  | 'webSearch'
  | 'request'
  | Unit
  /** The provider named the price of the whole call itself. */
  | 'stated'

export interface Cost {
  readonly total: NanoUsd
  /** What the total is made of: the parts that are not zero, and they sum to it. */
  readonly parts: Readonly<Partial<Record<CostPart, NanoUsd>>>
  /** Parts that were used and have no price: the total is then too low, and the caller should say so. */
  readonly unpriced: readonly CostPart[]
}

export interface CostOptions {
  /** The tier that was asked for; the one in the usage, which was served, comes first. */
  readonly serviceTier?: string
  readonly batch?: boolean
  /** Unix milliseconds of the billing, for prices by time of day. Without it the busy hours' prices hold. */
  readonly nowMs?: number
  readonly searchContext?: SearchContext
  /** Names of multipliers that apply to the call (`us`, `fast`, `regional`). */
  readonly uplifts?: readonly string[]
  /** Take the price that the provider states for the call, where it states one. */
  readonly trustStated?: boolean
}

interface Line {
  readonly part: CostPart
  readonly count: number
  readonly rate: PicoUsd | undefined
}

/** Splits the token counts so that each token is in one line; modalities are cut to what the cache leaves of the input. */
function split(usage: Usage): readonly (readonly [part: CostPart, rate: RateName | 'longWrite', count: number])[] {
  let left = usage.input - usage.cacheRead - usage.cacheWrite
  const take = (count: number): number => {
    const taken = Math.min(Math.max(count, 0), left)
    left -= taken
    return taken
  }
  const inputAudio = take(usage.inputAudio - usage.cacheReadAudio)
  const inputImage = take(usage.inputImage)
  const inputVideo = take(usage.inputVideo)
  const input = left
  left = usage.output
  const reasoning = take(usage.reasoning)
  const outputAudio = take(usage.outputAudio)
  const outputImage = take(usage.outputImage)
  return [
    ['input', 'input', input],
    ['cacheRead', 'cacheRead', usage.cacheRead - usage.cacheReadAudio],
    ['cacheRead', 'cacheReadAudio', usage.cacheReadAudio],
    ['cacheWrite', 'cacheWrite', usage.cacheWrite - usage.cacheWrite1h],
    ['cacheWrite', 'longWrite', usage.cacheWrite1h],
    ['inputAudio', 'inputAudio', inputAudio],
    ['inputImage', 'inputImage', inputImage],
    ['inputVideo', 'inputVideo', inputVideo],
    ['output', 'output', left],
    ['reasoning', 'reasoning', reasoning],
    ['outputAudio', 'outputAudio', outputAudio],
    ['outputImage', 'outputImage', outputImage],
  ]
}

/** Sums in pico-USD and rounds up once: each part is what its lines add to the rounded sum, so parts always make the total. */
function add(lines: readonly Line[]): Cost {
  const parts: Partial<Record<CostPart, NanoUsd>> = {}
  const unpriced = new Set<CostPart>()
  let pico = 0
  let total = 0
  for (const { part, count, rate } of lines) {
    if (rate === undefined) {
      unpriced.add(part)
      continue
    }
    // Seconds come as fractions: the product is made whole before the one rounding up.
    pico += Math.round(count * rate)
    const sum = nanoFromPico(pico)
    if (sum > total) parts[part] = (parts[part] ?? 0) + sum - total
    total = sum
  }
  return { total, parts, unpriced: [...unpriced] }
}

/**
 * What a call cost. The tier served decides the table, the length of the input the step, and a rate that is missing is the
 * one of plain input or output. A batch without batch prices costs the standard price: no discount is guessed.
 */
export function costOf(prices: Prices, usage: Usage, options: CostOptions = {}): Cost {
  if (options.trustStated && usage.statedCostUsd !== undefined && usage.statedCostUsd >= 0) {
    const stated = nanoFromUsd(usage.statedCostUsd)
    return { total: stated, parts: stated === 0 ? {} : { stated }, unpriced: [] }
  }
  const asked = options.batch ? batchTier : (usage.serviceTier ?? options.serviceTier)
  const layers = layersOf(prices, usage.input, effectiveTier(prices, asked, options.nowMs))
  const lines: Line[] = []
  for (const [part, name, count] of split(usage)) {
    if (count === 0) continue
    const rate = name === 'longWrite' ? longWriteRate(layers, prices) : rateOf(layers, name, prices)
    lines.push({ part, count, rate: rate === undefined ? undefined : uplifted(rate, prices, options.uplifts ?? noUplifts) })
  }
  if (usage.webSearches !== 0) {
    lines.push({ part: 'webSearch', count: usage.webSearches, rate: searchRate(prices, options.searchContext) })
  }
  if (usage.units !== undefined) lines.push(...unitLines(prices, usage))
  const request = prices.units['request']
  if (request !== undefined) lines.push({ part: 'request', count: 1, rate: request })
  return add(lines)
}

/** Measures without a price of this model are another way of counting the same: they cost nothing beside those that have one. */
function unitLines(prices: Prices, { units = {}, unitVariant }: Usage): readonly Line[] {
  const lines: Line[] = []
  for (const part of unitNames) {
    const count = units[part]
    const rate = count === undefined ? undefined : unitRate(prices, part, unitVariant)
    if (count !== undefined && rate !== undefined) lines.push({ part, count, rate })
  }
  return lines
}
