import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeUsage } from '@switchyard/wire'
import { costOf, loadCatalog } from './catalog/index.ts'
import type { Provider } from './contracts.ts'
import { pricedAtItsPlace } from './priced-at-its-place.ts'
import { deploymentOf, providerOf } from './test-kit.ts'

const catalog = await loadCatalog()
const facts = catalog.get('vertex_ai/claude-sonnet-4-5@20250929')
assert.ok(facts)
const usage = makeUsage({ input: 1000, output: 100 })

test('a deployment has the prices of its region', () => {
  const provider = providerOf({ uplifts: ({ params }) => (params['region'] === 'global' ? [] : ['regional', 'unknown']) })
  const costAt = (region: string, of: Provider = provider): number | undefined => {
    const placed = pricedAtItsPlace(deploymentOf({ provider: of, facts, params: { region } }))
    return placed.facts && costOf(placed.facts.prices, usage).total
  }
  assert.deepEqual([costAt('global'), costAt('us-central1')], [4_500_000, 4_950_000])
  assert.equal(costAt('us-central1', providerOf()), 4_500_000)
})
