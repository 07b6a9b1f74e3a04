import { nanoFromPico } from '@switchyard/wire'
import type { NanoUsd, PicoUsd } from '@switchyard/wire'
import type { Prices, RateName } from './prices.ts'
import { batchTier, layersOf, longWriteRate, noUplifts, offPeakTier, rateOf, tierName, uplifted } from './rates.ts'
import type { Layers } from './rates.ts'

export type Modality = 'audio' | 'image' | 'video'

export interface BoundRequest {
  /** An upper bound of the prompt's tokens (`boundTokens`). */
  readonly inputTokens: number
  /** The most that may be written, all answers together. */
  readonly maxOutputTokens: number
  /**
   * The tier asked for. Absent or `default`: the standard one. `auto`: the provider chooses, so any that has a price.
   * Another name: that one or the standard one, to which providers fall back.
   */
  readonly serviceTier?: string
  readonly batch?: boolean
  /** What besides text the call may read or write; all, when it is not said. */
  readonly modalities?: readonly Modality[]
  readonly webSearches?: number
  readonly uplifts?: readonly string[]
}

const everyModality: readonly Modality[] = ['audio', 'image', 'video']

const textInput: readonly RateName[] = ['input', 'cacheRead', 'cacheWrite']
const textOutput: readonly RateName[] = ['output', 'reasoning']
const inputOf: Readonly<Record<Modality, readonly RateName[]>> = {
  audio: ['inputAudio', 'cacheReadAudio'],
  image: ['inputImage'],
  video: ['inputVideo'],
}
const outputOf: Readonly<Record<Modality, readonly RateName[]>> = { audio: ['outputAudio'], image: ['outputImage'], video: [] }

function candidateTiers(prices: Prices, { serviceTier, batch }: BoundRequest): readonly (string | undefined)[] {
  const offPeak = prices.tiers[offPeakTier] === undefined ? [] : [offPeakTier]
  if (batch) return [undefined, batchTier, ...offPeak]
  if (serviceTier?.toLowerCase() === 'auto') return [undefined, ...Object.keys(prices.tiers).filter((tier) => tier !== batchTier)]
  return [undefined, tierName(serviceTier), ...offPeak]
}

/** Every length at which another step may hold, up to the bound: a prompt may turn out shorter than feared. */
function candidateLengths(prices: Prices, inputTokens: number): readonly number[] {
  const lengths = new Set([0, inputTokens])
  for (const table of [prices, ...Object.values(prices.tiers)])
    for (const { above } of table.steps) if (above < inputTokens) lengths.add(above + 1)
  return [...lengths]
}

const highest = (layers: Layers, names: readonly RateName[], prices: Prices): PicoUsd =>
  names.reduce((most, name) => Math.max(most, rateOf(layers, name, prices) ?? 0), 0)

function highestSearch({ units }: Prices): PicoUsd {
  const prices = Object.entries(units).flatMap(([unit, price]) => (/^web-search(@|$)/.test(unit) ? [price] : []))
  return Math.max(0, ...prices)
}

/** The most that a call can cost: each token at the dearest rate that it may be billed at, in any tier that may serve it. */
export function priceBound(prices: Prices, request: BoundRequest): NanoUsd {
  const { inputTokens, maxOutputTokens, modalities = everyModality, uplifts = noUplifts } = request
  const inputNames = [...textInput, ...modalities.flatMap((modality) => inputOf[modality])]
  const outputNames = [...textOutput, ...modalities.flatMap((modality) => outputOf[modality])]
  let most = 0
  for (const tier of candidateTiers(prices, request))
    for (const length of candidateLengths(prices, inputTokens)) {
      const layers = layersOf(prices, length, tier)
      const inputRate = Math.max(highest(layers, inputNames, prices), longWriteRate(layers, prices) ?? 0)
      const outputRate = highest(layers, outputNames, prices)
      const inputPico = inputTokens * uplifted(inputRate, prices, uplifts)
      most = Math.max(most, inputPico + maxOutputTokens * uplifted(outputRate, prices, uplifts))
    }
  const searches = (request.webSearches ?? 0) * highestSearch(prices)
  return nanoFromPico(most + searches + (prices.units['request'] ?? 0))
}
