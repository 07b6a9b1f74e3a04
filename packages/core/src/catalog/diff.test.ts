import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Catalog } from './catalog.ts'
import { diffPrices, formatPriceChanges } from './diff.ts'

const header = '{"asOf":"2026-11-22","lists":[],"sources":[],"offPeak":[],"aliases":{},"rules":{}}'
const current = new Catalog(
  [
    header,
    'gone\t{"p":"acme","m":"chat","$":{"input":1}}',
    'same\t{"p":"acme","m":"chat","$":{"input":1000000}}',
    'changed\t{"p":"acme","m":"chat","$":{"input":1000000,"output":4000000,"cacheRead":100000,"output-image":40000000000}}',
  ].join('\n'),
)

const expected = [
  { kind: 'removed', model: 'changed', field: 'cacheRead', from: 100_000 },
  { kind: 'up', model: 'changed', field: 'input', from: 1_000_000, to: 1_250_000, percent: 25 },
  { kind: 'added', model: 'changed', field: 'input>200000@batch', to: 600_000 },
  { kind: 'down', model: 'changed', field: 'output', from: 4_000_000, to: 2_000_000, percent: -50 },
  { kind: 'model-removed', model: 'gone' },
  { kind: 'model-added', model: 'new' },
]

test("against LiteLLM's price map", () => {
  const map = {
    sample_spec: { input_cost_per_token: 'text' },
    same: { input_cost_per_token: 1e-6 },
    new: { input_cost_per_token: 1e-6 },
    changed: {
      input_cost_per_token: 1.25e-6,
      output_cost_per_token: 2e-6,
      input_cost_per_token_above_200k_tokens_batches: 6e-7,
      output_cost_per_image: 0.04,
    },
  }
  assert.deepEqual(diffPrices(current, JSON.stringify(map)), expected)
})

test('prices of an unknown form are said to be unread, and the others are compared', () => {
  const map = { gone: { input_cost_per_token: 1e-12 }, same: { tiered_pricing: [{ input_cost_per_query: 1 }] }, changed: {} }
  const kinds = diffPrices(current, JSON.stringify(map)).map(({ kind, model }) => `${kind} ${model}`)
  assert.deepEqual(new Set(kinds), new Set(['removed changed', 'unread same']))
})

test('against model facts, one a line', () => {
  const lines = [
    { id: 'same', provider: 'acme', pico_usd_per_token: { input: 1_000_000 } },
    { id: 'new', provider: 'acme' },
    {
      id: 'changed',
      provider: 'acme',
      pico_usd_per_token: { input: '1250000.0000000002', output: 2_000_000, 'input>200k@batch': 600_000 },
      usd_per_unit: { output_cost_per_image: '0.04' },
    },
  ]
  assert.deepEqual(diffPrices(current, lines.map((line) => JSON.stringify(line)).join('\n')), expected)
})

test('a list that is not JSON names the line', () =>
  assert.throws(() => diffPrices(current, '{"id":"a","provider":"b"}\nnope'), /line 2/))

test('the table', () => {
  const map = {
    gone: { input_cost_per_token: 1e-12 },
    same: { input_cost_per_token: 1.5e-6 },
    changed: { output_cost_per_image: 0.05 },
  }
  const text = formatPriceChanges(diffPrices(current, JSON.stringify(map)))
  assert.equal(
    text,
    [
      'change   model    price         from    to      percent',
      'removed  changed  cacheRead     $0.1/M',
      'removed  changed  input         $1/M',
      'removed  changed  output        $4/M',
      'up       changed  output-image  $0.04   $0.05   +25.0%',
      'up       same     input         $1/M    $1.5/M  +50.0%',
      '',
    ].join('\n'),
  )
  assert.equal(formatPriceChanges([]), 'no price differs\n')
})
