import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeUsage, usdFromNano } from '@switchyard/wire'
import type { Units, Usage } from '@switchyard/wire'
import { loadCatalog } from './catalog.ts'
import { costOf } from './cost.ts'
import type { CostOptions } from './cost.ts'
import { pricesOf } from './prices.ts'
import type { Prices } from './prices.ts'
import { unitBound } from './units.ts'

const catalog = await loadCatalog()

function pricesFor(provider: string, model: string): Prices {
  const facts = catalog.find(provider, model)
  assert.ok(facts !== undefined, `${provider} ${model}`)
  return facts.prices
}

const cost = (provider: string, model: string, usage: Partial<Usage>, options?: CostOptions) =>
  costOf(pricesFor(provider, model), makeUsage(usage), options)

const short = { input: 1000, output: 500 }
const long = { input: 250_000, output: 4000 }
const cached = { input: 10_000, output: 500, cacheRead: 6000, cacheWrite: 2000 }

/** USD as LiteLLM 1.106.2 computed them (oracle operation `cost`, recorded 2026-11-22). */
const recorded: readonly (readonly [provider: string, model: string, usage: Partial<Usage>, usd: number])[] = [
  ['openai', 'gpt-4o', short, 0.0075],
  ['openai', 'gpt-5.6', long, 1.08],
  ['openai', 'gpt-5', long, 0.3525],
  ['gemini', 'gemini-2.5-pro', long, 0.685],
  ['vertex_ai', 'claude-sonnet-4-5@20250929', long, 1.59],
  ['bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', long, 1.749],
  ['databricks', 'databricks-claude-sonnet-4', short, 0.0105],
  ['dashscope', 'qwen-plus', short, 0.001],
  ['openai', 'gpt-4o-mini', cached, 0.00135],
  ['openai', 'gpt-5.6', cached, 0.0304],
  ['anthropic', 'claude-opus-4-8', cached, 0.038],
  ['anthropic', 'claude-sonnet-4-5-20250929', cached, 0.0228],
  ['deepseek', 'deepseek-chat', cached, 0.000938],
  ['deepseek', 'deepseek-reasoner', cached, 0.001498],
  ['cohere_chat', 'command-a-03-2025', cached, 0.03],
  ['mistral', 'mistral-large-latest', cached, 0.00305],
  ['xai', 'grok-4.3', cached, 0.00745],
  ['anthropic', 'claude-sonnet-4-5-20250929', { input: 10_000, output: 500, cacheWrite: 2000, cacheWrite1h: 1500 }, 0.042375],
  ['anthropic', 'claude-sonnet-4-5-20250929', { ...short, webSearches: 3 }, 0.0405],
  ['openai', 'gpt-audio', { ...short, inputAudio: 400, outputAudio: 200 }, 0.0301],
  ['gemini', 'gemini-2.5-pro', { input: 250_000, output: 500, cacheRead: 50_000 }, 0.52],
  ['gemini', 'gemini-2.5-flash', { ...short, reasoning: 300 }, 0.00155],
  ['openai', 'gpt-5', { ...short, serviceTier: 'flex' }, 0.003125],
  ['openai', 'gpt-5', { ...short, serviceTier: 'priority' }, 0.0125],
  ['perplexity', 'sonar-pro', { ...short, webSearches: 2 }, 0.0225],
  ['fireworks_ai', 'accounts/fireworks/models/unknown-70b', short, 0.00135],
  ['fireworks_ai', 'llama-v3p3-70b-instruct', { input: 2100, output: 9, cacheRead: 2048 }, 0.0009765],
]
for (const [provider, model, usage, usd] of recorded)
  test(`${model} ${JSON.stringify(usage)} costs ${usd}`, () => assert.equal(usdFromNano(cost(provider, model, usage).total), usd))

test('a threshold is crossed above it, not at it', () => {
  assert.equal(cost('gemini', 'gemini-2.5-pro', { input: 200_000 }).total, 250_000_000)
  assert.equal(cost('gemini', 'gemini-2.5-pro', { input: 200_001 }).total, 500_002_500)
})

test('ranges of prompt length price the whole request', () => {
  const prices = pricesOf({
    input: 300_000,
    'input>32000': 500_000,
    'input>128000': 800_000,
    output: 1_500_000,
    'output>128000': 4_000_000,
  })
  assert.equal(costOf(prices, makeUsage({ input: 32_000 })).total, 9_600_000)
  assert.equal(costOf(prices, makeUsage({ input: 32_001, output: 1 })).total, 16_000_500 + 1500)
  assert.equal(costOf(prices, makeUsage({ input: 200_000, output: 1 })).total, 160_000_000 + 4000)
})

test('the tier served comes before the one asked for; a rate that the tier lacks is the standard one', () => {
  assert.equal(cost('openai', 'gpt-5', { ...short, serviceTier: 'default' }, { serviceTier: 'priority' }).total, 6_250_000)
  assert.equal(cost('openai', 'gpt-5', short, { serviceTier: 'priority' }).total, 12_500_000)
  const prices = pricesOf({ input: 1000, output: 2000, cacheRead: 100, 'input@flex': 500 })
  assert.deepEqual(costOf(prices, makeUsage({ input: 20, output: 10, cacheRead: 10, serviceTier: 'flex' })).parts, {
    input: 5,
    cacheRead: 1,
    output: 20,
  })
})

test('a batch has its own prices, and no discount is guessed where none is listed', () => {
  assert.equal(cost('openai', 'gpt-5', short, { batch: true }).total, 3_125_000)
  assert.equal(costOf(pricesOf({ input: 1000, output: 1000 }), makeUsage(short), { batch: true }).total, 1500)
})

test('an hour of cache without a listed rate follows the ratio of the provider, per tier', () => {
  const prices = pricesOf(
    { input: 3_000_000, cacheWrite: 3_750_000, cacheWrite1h: 6_000_000, 'cacheWrite@batch': 1_875_000 },
    { longWriteRatio: 1600 },
  )
  const usage = makeUsage({ input: 1000, cacheWrite: 1000, cacheWrite1h: 1000 })
  assert.equal(costOf(prices, usage).total, 6_000_000)
  assert.equal(costOf(prices, usage, { batch: true }).total, 3_000_000)
  assert.equal(costOf(pricesOf({ input: 3000, cacheWrite: 3750 }), usage).total, 3750)
})

test('off-peak prices hold in their hours', () => {
  const usage = { input: 1_000_000, output: 1_000_000 }
  const at = (time: string) => cost('deepseek', 'deepseek-v4-flash', usage, { nowMs: Date.parse(time) }).total
  assert.equal(at('2026-11-23T02:00:00Z'), 1_500_000_000)
  assert.equal(at('2026-11-23T12:00:00Z'), 750_000_000)
  assert.equal(at('2026-11-22T02:00:00Z'), 750_000_000)
  assert.equal(cost('deepseek', 'deepseek-v4-flash', usage).total, 1_500_000_000)
})

test('multipliers raise every rate', () => {
  assert.equal(cost('vertex_ai', 'claude-sonnet-4-5@20250929', short, { uplifts: ['regional'] }).total, 11_550_000)
  assert.equal(
    cost('anthropic', 'claude-opus-5', short, { uplifts: ['fast'] }).total,
    2 * cost('anthropic', 'claude-opus-5', short).total,
  )
})

test('parts sum to the total, which is rounded up once', () => {
  const prices = pricesOf({ input: 333, output: 777, cacheRead: 33, cacheWrite: 416, reasoning: 999 })
  for (let at = 1; at < 200; at += 1) {
    const usage = makeUsage({ input: at * 7, output: at * 3, cacheRead: at * 2, cacheWrite: at, reasoning: at })
    const { total, parts } = costOf(prices, usage)
    const pico = at * 4 * 333 + at * 2 * 33 + at * 416 + at * 2 * 777 + at * 999
    assert.equal(total, Math.ceil(pico / 1000))
    assert.equal(
      Object.values(parts).reduce((sum, part) => sum + part, 0),
      total,
    )
  }
})

test('what was used and has no price is named', () => {
  const { total, unpriced } = costOf(pricesOf({ input: 1000 }), makeUsage({ input: 10, output: 5, webSearches: 1 }))
  assert.equal(total, 10)
  assert.deepEqual(unpriced, ['output', 'webSearch'])
})

test('a price that the provider states counts only where it is trusted', () => {
  const usage = makeUsage({ ...short, statedCostUsd: 0.00123 })
  assert.equal(costOf(pricesOf({ input: 1000, output: 1000 }), usage, { trustStated: true }).total, 1_230_000)
  assert.equal(costOf(pricesOf({ input: 1000, output: 1000 }), usage).total, 1500)
})

const unitsCost = (prices: Prices, units: Units, unitVariant?: string): number =>
  costOf(prices, makeUsage({ units, ...(unitVariant === undefined ? {} : { unitVariant }) })).total

test('units: images with variants, seconds with fractions, searches by size', () => {
  const prices = pricesOf({ 'output-image': 40_000_000_000, 'output-image@4K': 160_000_000_000, 'input-second': 100_000_000 })
  assert.equal(unitsCost(prices, { image: 2 }), 80_000_000)
  assert.equal(unitsCost(prices, { image: 1 }, '4K'), 160_000_000)
  assert.equal(unitsCost(prices, { image: 1 }, '1K'), 40_000_000)
  assert.equal(unitsCost(prices, { 'input-second': 12.34 }), 1_234_000)
  assert.equal(unitsCost(prices, { page: 1 }), 0)
  assert.equal(cost('perplexity', 'sonar-pro', { webSearches: 1 }, { searchContext: 'high' }).total, 14_000_000)
})

test('images by quality and size, each in a row of its own, by the image or by the pixel', () => {
  const openai = catalog.findSized('openai', 'gpt-image-1')?.prices ?? assert.fail()
  const azure = catalog.findSized('azure', 'dall-e-3')?.prices ?? assert.fail()
  // LiteLLM's figure for the standard square on Azure is $0.0440000315392 (oracle, azure/image_generation.base_model); a
  // pixel's price is kept in whole pico-USD.
  assert.ok(Math.abs(unitsCost(azure, { image: 1 }, 'standard/1024-x-1024') - 44_000_032) < 500)
  assert.equal(unitsCost(azure, { image: 2 }, 'hd/1024-x-1792'), Math.ceil((2 * 71_934 * 1024 * 1792) / 1000))
  assert.equal(unitsCost(openai, { image: 1 }, 'low/1024-x-1024'), 11_000_000)
  assert.equal(unitsCost(openai, { image: 3 }, 'high/1024-x-1536'), 750_000_000)
  // A size that no row has costs what the dearest row costs.
  assert.equal(unitsCost(openai, { image: 1 }, 'high/9-x-9'), 250_000_000)
  assert.ok(unitBound(openai, { image: 2 }) >= 500_000_000)
  assert.ok(unitBound(azure, { image: 2 }) >= unitsCost(azure, { image: 2 }, 'hd/1024-x-1792'))
})

test('a tier, unit or multiplier named like a property of objects is just unknown', () => {
  const prices = pricesOf({ input: 1000, 'input@flex': 500 })
  for (const name of ['constructor', '__proto__', 'toString']) {
    assert.equal(costOf(prices, makeUsage({ input: 10, serviceTier: name }), { uplifts: [name] }).total, 10)
    assert.equal(catalog.find(name, name), undefined)
  }
})
