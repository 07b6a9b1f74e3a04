import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeUsage } from '@switchyard/wire'
import { loadCatalog } from './catalog.ts'
import { costOf } from './cost.ts'
import type { ModelFacts } from './facts.ts'
import { withOverrides } from './overrides.ts'
import { flattenPrices } from './prices.ts'

const catalog = await loadCatalog()
const unknown = { id: 'acme-1', provider: 'acme', asOf: '2026-11-22' }

function known(id: string): ModelFacts {
  const facts = catalog.get(id)
  assert.ok(facts !== undefined)
  return facts
}

const flatOf = (overrides: Record<string, unknown>) => flattenPrices(withOverrides(unknown, overrides).prices)

test('LiteLLM keys become rate, threshold, tier and unit', () => {
  assert.deepEqual(
    flatOf({
      input_cost_per_token: 0.0000025,
      output_cost_per_token: '1e-05',
      input_cost_per_token_above_200k_tokens: 5e-6,
      input_cost_per_token_above_272k_tokens_priority: 2e-5,
      output_cost_per_token_batches: 5e-6,
      cache_read_input_token_cost_flex: 6e-8,
      cache_creation_input_token_cost: 3.75e-6,
      cache_creation_input_token_cost_above_1hr: 6e-6,
      cache_creation_input_token_cost_above_1hr_above_200k_tokens: 1.2e-5,
      output_cost_per_reasoning_token: 3e-6,
      input_cost_per_audio_token: 4e-5,
      output_cost_per_image_token: 3.2e-5,
      output_cost_per_image_4K: 0.16,
      output_cost_per_second_1080p: 0.3,
      input_cost_per_query: 0.001,
      ocr_cost_per_page: 0.003,
      file_search_cost_per_1k_calls: 2.5,
      search_context_cost_per_query: {
        search_context_size_low: 0.006,
        search_context_size_medium: 0.01,
        search_context_size_high: 0.014,
      },
    }),
    {
      input: 2_500_000,
      output: 10_000_000,
      'input>200000': 5_000_000,
      'input>272000@priority': 20_000_000,
      'output@batch': 5_000_000,
      'cacheRead@flex': 60_000,
      cacheWrite: 3_750_000,
      cacheWrite1h: 6_000_000,
      'cacheWrite1h>200000': 12_000_000,
      reasoning: 3_000_000,
      inputAudio: 40_000_000,
      outputImage: 32_000_000,
      'output-image@4K': 160_000_000_000,
      'output-second@1080p': 300_000_000_000,
      query: 1_000_000_000,
      'ocr-page': 3_000_000_000,
      'file-search': 2_500_000_000,
      'web-search@low': 6_000_000_000,
      'web-search@medium': 10_000_000_000,
      'web-search@high': 14_000_000_000,
    },
  )
})

test('tiered_pricing becomes a base price and steps', () => {
  assert.deepEqual(
    flatOf({
      tiered_pricing: [
        { range: [0, 32_000], input_cost_per_token: 3e-7, output_cost_per_token: 1.5e-6 },
        { range: [32_000, 128_000], input_cost_per_token: 5e-7, output_cost_per_token: 2.5e-6 },
      ],
    }),
    { input: 300_000, output: 1_500_000, 'input>32000': 500_000, 'output>32000': 2_500_000 },
  )
})

test('a contract price for input replaces the list on the input side and leaves the output side', () => {
  const facts = withOverrides(known('gpt-5.6'), { input_cost_per_token: 1e-6 })
  const usage = makeUsage({ input: 300_000, cacheRead: 100_000, output: 1000 })
  assert.deepEqual(costOf(facts.prices, usage).parts, { input: 200_000_000, cacheRead: 100_000_000, output: 30_000_000 })
})

test('a price that the operator names is not multiplied where the list is', () => {
  const vertex = known('vertex_ai/claude-sonnet-4-5@20250929')
  assert.deepEqual(withOverrides(vertex, {}).prices.uplifts, { regional: 1100 })
  assert.equal(withOverrides(vertex, { output_cost_per_token: 1e-6 }).prices.uplifts, undefined)
})

test('zero is a price: nothing of the list remains', () => {
  const facts = withOverrides(known('gpt-5.6'), { input_cost_per_token: 0, output_cost_per_token: 0 })
  const usage = makeUsage({
    input: 300_000,
    cacheRead: 1000,
    cacheWrite: 1000,
    output: 1000,
    reasoning: 500,
    serviceTier: 'priority',
  })
  assert.deepEqual(costOf(facts.prices, usage), { total: 0, parts: {}, unpriced: [] })
})

test('a price given alone changes only itself', () => {
  const before = flattenPrices(known('gpt-5.6').prices)
  const after = flattenPrices(withOverrides(known('gpt-5.6'), { cache_read_input_token_cost: 1e-7 }).prices)
  assert.deepEqual(after, { ...before, cacheRead: 100_000 })
})

test('limits and capabilities', () => {
  const facts = withOverrides(known('gpt-4o'), {
    max_input_tokens: 64_000,
    max_output_tokens: '2048',
    supports_vision: false,
    supports_reasoning: true,
  })
  assert.equal(facts.maxInput, 64_000)
  assert.equal(facts.maxOutput, 2048)
  assert.ok(!facts.supports.has('vision') && facts.lacks.has('vision') && facts.supports.has('reasoning'))
  assert.ok(known('gpt-4o').supports.has('vision'), 'the catalog itself is unchanged')
})

test('an unknown model gets facts from its overrides', () => {
  const facts = withOverrides(unknown, { mode: 'embedding', output_vector_size: 768, id: 'x', base_model: 'y' })
  assert.equal(facts.id, 'acme-1')
  assert.equal(facts.mode, 'embedding')
  assert.equal(facts.vectorSize, 768)
})

const refused: readonly (readonly [overrides: Record<string, unknown>, message: RegExp])[] = [
  [{ input_cost_per_token: 'cheap' }, /input_cost_per_token must be a price/],
  [{ input_cost_per_token: -1 }, /input_cost_per_token must be a price/],
  [{ input_cost_per_token: '' }, /input_cost_per_token must be a price/],
  [{ input_cost_per_tokn: 1e-6 }, /input_cost_per_tokn is not a price/],
  [{ max_output_tokens: 1.5 }, /max_output_tokens must be a whole number/],
  [{ supports_vision: 'yes' }, /supports_vision must be true or false/],
  [{ tiered_pricing: [{ input_cost_per_token: 1 }] }, /tiered_pricing/],
]
for (const [overrides, message] of refused)
  test(`refused: ${JSON.stringify(overrides)}`, () => assert.throws(() => withOverrides(unknown, overrides), message))

test('off-peak windows are read, with weekdays of their own zone', () => {
  const { prices } = withOverrides(unknown, {
    input_cost_per_token: 2e-6,
    off_peak_pricing: {
      input_cost_per_token: 1e-6,
      weekday_timezone: 'Asia/Shanghai',
      windows: [{ hours_utc: '00:00-00:00', weekdays: [6, 7] }],
    },
  })
  const at = (time: string) => costOf(prices, makeUsage({ input: 1000 }), { nowMs: Date.parse(time) }).total
  assert.equal(at('2026-11-20T15:59:00Z'), 2_000_000, 'Friday in Shanghai')
  assert.equal(at('2026-11-20T16:00:00Z'), 1_000_000, 'Saturday in Shanghai')
  assert.equal(at('2026-11-22T15:59:00Z'), 1_000_000, 'Sunday in Shanghai')
  assert.equal(at('2026-11-22T16:00:00Z'), 2_000_000, 'Monday in Shanghai')
})
