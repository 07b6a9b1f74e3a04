import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Health, loadCatalog } from '@switchyard/core'
import { isGatewayError } from '@switchyard/wire'
import { loadGood } from '../config/load-for-test.ts'
import { loadRuntime } from '../runtime.ts'
import { buildSnapshot, type Snapshot } from '../snapshot.ts'
import { emptySettings, type KeyRecord } from '../store/index.ts'
import { aliased, mayUseModel, requireModel } from './access.ts'
import type { Principal } from './identify.ts'

const config = `
model_list:
  - model_name: gpt
    litellm_params: { model: openai/gpt-4o, api_key: sk-provider }
    model_info: { access_groups: [cheap] }
  - model_name: claude
    litellm_params: { model: anthropic/claude-sonnet-4-5, api_key: sk-provider }
    model_info: { access_groups: [cheap, dear] }
`

const record: KeyRecord = {
  id: '0',
  name: 'sk-...0000',
  ...emptySettings,
  spendNano: 0,
  totalSpendNano: 0,
  createdAt: 0,
  createdBy: null,
  updatedAt: 0,
  updatedBy: null,
  deletedAt: null,
}
const key = (over: Partial<KeyRecord>): Principal => ({ kind: 'key', record: { ...record, ...over } })

const snapshot: Promise<Snapshot> = (async () =>
  buildSnapshot(await loadGood(config), {
    catalog: await loadCatalog(),
    health: new Health(),
    transport: (await loadRuntime()).transport,
    revision: 1,
    workers: 1,
  }))()

describe('access to models', () => {
  it('is all for the master and for keys without a list, and none for nobody', async () => {
    const now = await snapshot
    assert(mayUseModel({ kind: 'master' }, 'anything', now))
    assert(mayUseModel(key({}), 'anything', now))
    assert(!mayUseModel({ kind: 'anonymous' }, 'gpt', now))
  })

  it('follows names, wildcards, groups and LiteLLM’s words', async () => {
    const now = await snapshot
    const allowed = (models: readonly string[], model: string): boolean => mayUseModel(key({ models }), model, now)
    assert.deepEqual([allowed(['gpt'], 'gpt'), allowed(['gpt'], 'gpt-4'), allowed(['gpt'], 'GPT')], [true, false, false])
    assert.deepEqual(
      [allowed(['openai/*'], 'openai/gpt'), allowed(['openai/*'], 'openai'), allowed(['a*a'], 'a')],
      [true, false, false],
    )
    assert.deepEqual(
      [allowed(['*-mini'], 'gpt-mini'), allowed(['*'], 'x'), allowed(['all-proxy-models'], 'x')],
      [true, true, true],
    )
    assert.deepEqual([allowed(['dear'], 'claude'), allowed(['dear'], 'gpt'), allowed(['cheap'], 'gpt')], [true, false, true])
    assert.deepEqual(
      [allowed(['no-default-models'], 'gpt'), allowed([''], 'gpt'), allowed(['__proto__'], 'constructor')],
      [false, false, false],
    )
    assert.throws(
      () => requireModel(key({ models: ['gpt'] }), 'claude', now),
      (error) => isGatewayError(error) && error.status === 403 && error.type === 'key_model_access_denied',
    )
  })

  it('uses the key’s own aliases, and only those', () => {
    const principal = key({ aliases: { fast: 'gpt' } })
    assert.deepEqual(
      [aliased(principal, 'fast'), aliased(principal, 'gpt'), aliased({ kind: 'master' }, 'fast')],
      ['gpt', 'gpt', 'fast'],
    )
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) assert.equal(aliased(principal, name), name)
  })
})
