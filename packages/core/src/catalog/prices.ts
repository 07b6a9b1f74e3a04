import type { PicoUsd } from '@switchyard/wire'

/** What is billed by the token. Names follow `Usage`. */
export const rateNames = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'reasoning',
  'inputAudio',
  'outputAudio',
  'inputImage',
  'outputImage',
  'inputVideo',
  'outputVideo',
  'cacheReadAudio',
  'cacheReadImage',
  'cacheWriteAudio',
  'explicitCacheRead',
  'citation',
] as const
export type RateName = (typeof rateNames)[number]

/** Pico-USD per token. */
export type Rates = Readonly<Partial<Record<RateName, PicoUsd>>>

/** The whole request is billed at `rates` when its input is longer than `above` tokens. */
export interface PriceStep {
  readonly above: number
  readonly rates: Rates
}

export interface PriceTable {
  readonly rates: Rates
  /** Ascending by `above`. */
  readonly steps: readonly PriceStep[]
}

/** Hours of the day (minutes in UTC, end exclusive) on ISO weekdays 1–7. */
export interface OffPeakWindow {
  readonly weekdays: readonly number[]
  readonly spans: readonly (readonly [from: number, to: number])[]
}

export type SearchContext = 'low' | 'medium' | 'high'

/** A provider's habits that stand in for prices which it does not list. */
export interface PriceCustoms {
  /** Thousandths of the 5-minute cache-write rate that the 1-hour one is, where no 1-hour rate is listed. */
  readonly longWriteRatio?: number
  /** Thousandths of the input rate that a cached token costs, where no cache-read rate is listed; the input rate without it. */
  readonly cacheReadRatio?: number
  /** The size of search context that the provider uses when none is asked for. */
  readonly searchContext?: SearchContext
}

export interface Prices extends PriceTable, PriceCustoms {
  /** By the served tier's name: `priority`, `flex`, `batch` … and `off-peak`. A rate that a tier lacks is the standard one. */
  readonly tiers: Readonly<Record<string, PriceTable>>
  /** Pico-USD per image, second, character, query, page …; `unit@variant` where a variant has its own price. */
  readonly units: Readonly<Record<string, PicoUsd>>
  readonly offPeak?: readonly OffPeakWindow[]
  /** Thousandths by which every rate is multiplied: `us: 1100`, `fast: 2000`. */
  readonly uplifts?: Readonly<Record<string, number>>
  /** Names of those that hold for every call of a deployment, by its region. */
  readonly standing?: readonly string[]
}

/** Prices as one flat record, `rate[>tokens][@tier]` or `unit[@variant]`: what is stored, merged and compared. */
export type FlatPrices = Readonly<Record<string, PicoUsd>>

export interface PriceKey {
  readonly name: string
  readonly above?: number
  readonly tier?: string
}

const knownRates: ReadonlySet<string> = new Set(rateNames)
export const isRateName = (name: string): name is RateName => knownRates.has(name)

const keyPattern = /^([^>@]+)(?:>(\d+))?(?:@(.+))?$/

export function parsePriceKey(key: string): PriceKey {
  const match = keyPattern.exec(key)
  return {
    name: match?.[1] ?? key,
    ...(match?.[2] === undefined ? {} : { above: Number(match[2]) }),
    ...(match?.[3] === undefined ? {} : { tier: match[3] }),
  }
}

export const priceKey = ({ name, above, tier }: PriceKey): string =>
  `${name}${above === undefined ? '' : `>${above}`}${tier === undefined ? '' : `@${tier}`}`

interface TableDraft {
  readonly rates: Partial<Record<RateName, PicoUsd>>
  readonly steps: Map<number, Partial<Record<RateName, PicoUsd>>>
}

const draft = (): TableDraft => ({ rates: {}, steps: new Map() })

function finish({ rates, steps }: TableDraft): PriceTable {
  const ascending = [...steps].toSorted(([one], [other]) => one - other)
  return { rates, steps: ascending.map(([above, stepRates]) => ({ above, rates: stepRates })) }
}

function put(table: TableDraft, name: RateName, price: PicoUsd, above?: number): void {
  if (above === undefined) {
    table.rates[name] = price
    return
  }
  const step = table.steps.get(above) ?? {}
  step[name] = price
  table.steps.set(above, step)
}

export function pricesOf(flat: FlatPrices, more: Omit<Prices, keyof PriceTable | 'tiers' | 'units'> = {}): Prices {
  const standard = draft()
  const tiers = new Map<string, TableDraft>()
  const units: Record<string, PicoUsd> = {}
  for (const [key, price] of Object.entries(flat)) {
    const { name, above, tier } = parsePriceKey(key)
    if (!isRateName(name)) {
      units[key] = price
      continue
    }
    let table = standard
    if (tier !== undefined) {
      table = tiers.get(tier) ?? draft()
      tiers.set(tier, table)
    }
    put(table, name, price, above)
  }
  return {
    ...finish(standard),
    tiers: Object.fromEntries([...tiers].map(([tier, table]) => [tier, finish(table)])),
    units,
    ...more,
  }
}

function flattenTable(table: PriceTable, into: Record<string, PicoUsd>, tier?: string): void {
  const suffix = tier === undefined ? {} : { tier }
  for (const [name, price] of Object.entries(table.rates)) into[priceKey({ name, ...suffix })] = price
  for (const { above, rates } of table.steps)
    for (const [name, price] of Object.entries(rates)) into[priceKey({ name, above, ...suffix })] = price
}

/** The inverse of `pricesOf`. */
export function flattenPrices(prices: Prices): FlatPrices {
  const flat: Record<string, PicoUsd> = {}
  flattenTable(prices, flat)
  for (const [tier, table] of Object.entries(prices.tiers)) flattenTable(table, flat, tier)
  return Object.assign(flat, prices.units)
}

/** A model nobody gave a price for must not look free: permits and spend reports ask this first. */
export const isPriced = (prices: Prices): boolean =>
  prices.rates.input !== undefined ||
  prices.rates.output !== undefined ||
  Object.keys(prices.units).some((unit) => !isExtra(unit))

/** Units that come on top of tokens and do not price the call itself. */
const isExtra = (unit: string): boolean => /^(web-search|maps-query|code-session|file-search|request)\b/.test(unit)
