import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '@switchyard/wire'
import { loadCatalog } from './catalog.ts'
import { factsByName } from './generations.ts'
import { litellmInfoOf } from './litellm-info.ts'

const catalog = await loadCatalog()

// Answers of LiteLLM 1.106.2's get_model_info (recorded 2026-11-22).
const cases: readonly (readonly [id: string, told: JsonObject])[] = [
  ['gemini/gemini-2.5-flash', { output_cost_per_token: 2.5e-6, output_cost_per_reasoning_token: 2.5e-6 }],
  ['xai/grok-4.3', { input_cost_per_token: 1.25e-6, input_cost_per_image_token: 1.25e-6 }],
  ['gemini/gemma-3-27b-it', { input_cost_per_character: 0, input_cost_per_character_above_128k_tokens: 0 }],
  ['claude-opus-4-8', { provider_specific_entry: { us: 1.1, fast: 2 }, supports_tool_search: true }],
  ['gpt-6-sol', { regional_processing_uplift_multiplier_eu: 1.1, regional_processing_uplift_multiplier_us: 1.1 }],
  ['vertex_ai/claude-sonnet-4-5@20250929', { regional_endpoint_uplift_multiplier: 1.1, supports_tool_search: true }],
]

for (const [id, told] of cases)
  test(`what is told of ${id}`, () => {
    const facts = catalog.get(id)
    assert.ok(facts)
    const info = litellmInfoOf(facts)
    assert.deepEqual(Object.fromEntries(Object.keys(told).map((key) => [key, info[key]])), told)
    for (const name of ['source', 'deprecation_date', 'supports_sampling_params', 'supports_output_config'])
      assert.ok(!(name in info), name)
  })

test('of a model that no list has, the name tells what its generation can, and no price', () => {
  const facts = factsByName('openrouter', 'anthropic/claude-sonnet-4')
  assert.ok(facts)
  assert.ok(facts.supports.has('vision') && facts.supports.has('function_calling'))
  assert.deepEqual(facts.prices, { rates: {}, steps: [], tiers: {}, units: {} })
  assert.ok(factsByName('gemini', 'gemini-3-pro-preview')?.supports.has('web_search'))
  for (const name of ['claude-3-5-haiku-20241022', 'gemini-2.0-flash', 'gpt-4o', 'my-model'])
    assert.equal(factsByName('any', name), undefined, name)
})
