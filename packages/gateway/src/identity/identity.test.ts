import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { openStore, type Store } from '../store/index.ts'
import { type Identity, openIdentity, statusOf } from './index.ts'

const day = 86_400_000
const nextReset = (_duration: string, now: Date): Date => new Date(now.getTime() + day)

const badRequest =
  (param: string) =>
  (error: unknown): boolean =>
    isGatewayError(error) && error.kind === 'bad_request' && error.facts.param === param

describe('identity', () => {
  let dataDir: string
  let store: Store
  let identity: Identity
  let otherStore: Store
  let other: Identity
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'switchyard-identity-'))
    store = await openStore({ dataDir, pollMs: 50 })
    otherStore = await openStore({ dataDir, pollMs: 50 })
    identity = await openIdentity({ store, nextReset })
    other = await openIdentity({ store: otherStore, nextReset })
  })
  afterEach(async () => {
    identity.close()
    other.close()
    await store.close()
    await otherStore.close()
    await rm(dataDir, { recursive: true })
  })

  it('makes keys in the known format, finds them, at once from the second time on', async () => {
    const { key, record } = await identity.keys.createKey({ alias: 'ci', budgetDuration: '1d', maxBudgetNano: 5 }, 'admin')
    assert.match(key, /^sk-[\w-]{22}$/)
    assert.equal(record.name, `sk-...${key.slice(-4)}`)
    assert.ok(record.budgetResetAt !== null && record.budgetResetAt > Date.now() + day - 5000)
    assert.deepEqual(await identity.directory.find(key), record)
    const cached = identity.directory.find(key)
    assert.ok(!(cached instanceof Promise) && cached?.id === record.id)
    assert.equal(await other.directory.find(`${key}x`), undefined)
  })

  it('keeps no key on the disk', async () => {
    const { key } = await identity.keys.createKey({ key: 'sk-a-key-that-somebody-chose' }, null)
    await identity.directory.find(key)
    await store.flush()
    for (const name of ['switchyard.db', 'switchyard.db-wal']) {
      const bytes = await readFile(join(dataDir, name))
      assert.equal(bytes.includes(key), false)
      assert.equal(bytes.includes(createHash('sha256').update(key).digest('hex')), false)
    }
  })

  it('refuses short keys, wrong prefixes, taken aliases and negative limits', async () => {
    const { keys } = identity
    await assert.rejects(keys.createKey({ key: 'pk-0123456789abcdef' }, null), badRequest('key'))
    await assert.rejects(keys.createKey({ key: 'sk-short' }, null), badRequest('key'))
    await assert.rejects(keys.createKey({ rpmLimit: -1 }, null), badRequest('rpmLimit'))
    await keys.createKey({ alias: 'ci' }, null)
    await assert.rejects(keys.createKey({ alias: 'ci' }, null), badRequest('key_alias'))
  })

  it('tells the other process within a second that a key is revoked', async () => {
    const { key, record } = await identity.keys.createKey({}, null)
    assert.equal((await other.directory.find(key))?.blocked, false)
    await identity.keys.blockKey(record.id, 'admin')
    const blocked = identity.directory.find(key)
    assert.equal((await blocked)?.blocked, true)
    const elapsed = await until(async () => {
      const seen = await other.directory.find(key)
      return seen !== undefined && statusOf(seen, Date.now()) === 'blocked'
    })
    assert.ok(elapsed < 300, `took ${elapsed} ms`)
    await identity.keys.unblockKey(key, 'admin')
    await until(async () => (await other.directory.find(key))?.blocked === false)
    assert.deepEqual(await identity.keys.deleteKeys([key, 'sk-nobody-has-this-key'], 'admin'), [key])
    assert.equal(await identity.directory.find(key), undefined)
    await until(async () => (await other.directory.find(key)) === undefined)
  })

  it('finds a key that another process made after it was unknown here', async () => {
    const key = 'sk-0123456789abcdefghij'
    assert.equal(await other.directory.find(key), undefined)
    assert.equal(other.directory.find(key), undefined)
    await identity.keys.createKey({ key }, null)
    await until(async () => (await other.directory.find(key)) !== undefined)
  })

  it('accepts an imported SHA-256 and re-hashes it on use', async () => {
    const key = 'sk-imported-from-elsewhere'
    const legacyHash = createHash('sha256').update(key).digest('hex')
    const record = await identity.keys.importKey({ legacyHash, name: 'sk-...here', spendNano: 42, maxBudgetNano: 100 }, null)
    assert.equal((await identity.keys.infoOf(legacyHash))?.spendNano, 42)
    assert.equal((await other.directory.find(key))?.id, record.id)
    assert.equal((await store.keys.byVerifier(identity.directory.hash(key), 'none'))?.legacy, false)
    assert.equal((await identity.keys.infoOf(legacyHash))?.id, record.id)
    await store.flush()
    const bytes = await readFile(join(dataDir, 'switchyard.db'))
    assert.equal(bytes.includes(identity.directory.hash(key)), true)
  })

  it('changes, clears, lists and pages', async () => {
    const { key, record } = await identity.keys.createKey(
      { alias: 'a', teamId: 't', maxBudgetNano: 10, budgetDuration: '1d' },
      null,
    )
    await identity.keys.createKey({ alias: 'b', teamId: 't' }, null)
    const changed = await identity.keys.updateKey(key, { maxBudgetNano: 20, budgetDuration: null, metadata: { x: 1 } }, 'admin')
    assert.deepEqual([changed.maxBudgetNano, changed.budgetDuration, changed.budgetResetAt], [20, null, null])
    assert.deepEqual([changed.alias, changed.metadata, changed.updatedBy], ['a', { x: 1 }, 'admin'])
    assert.equal((await identity.keys.listKeys({ teamId: 't' })).total, 2)
    assert.deepEqual((await identity.keys.listKeys({ alias: 'a' })).keys, [changed])
    assert.equal((await identity.keys.listKeys({ id: record.id })).total, 1)
    await assert.rejects(identity.keys.updateKey('unknown', {}, null), (error) => isGatewayError(error) && error.status === 404)
  })

  it('knows the master key by its hash', async () => {
    const hash = identity.directory.hash('sk-master')
    assert.equal(identity.isMasterHash(hash), false)
    await identity.setMasterKey('sk-master')
    assert.equal(identity.isMasterHash(hash), true)
    assert.equal(identity.isMasterHash(identity.directory.hash('sk-mastes')), false)
    const again = await openIdentity({ store, nextReset })
    assert.equal(again.isMasterHash(hash), true)
    again.close()
  })

  it('answers 503, not 401, when the store has been silent for too long', async () => {
    const { key } = await identity.keys.createKey({}, null)
    const impatient = await openIdentity({ store: otherStore, nextReset, staleMs: 200 })
    assert.notEqual(await impatient.directory.find(key), undefined)
    otherStore.feed.close()
    await new Promise((resolve) => setTimeout(resolve, 250))
    const unavailable = (error: unknown): boolean => isGatewayError(error) && error.status === 503
    assert.throws(() => impatient.directory.find(key), unavailable)
    impatient.close()
  })
})

/** Waits until it is so, and tells how long that took. */
async function until(isSo: () => Promise<boolean>): Promise<number> {
  const start = performance.now()
  while (!(await isSo())) {
    if (performance.now() - start > 2000) throw new Error('it never came to be')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return performance.now() - start
}
