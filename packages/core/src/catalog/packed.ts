import { isObject, isString, parseJson } from '@switchyard/wire'
import { isModelMode } from './facts.ts'
import type { ModelFacts } from './facts.ts'
import { own } from './own.ts'
import { pricesOf } from './prices.ts'
import type { FlatPrices, OffPeakWindow, PriceCustoms } from './prices.ts'

/** How one provider's models are named in the catalog, and what holds for all its prices. */
export interface ProviderRules extends PriceCustoms {
  /** Prefixes of its keys, where they are not `<provider>/`. */
  readonly prefixes?: readonly string[]
  /** Regular expressions for what may stand in front of the model's name: a region, a route. */
  readonly strip?: readonly string[]
  /** What may be left out in front of the model's name. */
  readonly add?: readonly string[]
  /** Prices by size, for names that end in `…-70b…`: [billions of parameters at most, the key with the price]. */
  readonly sizes?: readonly (readonly [billions: number, id: string])[]
}

/** The first line of the packed catalog. */
export interface PackedHeader {
  readonly asOf: string
  /** Every list of words that some row has; rows hold its number. */
  readonly lists: readonly (readonly string[])[]
  readonly sources: readonly string[]
  readonly offPeak: readonly (readonly OffPeakWindow[])[]
  /** Other names of providers: LiteLLM's sub-families and route names. */
  readonly aliases: Readonly<Record<string, string>>
  readonly rules: Readonly<Record<string, ProviderRules>>
}

/**
 * One model as it is packed, one line each: `id TAB row`. Short names, because there are thousands of rows; lists, sources
 * and windows are numbers into the header.
 */
export interface PackedRow {
  readonly p: string
  readonly g?: string
  readonly m: string
  readonly i?: number
  readonly o?: number
  readonly t?: number
  readonly c?: number
  readonly v?: number
  readonly rpm?: number
  readonly tpm?: number
  readonly x?: string
  readonly u?: number
  readonly d?: string
  readonly s?: number
  readonly l?: number
  readonly e?: number
  readonly in?: number
  readonly out?: number
  readonly rg?: number
  readonly r?: number
  readonly $?: FlatPrices
  readonly k?: number
  readonly w?: number
  readonly up?: Readonly<Record<string, number>>
  /** The row's own date, where it is not the header's. */
  readonly n?: string
}

/** The packed text is ours, written by scripts/catalog/generate.ts and checked by its test: it is trusted beyond its outline. */
export function readHeader(line: string): PackedHeader {
  const header = parseJson(line)
  if (!isHeader(header)) throw new Error('the packed catalog has no header; run scripts/catalog/generate.ts')
  return header
}

const isHeader = (value: unknown): value is PackedHeader =>
  isObject(value) &&
  isString(value['asOf']) &&
  Array.isArray(value['lists']) &&
  isObject(value['aliases']) &&
  isObject(value['rules'])

const isPackedRow = (value: unknown): value is PackedRow => isObject(value) && isString(value['p']) && isString(value['m'])

/** Turns rows into facts; sets are shared between rows with the same words. */
export class Unpacker {
  readonly #header: PackedHeader
  readonly #sets = new Map<number, ReadonlySet<string>>()

  constructor(header: PackedHeader) {
    this.#header = header
  }

  unpack(id: string, line: string): ModelFacts {
    const row = parseJson(line)
    if (!isPackedRow(row)) throw new Error(`the packed catalog is damaged at ${id}; run scripts/catalog/generate.ts`)
    const { lists, sources, offPeak, rules, asOf } = this.#header
    const list = (at: number | undefined): readonly string[] => (at === undefined ? [] : (lists[at] ?? []))
    const rule = own(rules, row.p)
    const windows = row.w === undefined ? undefined : offPeak[row.w]
    const source = row.u === undefined ? undefined : sources[row.u]
    return {
      id,
      provider: row.p,
      mode: isModelMode(row.m) ? row.m : 'chat',
      asOf: row.n ?? asOf,
      supports: this.#set(row.s),
      lacks: this.#set(row.l),
      supportedEndpoints: list(row.e),
      inputModalities: list(row.in),
      outputModalities: list(row.out),
      regions: list(row.rg),
      prices: pricesOf(row.$ ?? {}, {
        ...(windows === undefined ? {} : { offPeak: windows }),
        ...(row.up === undefined ? {} : { uplifts: row.up }),
        ...(rule === undefined ? {} : customs(rule)),
      }),
      ...(source === undefined ? {} : { source }),
      ...(row.r === undefined ? {} : { reasoningLevels: list(row.r) }),
      ...(row.k === undefined ? {} : { echoes: list(row.k) }),
      ...limits(row),
    }
  }

  #set(at: number | undefined): ReadonlySet<string> {
    if (at === undefined) return noWords
    let words = this.#sets.get(at)
    if (words === undefined) {
      words = new Set(this.#header.lists[at])
      this.#sets.set(at, words)
    }
    return words
  }
}

/** What holds for all of a provider's prices. */
const customs = ({ longWriteRatio, cacheReadRatio, searchContext }: ProviderRules): PriceCustoms => ({
  ...(longWriteRatio === undefined ? {} : { longWriteRatio }),
  ...(cacheReadRatio === undefined ? {} : { cacheReadRatio }),
  ...(searchContext === undefined ? {} : { searchContext }),
})

const noWords: ReadonlySet<string> = new Set()

const limits = (row: PackedRow) => ({
  ...(row.g === undefined ? {} : { group: row.g }),
  ...(row.i === undefined ? {} : { maxInput: row.i }),
  ...(row.o === undefined ? {} : { maxOutput: row.o }),
  ...(row.t === undefined ? {} : { maxTokens: row.t }),
  ...(row.c === undefined ? {} : { cacheMin: row.c }),
  ...(row.v === undefined ? {} : { vectorSize: row.v }),
  ...(row.rpm === undefined ? {} : { requestsPerMinute: row.rpm }),
  ...(row.tpm === undefined ? {} : { tokensPerMinute: row.tpm }),
  ...(row.x === undefined ? {} : { deprecated: row.x }),
  ...(row.d === undefined ? {} : { defaultReasoningEffort: row.d }),
})
