import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeUsage } from '@switchyard/wire'
import { priceBound } from './bound.ts'
import { loadCatalog } from './catalog.ts'
import { costOf } from './cost.ts'
import { pricesOf } from './prices.ts'

/** A fixed sequence of fractions, so that a failure repeats. */
function* fractions(): Generator<number, never> {
  for (let state = 42; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    yield state / 2_147_483_648
  }
}

const catalog = await loadCatalog()

test('no call of any model costs more than its bound', () => {
  const source = fractions()
  const upTo = (limit: number): number => Math.round(source.next().value * limit)
  for (const id of catalog.ids()) {
    const prices = catalog.get(id)?.prices
    assert.ok(prices !== undefined)
    const tiers = [undefined, 'auto', ...Object.keys(prices.tiers).filter((tier) => tier !== 'off-peak')]
    for (const serviceTier of tiers) {
      const inputTokens = upTo(400_000)
      const maxOutputTokens = upTo(10_000)
      const input = upTo(inputTokens)
      const output = upTo(maxOutputTokens)
      const usage = makeUsage({
        input,
        output,
        cacheRead: upTo(input / 2),
        cacheWrite: upTo(input / 2),
        cacheWrite1h: upTo(input / 4),
        inputAudio: upTo(input / 3),
        inputImage: upTo(input / 3),
        reasoning: upTo(output),
        outputAudio: upTo(output / 2),
      })
      const tier = serviceTier === undefined ? {} : { serviceTier }
      const nowMs = upTo(2_000_000_000) * 1000
      const bound = priceBound(prices, { inputTokens, maxOutputTokens, ...tier })
      assert.ok(costOf(prices, usage, { ...tier, nowMs }).total <= bound, `${id} ${serviceTier}`)
      assert.ok(costOf(prices, usage, { nowMs }).total <= bound, `${id} ${serviceTier}, served as standard`)
    }
  }
})

test('a bound takes the dearest step, tier and modality that may apply, and no other', () => {
  const prices = pricesOf({
    input: 1000,
    output: 2000,
    cacheWrite: 1250,
    inputAudio: 9000,
    'input>100': 3000,
    'input@priority': 5000,
    'web-search@low': 1_000_000,
    'web-search@high': 3_000_000,
  })
  const text = { maxOutputTokens: 10, modalities: [] }
  assert.equal(priceBound(prices, { ...text, inputTokens: 100 }), 125 + 20)
  assert.equal(priceBound(prices, { ...text, inputTokens: 101 }), 303 + 20)
  assert.equal(priceBound(prices, { ...text, inputTokens: 100, serviceTier: 'priority' }), 500 + 20)
  assert.equal(priceBound(prices, { ...text, inputTokens: 100, serviceTier: 'auto' }), 500 + 20)
  assert.equal(priceBound(prices, { inputTokens: 100, maxOutputTokens: 10 }), 900 + 20)
  assert.equal(priceBound(prices, { ...text, inputTokens: 0, webSearches: 2 }), 6000 + 20)
})
