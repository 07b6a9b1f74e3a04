import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Catalog, loadCatalog } from './catalog.ts'
import { catalogText } from './generated/catalog-data.ts'
import { flattenPrices, isPriced, pricesOf } from './prices.ts'

const catalog = await loadCatalog()

test('every packed row unpacks to facts with whole, safe prices', () => {
  const ids = catalog.ids()
  assert.equal(ids.length, 4240)
  for (const id of ids) {
    const facts = catalog.get(id)
    assert.ok(facts !== undefined && facts.asOf === '2026-11-22', id)
    const flat = flattenPrices(facts.prices)
    for (const [key, price] of Object.entries(flat)) assert.ok(Number.isSafeInteger(price) && price >= 0, `${id} ${key}`)
    assert.deepEqual(flattenPrices(pricesOf(flat)), flat, id)
  }
})

test('facts carry limits, capabilities, source and tiers', () => {
  const facts = catalog.get('gpt-5.6')
  assert.ok(facts !== undefined)
  assert.equal(facts.provider, 'openai')
  assert.equal(facts.maxInput, 922_000)
  assert.equal(facts.maxOutput, 128_000)
  assert.ok(facts.supports.has('reasoning') && facts.lacks.has('minimal_reasoning_effort'))
  assert.equal(facts.prices.rates.input, 4_000_000)
  assert.equal(facts.prices.steps[0]?.above, 272_000)
  assert.equal(facts.prices.steps[0]?.rates.output, 30_000_000)
  assert.equal(facts.prices.tiers['priority']?.rates.output, 40_000_000)
  assert.deepEqual(facts.prices.uplifts, { eu: 1100, us: 1100 })
  assert.equal(catalog.get('gpt-4o')?.source, 'https://developers.openai.com/api/docs/pricing')
})

test('a row is read once and kept', () => assert.equal(catalog.get('gpt-4o'), catalog.get('gpt-4o')))

const found: readonly (readonly [provider: string, model: string, id: string | undefined])[] = [
  ['openai', 'gpt-4o', 'gpt-4o'],
  ['openai', 'openai/gpt-4o', 'gpt-4o'],
  ['openai', 'responses/gpt-4o', 'gpt-4o'],
  ['openai', 'gpt-5.6-2026-12-24', 'gpt-5.6'],
  ['openai', 'ft:gpt-4o-2024-08-06:acme::abc', 'ft:gpt-4o-2024-08-06'],
  ['azure', 'gpt-4o', 'azure/gpt-4o'],
  ['azure', 'eu/gpt-4o-2024-08-06', 'azure/eu/gpt-4o-2024-08-06'],
  ['anthropic', 'claude-sonnet-4-5-20250929', 'claude-sonnet-4-5-20250929'],
  ['anthropic', 'claude-opus-4-8-20261224', 'claude-opus-4-8'],
  ['bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ['bedrock', 'converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ['bedrock', 'us-east-2/anthropic.claude-sonnet-4-5-20250929-v1:0', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ['bedrock', 'ap-northeast-1/anthropic.claude-v1', 'bedrock/ap-northeast-1/anthropic.claude-v1'],
  ['vertex_ai', 'gemini-2.5-flash', 'gemini-2.5-flash'],
  ['gemini', 'gemini-2.5-flash', 'gemini/gemini-2.5-flash'],
  ['vertex_ai', 'claude-sonnet-4-5@20250929', 'vertex_ai/claude-sonnet-4-5@20250929'],
  ['cohere_chat', 'command-a-03-2025', 'command-a-03-2025'],
  ['fireworks_ai', 'llama-v3p3-70b-instruct', 'fireworks_ai/accounts/fireworks/models/llama-v3p3-70b-instruct'],
  ['fireworks_ai', 'accounts/fireworks/models/unknown-70b', 'fireworks-ai-above-16b'],
  ['groq', 'openai/gpt-oss-120b', 'groq/openai/gpt-oss-120b'],
  // A bare row belongs to its own provider only: another's list must not price this call.
  ['openai', 'claude-sonnet-4-5', undefined],
  ['azure_ai', 'mistral-large-2411', undefined],
  ['openai', 'never-heard-of-it', undefined],
]
for (const [provider, model, id] of found)
  test(`find ${provider} ${model}`, () => assert.equal(catalog.find(provider, model)?.id, id))

test('an undated name finds the newest dated row', () => {
  const rows = ['a-2026-01-02', 'a-2026-03-04', 'a-2025-12-31'].map((id) => `${id}\t{"p":"acme","m":"chat"}`)
  const header = '{"asOf":"2026-11-22","lists":[],"sources":[],"offPeak":[],"aliases":{},"rules":{}}'
  assert.equal(new Catalog([header, ...rows].join('\n')).find('acme', 'a')?.id, 'a-2026-03-04')
})

const inferred: readonly (readonly [model: string, provider: string | undefined])[] = [
  ['gpt-4o', 'openai'],
  ['ft:gpt-4o-2024-08-06:org::id', 'openai'],
  ['claude-sonnet-4-5', 'anthropic'],
  ['claude-sonnet-4-5-20991231', 'anthropic'],
  ['gemini-2.5-flash', 'vertex_ai'],
  ['rerank-v3.5', 'cohere'],
  ['text-embedding-3-small', 'openai'],
  ['groq/openai/gpt-oss-120b', undefined],
  ['my-model', undefined],
]
for (const [model, provider] of inferred) test(`providerOf ${model}`, () => assert.equal(catalog.providerOf(model), provider))

test('a sub-family that is served apart is named', () => {
  const model = 'gpt-3.5-turbo-instruct'
  assert.equal(catalog.providerOf(model), 'openai')
  assert.equal(
    catalog.providerOf(model, (provider) => provider === 'text-completion-openai'),
    'text-completion-openai',
  )
})

test('modelsOf gathers the groups of one provider', () => {
  const groups = new Set(catalog.modelsOf('vertex_ai').map(({ group }) => group))
  assert.ok(groups.has('vertex_ai-anthropic_models') && groups.has(undefined))
  assert.equal(catalog.modelsOf('nobody').length, 0)
})

test('a model without a price is not free', () => {
  const unpriced = catalog.get('heroku/claude-4-sonnet')
  assert.ok(unpriced !== undefined && !isPriced(unpriced.prices))
  const free = catalog.get('ollama/llama3.1')
  assert.ok(free !== undefined && isPriced(free.prices))
})

test('a damaged catalog says what to run', () => {
  assert.throws(() => new Catalog('{}\nx\t{}'), /generate\.ts/)
  const header = catalogText.slice(0, catalogText.indexOf('\n'))
  assert.throws(() => new Catalog(`${header}\nx\t{`).get('x'), /damaged at x/)
})
