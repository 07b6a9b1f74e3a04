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

const highest = (layers: Layers, names: readonly RateName[], prices: Prices): PicoUsd =>
  names.reduce((most, name) => Math.max(most, rateOf(layers, name, prices) ?? 0), 0)

function highestSearch({ units }: Prices): PicoUsd {
  const prices = Object.entries(units).flatMap(([unit, price]) => (/^web-search(@|$)/.test(unit) ? [price] : []))
  return Math.max(0, ...prices)
}

const dearModalities = new WeakMap<Prices, readonly Modality[]>()

/** The modalities that have a price of their own: in no other list does it matter whether a call speaks of them. */
export function pricedModalities(prices: Prices): readonly Modality[] {
  let known = dearModalities.get(prices)
  if (known === undefined) {
    const tables = [prices, ...Object.values(prices.tiers)].flatMap(({ rates, steps }) => [
      rates,
      ...steps.map((step) => step.rates),
    ])
    const isPriced = (name: RateName): boolean => tables.some((rates) => rates[name] !== undefined)
    known = everyModality.filter((modality) => [...inputOf[modality], ...outputOf[modality]].some(isPriced))
    dearModalities.set(prices, known)
  }
  return known
}

/** The dearest rates that a prompt longer than `above` tokens may be billed at. */
interface LengthRates {
  readonly above: number
  readonly input: PicoUsd
  readonly output: PicoUsd
}

/** A bound is asked for on every call, and its rates depend on few things: they are found once for each price list. */
const knownRates = new WeakMap<Prices, Map<string, readonly LengthRates[]>>()
/** Service tiers are the client's words. */
const maxKnown = 64

function lengthRates(prices: Prices, request: BoundRequest): readonly LengthRates[] {
  const { serviceTier = '', batch = false, modalities = everyModality, uplifts = noUplifts } = request
  const isPlain = serviceTier === '' && !batch && modalities.length === 0 && uplifts.length === 0
  const key = isPlain ? '' : `${serviceTier}|${batch}|${modalities.join()}|${uplifts.join()}`
  let known = knownRates.get(prices)
  if (known === undefined) knownRates.set(prices, (known = new Map()))
  let rates = known.get(key)
  if (rates !== undefined) return rates
  if (known.size >= maxKnown) known.clear()
  rates = findLengthRates(prices, request)
  known.set(key, rates)
  return rates
}

function findLengthRates(prices: Prices, request: BoundRequest): readonly LengthRates[] {
  const { modalities = everyModality, uplifts = noUplifts } = request
  const inputNames = [...textInput, ...modalities.flatMap((modality) => inputOf[modality])]
  const outputNames = [...textOutput, ...modalities.flatMap((modality) => outputOf[modality])]
  const steps = [prices, ...Object.values(prices.tiers)].flatMap((table) => table.steps.map(({ above }) => above))
  return [...new Set([-1, ...steps])].map((above) => {
    let [input, output] = [0, 0]
    for (const tier of candidateTiers(prices, request)) {
      const layers = layersOf(prices, above + 1, tier)
      const dearest = Math.max(highest(layers, inputNames, prices), longWriteRate(layers, prices) ?? 0)
      input = Math.max(input, uplifted(dearest, prices, uplifts))
      output = Math.max(output, uplifted(highest(layers, outputNames, prices), prices, uplifts))
    }
    return { above, input, output }
  })
}

/** The most that a call can cost: each token at the dearest rate that it may be billed at, in any tier that may serve it. */
export function priceBound(prices: Prices, request: BoundRequest): NanoUsd {
  const { inputTokens, maxOutputTokens, webSearches = 0 } = request
  let most = 0
  for (const { above, input, output } of lengthRates(prices, request)) {
    // A prompt may turn out shorter than feared, so every step below the bound counts.
    if (above < inputTokens) most = Math.max(most, inputTokens * input + maxOutputTokens * output)
  }
  const searches = webSearches === 0 ? 0 : webSearches * highestSearch(prices)
  return nanoFromPico(most + searches + (prices.units['request'] ?? 0))
}
