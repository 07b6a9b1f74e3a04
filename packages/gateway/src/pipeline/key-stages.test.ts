import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { masterPrincipal, principalOf } from '../money/index.ts'
import { makeNewKey } from '../store/for-test.ts'
import type { KeyRecord, KeySettings } from '../store/index.ts'
import type { Principal } from './identify.ts'
import { keyStages } from './key-stages.ts'

const recordOf = (settings: Partial<KeySettings>): KeyRecord => ({
  ...makeNewKey('k', settings).settings,
  id: 'k',
  name: 'sk-...abcd',
  spendNano: 0,
  totalSpendNano: 0,
  createdAt: 0,
  createdBy: null,
  updatedAt: 0,
  updatedBy: null,
  deletedAt: null,
})

const stagesOf = (record: KeyRecord): readonly string[] => {
  const principal: Principal = { kind: 'key', record }
  return [...keyStages(principal), ...principalOf(record).stages].map(({ name }) => name)
}

describe('what is off costs nothing', () => {
  it('a bare key has the stages of nobody: none', () => {
    assert.deepEqual(stagesOf(recordOf({})), [])
    assert.deepEqual([...keyStages({ kind: 'master' }), ...masterPrincipal.stages], [])
  })

  it('each setting brings its own stage, in the order in which a call passes them', () => {
    const all = { aliases: { a: 'b' }, models: ['b'], maxBudgetNano: 1, maxParallelRequests: 1, rpmLimit: 1, tpmLimit: 1 }
    assert.deepEqual(stagesOf(recordOf(all)), ['aliases', 'models', 'budget', 'parallel', 'requests', 'tokens'])
    assert.deepEqual(stagesOf(recordOf({ models: ['b'] })), ['models'])
    assert.deepEqual(stagesOf(recordOf({ maxBudgetNano: 0 })), ['budget'])
  })

  it('is compiled once for a record', () => {
    const record = recordOf({ aliases: { a: 'b' }, rpmLimit: 5 })
    assert.equal(keyStages({ kind: 'key', record }), keyStages({ kind: 'key', record }))
    assert.equal(principalOf(record).stages, principalOf(record).stages)
  })

  it('a caller without a key passes the check of models, which refuses it', () => {
    assert.deepEqual(
      keyStages({ kind: 'anonymous' }).map(({ name }) => name),
      ['models'],
    )
  })
})
