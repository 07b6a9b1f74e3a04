import type { ModelFacts } from './facts.ts'
import { fineTunedBase, namesOf, sizeKey, undated } from './lookup.ts'
import { own } from './own.ts'
import { readHeader, Unpacker } from './packed.ts'
import type { PackedHeader } from './packed.ts'

/** What is known of models. Rows are read when they are asked for first; `find` belongs into a snapshot, not a request. */
export class Catalog {
  readonly #header: PackedHeader
  readonly #lines: ReadonlyMap<string, string>
  readonly #facts = new Map<string, ModelFacts>()
  readonly #unpacker: Unpacker
  /** Undated name → its newest dated key; made when it is needed first. */
  #newest: ReadonlyMap<string, string> | undefined
  /** Image model → the keys that price it by quality and size; made when it is needed first. */
  #sized: ReadonlyMap<string, readonly string[]> | undefined

  /** `text`: a header line, then one line a model (see `PackedRow`). */
  constructor(text: string) {
    const lines = new Map<string, string>()
    const headerEnd = text.indexOf('\n')
    for (let start = headerEnd + 1; start < text.length;) {
      const tab = text.indexOf('\t', start)
      const found = text.indexOf('\n', tab)
      const end = found === -1 ? text.length : found
      lines.set(text.slice(start, tab), text.slice(tab + 1, end))
      start = end + 1
    }
    this.#header = readHeader(text.slice(0, headerEnd))
    this.#lines = lines
    this.#unpacker = new Unpacker(this.#header)
  }

  /** The day on which the facts were gathered. */
  get asOf(): string {
    return this.#header.asOf
  }

  get(id: string): ModelFacts | undefined {
    const known = this.#facts.get(id)
    if (known !== undefined) return known
    const line = this.#lines.get(id)
    if (line === undefined) return undefined
    const facts = this.#unpacker.unpack(id, line)
    this.#facts.set(id, facts)
    return facts
  }

  ids(): readonly string[] {
    return [...this.#lines.keys()]
  }

  modelsOf(provider: string): readonly ModelFacts[] {
    const family = this.#familyOf(provider)
    const facts: ModelFacts[] = []
    for (const id of this.#lines.keys()) {
      const model = this.get(id)
      if (model?.provider === family) facts.push(model)
    }
    return facts
  }

  /**
   * The facts of a provider's model. Tried in order: the name as it is, without route or region, as a fine-tuned model's
   * base, without its date; each as `provider/name` and, where that row belongs to the provider, as `name`; then the newest
   * dated row of an undated name; then the provider's price by size.
   */
  find(provider: string, model: string): ModelFacts | undefined {
    const family = this.#familyOf(provider)
    const rules = own(this.#header.rules, family)
    const prefixes = [...new Set([`${provider}/`, `${family}/`, ...(rules?.prefixes ?? [])])]
    const names = namesOf(model, prefixes, rules)
    for (const name of names) {
      const facts = this.#named(name, family, prefixes)
      if (facts !== undefined) return facts
    }
    for (const name of names) {
      const dated = this.#dated(name, family, prefixes)
      if (dated !== undefined) return dated
    }
    const bySize = sizeKey(model, rules)
    return bySize === undefined ? undefined : this.get(bySize)
  }

  /**
   * The facts of a provider's model with the prices of images by quality and size, which stand in rows of their own
   * (`hd/1024-x-1792/dall-e-3`), as variants of its units.
   */
  findSized(provider: string, model: string): ModelFacts | undefined {
    const facts = this.find(provider, model)
    const family = this.#familyOf(provider)
    const rows = (this.#sizedKeys().get(model) ?? []).flatMap((id) => {
      const row = this.get(id)
      const variant = sizedKey.exec(id)?.[1]
      return row?.provider === family && variant !== undefined ? [{ row, variant }] : []
    })
    const [first] = rows
    if (first === undefined) return facts
    const units = rows.flatMap(({ row, variant }) =>
      Object.entries(row.prices.units).map(([unit, price]) => [`${unit}@${variant}`, price] as const),
    )
    const base = facts ?? { ...first.row, prices: { ...first.row.prices, units: {} } }
    return { ...base, id: model, prices: { ...base.prices, units: { ...base.prices.units, ...Object.fromEntries(units) } } }
  }

  /**
   * The provider that a bare model name means (`gpt-4o`, `claude-sonnet-4-5`), its sub-family where that is served apart; undefined
   * when the catalog cannot tell.
   */
  providerOf(model: string, isServed: (provider: string) => boolean = () => false): string | undefined {
    const facts = this.#bare(model)
    return facts?.group !== undefined && isServed(facts.group) ? facts.group : facts?.provider
  }

  #bare(model: string): ModelFacts | undefined {
    const base = fineTunedBase(model)
    for (const name of [model, base, undated(model), base === undefined ? undefined : undated(base)]) {
      const facts = name === undefined || name.includes('/') ? undefined : this.get(name)
      if (facts !== undefined) return facts
    }
    const newest = this.#newestKeys().get(model)
    return newest === undefined || newest.includes('/') ? undefined : this.get(newest)
  }

  #familyOf(provider: string): string {
    return own(this.#header.aliases, provider) ?? provider
  }

  #named(name: string, family: string, prefixes: readonly string[]): ModelFacts | undefined {
    for (const prefix of prefixes) {
      const facts = this.get(prefix + name)
      if (facts !== undefined) return facts
    }
    const bare = this.get(name)
    return bare?.provider === family ? bare : undefined
  }

  #dated(name: string, family: string, prefixes: readonly string[]): ModelFacts | undefined {
    const newest = this.#newestKeys()
    for (const key of [...prefixes.map((prefix) => prefix + name), name]) {
      const dated = newest.get(key)
      const facts = dated === undefined ? undefined : this.get(dated)
      if (facts?.provider === family) return facts
    }
    return undefined
  }

  #sizedKeys(): ReadonlyMap<string, readonly string[]> {
    if (this.#sized !== undefined) return this.#sized
    const sized = new Map<string, string[]>()
    for (const id of this.#lines.keys()) {
      const model = sizedKey.exec(id)?.[2]
      if (model !== undefined) sized.set(model, [...(sized.get(model) ?? []), id])
    }
    this.#sized = sized
    return sized
  }

  #newestKeys(): ReadonlyMap<string, string> {
    if (this.#newest !== undefined) return this.#newest
    const newest = new Map<string, string>()
    for (const id of this.#lines.keys()) {
      const base = undated(id)
      const known = newest.get(base)
      if (base !== id && (known === undefined || known < id)) newest.set(base, id)
    }
    this.#newest = newest
    return newest
  }
}

/** `azure/hd/1024-x-1792/dall-e-3`: quality and size, then the model. */
const sizedKey = /^(?:[a-z_]+\/)??((?:(?:hd|standard|low|medium|high|auto)\/)?\d+-x-\d+)\/(.+)$/

let loading: Promise<Catalog> | undefined

/** Reads the catalog at first use and keeps it: importing the package costs nothing. */
export function loadCatalog(): Promise<Catalog> {
  loading ??= import('./generated/catalog-data.ts').then((module) => new Catalog(module.catalogText))
  return loading
}
