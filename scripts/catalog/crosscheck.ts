import { mkdirSync, writeFileSync } from 'node:fs'
import { calcPrice } from '@pydantic/genai-prices'
import { makeUsage, usdFromNano } from '@switchyard/wire'
import type { Usage } from '@switchyard/wire'
import { costOf, isPriced, loadCatalog } from '@switchyard/core'
import type { Catalog, ModelFacts, RateName } from '@switchyard/core'

/** Compares our prices of first-party chat models with @pydantic/genai-prices and writes docs/reports/prices-crosscheck.md. */
const report = new URL('../../docs/reports/prices-crosscheck.md', import.meta.url)

/** Our provider → theirs. Only makers that sell their own models: resellers' lists are matched too loosely by name. */
const providers: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'google',
  mistral: 'mistral',
  xai: 'x-ai',
  deepseek: 'deepseek',
  cohere: 'cohere',
  groq: 'groq',
  cerebras: 'cerebras',
  perplexity: 'perplexity',
  moonshot: 'moonshotai',
}

const million = 1_000_000
const long = 300_000
const requestFee = 'each request'

interface Probe {
  readonly name: string
  readonly tokens: number
  readonly ours: Partial<Usage>
  readonly theirs: Readonly<Record<string, number>>
  /** The rate that must be listed: what stands in for a missing one is a rule, not a price. */
  readonly needs?: RateName
}

/** One call for each kind of price. */
const probes: readonly Probe[] = [
  { name: 'input', tokens: 10_000, ours: { input: 10_000 }, theirs: { input_tokens: 10_000 } },
  { name: 'output', tokens: 10_000, ours: { output: 10_000 }, theirs: { output_tokens: 10_000 } },
  {
    name: 'cache read',
    tokens: 10_000,
    ours: { input: 10_000, cacheRead: 10_000 },
    theirs: { input_tokens: 10_000, cache_read_tokens: 10_000 },
    needs: 'cacheRead',
  },
  {
    name: 'cache write',
    tokens: 10_000,
    ours: { input: 10_000, cacheWrite: 10_000 },
    theirs: { input_tokens: 10_000, cache_write_tokens: 10_000 },
    needs: 'cacheWrite',
  },
  { name: 'input of 300k', tokens: 300_000, ours: { input: 300_000 }, theirs: { input_tokens: 300_000 } },
]

interface Row {
  readonly probe: string
  readonly ours: number
  readonly theirs: number
  readonly theirModel: string
  readonly facts: ModelFacts
}

interface Tally {
  models: number
  found: number
  compared: number
  agree: number
}

const applies = ({ tokens, needs }: Probe, { maxInput, prices }: ModelFacts): boolean =>
  (tokens < long || (maxInput ?? 0) >= long) && (needs === undefined || prices.rates[needs] !== undefined)

/** USD a million tokens, as both lists print them. Undefined: the other list does not have the model. */
function compareModel(facts: ModelFacts, theirProvider: string, asOf: Date): readonly Row[] | undefined {
  const model = facts.id.startsWith(`${facts.provider}/`) ? facts.id.slice(facts.provider.length + 1) : facts.id
  const options = { providerId: theirProvider, timestamp: asOf }
  const empty = calcPrice({ input_tokens: 0 }, model, options)
  if (empty === null) return undefined
  const fee = empty.total_price
  const rows = probes
    .filter((probe) => applies(probe, facts))
    .map((probe): Row => {
      const theirs = (calcPrice(probe.theirs, model, options)?.total_price ?? 0) - fee
      const ours = usdFromNano(costOf(facts.prices, makeUsage(probe.ours)).total)
      const scale = million / probe.tokens
      return { probe: probe.name, ours: ours * scale, theirs: theirs * scale, theirModel: empty.model.id, facts }
    })
  if (fee === 0) return rows
  return [...rows, { probe: requestFee, ours: 0, theirs: fee, theirModel: empty.model.id, facts }]
}

const money = (usd: number): string => `$${usd.toFixed(4).replace(/\.?0+$/, '')}`

/** A guess at who is right, from what both lists say about themselves. */
function verdict({ facts, theirModel, probe, ours, theirs }: Row): string {
  const bare = facts.id.slice(facts.id.lastIndexOf('/') + 1)
  if (probe === requestFee) return 'theirs adds a search fee to each request; ours bills the searches that the usage states'
  if (facts.deprecated !== undefined && facts.deprecated <= facts.asOf)
    return `switched off ${facts.deprecated}: no longer matters`
  if (theirs === 0) return 'theirs has no price for it'
  if (facts.prices.offPeak !== undefined && theirs < ours) return 'ours is the busy hours’ price; theirs the off-peak one'
  if (theirModel !== bare) return `theirs matched \`${theirModel}\`, another name: probably ours`
  if (facts.source !== undefined) return `ours cites ${facts.source} (${facts.asOf}); theirs is of 2026-09-23: probably ours`
  return 'cannot tell'
}

/** Adds one provider's differences to the list. */
function compareProvider(catalog: Catalog, provider: string, theirs: string, differences: Row[]): Tally {
  const asOf = new Date(`${catalog.asOf}T03:00:00Z`)
  const tally: Tally = { models: 0, found: 0, compared: 0, agree: 0 }
  for (const facts of catalog.modelsOf(provider)) {
    if ((facts.mode !== 'chat' && facts.mode !== 'responses') || !isPriced(facts.prices)) continue
    tally.models += 1
    const rows = compareModel(facts, theirs, asOf)
    if (rows === undefined) continue
    tally.found += 1
    const wrong = rows.filter((row) => Math.abs(row.ours - row.theirs) > 0.01 * Math.max(row.ours, row.theirs))
    tally.compared += rows.length
    tally.agree += rows.length - wrong.length
    differences.push(...wrong)
  }
  return tally
}

const catalog = await loadCatalog()
const differences: Row[] = []
const tallies = new Map(
  Object.entries(providers).map(([ours, theirs]) => [ours, compareProvider(catalog, ours, theirs, differences)] as const),
)

const summary = [...tallies].map(
  ([provider, { models, found, compared, agree }]) => `| ${provider} | ${models} | ${found} | ${compared} | ${agree} |`,
)
const lines = differences.map(
  (row) => `| ${row.facts.id} | ${row.probe} | ${money(row.ours)} | ${money(row.theirs)} | ${verdict(row)} |`,
)
const text = `# Prices: our catalog against @pydantic/genai-prices 0.1.8

Made by scripts/catalog/crosscheck.ts from the facts of ${catalog.asOf}. USD a million tokens; two prices agree within 1 %.
Chat models of makers that sell their own; a model that the other list does not have is not compared.

| provider | priced chat models | found | prices compared | agree |
|---|---|---|---|---|
${summary.join('\n')}

## What disagrees

| model | price | ours | theirs | which is right |
|---|---|---|---|---|
${lines.join('\n')}
`
mkdirSync(new URL('.', report), { recursive: true })
writeFileSync(report, text)
console.log(`${differences.length} prices differ; see docs/reports/prices-crosscheck.md`)
console.log(summary.join('\n'))
