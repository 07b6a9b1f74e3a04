import { readFileSync, writeFileSync } from 'node:fs'
import { compact, isObject, parseJson } from '@switchyard/wire'
import type { JsonObject } from '@switchyard/wire'
import { readModelRow } from '@switchyard/core'
import type { ModelRow, OffPeakWindow, PackedHeader, PackedRow, ProviderRules } from '@switchyard/core'
import { forgotten, groupSuffix, providerAliases, providerRules } from './rules.ts'

/** FACTS.jsonl [YYYY-MM-DD] → packages/core/src/catalog/generated/catalog-data.ts, one line a model. */
const defaultDate = '2026-11-22'
const target = new URL('../../packages/core/src/catalog/generated/catalog-data.ts', import.meta.url)

/** Gives equal values one number. */
class Dictionary<T> {
  readonly values: T[] = []
  readonly #places = new Map<string, number>()

  place(value: T): number {
    const key = JSON.stringify(value)
    let place = this.#places.get(key)
    if (place === undefined) {
      place = this.values.length
      this.values.push(value)
      this.#places.set(key, place)
    }
    return place
  }
}

interface Dictionaries {
  readonly lists: Dictionary<readonly string[]>
  readonly sources: Dictionary<string>
  readonly offPeak: Dictionary<readonly OffPeakWindow[]>
}

const providerOf = (raw: string): string => providerAliases[raw] ?? raw.replace(groupSuffix, '')

function modeOf(row: ModelRow): string {
  if (row.mode !== undefined) return row.mode
  return row.provider.includes('embedding') ? 'embedding' : 'chat'
}

/** The source's words, and those that it forgets. */
function supportsOf({ id, provider, supports, lacks }: ModelRow): readonly string[] {
  const more = forgotten.flatMap((one) =>
    one.providers.includes(providerOf(provider)) && one.models.test(id) ? one.supports : [],
  )
  const added = more.filter((word) => !supports.includes(word) && !lacks.includes(word))
  return added.length === 0 ? supports : [...supports, ...added].toSorted()
}

function pack(row: ModelRow, { lists, sources, offPeak }: Dictionaries): JsonObject {
  const provider = providerOf(row.provider)
  const list = (words: readonly string[] | undefined): number | undefined =>
    words === undefined || words.length === 0 ? undefined : lists.place(words)
  const packed: { [key in keyof PackedRow]: PackedRow[key] | undefined } = {
    p: provider,
    g: row.provider === provider ? undefined : row.provider,
    m: modeOf(row),
    i: row.maxInput,
    o: row.maxOutput,
    t: row.maxTokens === row.maxOutput ? undefined : row.maxTokens,
    c: row.cacheMin,
    v: row.vectorSize,
    rpm: row.requestsPerMinute,
    tpm: row.tokensPerMinute,
    x: row.deprecated,
    u: row.source === undefined ? undefined : sources.place(row.source),
    d: row.defaultReasoningEffort,
    s: list(supportsOf(row)),
    l: list(row.lacks),
    e: list(row.endpoints),
    in: list(row.inputModalities),
    out: list(row.outputModalities),
    rg: list(row.regions),
    // An empty list says something here: the model reasons, and how much cannot be chosen.
    r: row.reasoningLevels === undefined ? undefined : lists.place(row.reasoningLevels),
    k: list(row.echoes),
    $: Object.keys(row.flat).length === 0 ? undefined : row.flat,
    w: row.offPeak === undefined ? undefined : offPeak.place(row.offPeak),
    up: row.uplifts,
  }
  return compact({ ...packed })
}

/** The ratio of the 1-hour to the 5-minute cache-write rate, where all of a provider's rows with both agree on one. */
function longWriteRatios(rows: readonly ModelRow[]): ReadonlyMap<string, number> {
  const seen = new Map<string, Set<number>>()
  for (const { provider, flat } of rows) {
    const long = flat['cacheWrite1h']
    const short = flat['cacheWrite']
    if (long === undefined || short === undefined || short === 0) continue
    const family = providerOf(provider)
    seen.set(family, (seen.get(family) ?? new Set()).add(Math.round((long * 1000) / short)))
  }
  return new Map(
    [...seen].flatMap(([family, [ratio, ...others]]) => (ratio === undefined || others.length > 0 ? [] : [[family, ratio]])),
  )
}

function rulesOf(rows: readonly ModelRow[]): Record<string, ProviderRules> {
  const rules: Record<string, ProviderRules> = { ...providerRules }
  for (const [family, longWriteRatio] of longWriteRatios(rows)) rules[family] = { ...rules[family], longWriteRatio }
  return rules
}

function aliasesOf(rows: readonly ModelRow[]): Record<string, string> {
  const aliases: Record<string, string> = { ...providerAliases }
  for (const { provider } of rows) if (providerOf(provider) !== provider) aliases[provider] = providerOf(provider)
  return aliases
}

function readFacts(path: string): readonly ModelRow[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return lines.map((line, index) => {
    const fact = parseJson(line)
    if (!isObject(fact)) throw new Error(`${path}:${index + 1} is not a JSON object`)
    return readModelRow(fact)
  })
}

function render(rows: readonly ModelRow[], asOf: string): string {
  const dictionaries: Dictionaries = { lists: new Dictionary(), sources: new Dictionary(), offPeak: new Dictionary() }
  const lines = rows
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
    .map((row) => `${row.id}\t${JSON.stringify(pack(row, dictionaries))}`)
  const header: PackedHeader = {
    asOf,
    lists: dictionaries.lists.values,
    sources: dictionaries.sources.values,
    offPeak: dictionaries.offPeak.values,
    aliases: aliasesOf(rows),
    rules: rulesOf(rows),
  }
  const text = [JSON.stringify(header), ...lines].join('\n')
  if (/`|\$\{/.test(text)) throw new Error('a fact holds a backtick or ${, which the template literal cannot carry')
  return `// Made by scripts/catalog/generate.ts from facts of ${asOf}; do not edit.\nexport const catalogText = String.raw\`${text}\`\n`
}

const [path, asOf = defaultDate] = process.argv.slice(2)
if (path === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(asOf)) throw new Error('usage: generate.ts FACTS.jsonl [YYYY-MM-DD]')
const rows = readFacts(path)
const text = render(rows, asOf)
writeFileSync(target, text)
console.log(`${rows.length} models, ${Math.round(text.length / 1024)} kB, facts of ${asOf}`)
