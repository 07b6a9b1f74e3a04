import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ContractSubject } from './store.contract.ts'
import type { StoredBatch, StoredFile } from './index.ts'

const now = 1_790_000_000_000

const file = (changes: Partial<StoredFile>): StoredFile => ({
  id: 'file-1',
  owner: 'k1',
  filename: 'in.jsonl',
  contentType: 'application/jsonl',
  purpose: 'batch',
  bytes: 100,
  createdAt: now,
  expiresAt: now + 1000,
  ...changes,
})

const batch = (id: string, changes: Partial<StoredBatch> = {}): StoredBatch => ({
  id,
  owner: 'k1',
  body: '{}',
  isOpen: true,
  isCancelled: false,
  createdAt: now,
  keepUntil: now + 1000,
  ...changes,
})

/** Files and batches of the gateway's own. */
export function batchContract(subject: () => ContractSubject): void {
  const register = (id: string): Promise<void> =>
    subject().first.workers.register({ id, host: 'h', pid: 1, startedAt: now, heartbeatAt: now })

  it('keeps files up to what an owner may have, and knows which are over', async () => {
    const { files } = subject().first
    assert.equal(await files.put(file({}), 250), true)
    assert.equal(await files.put(file({ id: 'file-2', expiresAt: now + 5 }), 250), true)
    assert.equal(await files.put(file({ id: 'file-3' }), 250), false)
    assert.equal(await files.put(file({ id: 'file-3', owner: 'k2' }), 250), true)
    assert.equal(await files.put(file({ bytes: 150 }), 250), true)
    assert.deepEqual(await subject().second.files.get('file-1', now), file({ bytes: 150 }))
    assert.equal(await files.get('file-3', now + 1000), undefined)
    assert.deepEqual(await files.expired(now + 5, 10), ['file-2'])
    assert.deepEqual([await files.delete('file-2'), await files.delete('file-2')], [true, false])
  })

  it('gives a batch to one worker, and to the next when that one is wound up', async () => {
    const { first, second } = subject()
    await register('w1')
    await register('w2')
    await first.batches.insert(batch('b2', { createdAt: now + 1 }), 10)
    await first.batches.insert(batch('b1'), 10)
    await first.batches.insert(batch('b0', { createdAt: now - 1, isOpen: false }), 10)
    const claims = await Promise.all([first.batches.claim('w1'), second.batches.claim('w2'), first.batches.claim('w1')])
    assert.deepEqual(claims.map((one) => one?.id).toSorted(), ['b1', 'b2', undefined])
    const mine = claims[0]?.id ?? ''
    assert.deepEqual(await first.batches.save('w1', { id: mine, body: '{"a":1}', isOpen: true }), { isCancelled: false })
    assert.equal(await second.batches.save('w2', { id: mine, body: '{}', isOpen: true }), undefined)
    await first.workers.retire('w1')
    const taken = await second.batches.claim('w2')
    assert.deepEqual([taken?.id, taken?.body], [mine, '{"a":1}'])
    assert.equal(await first.batches.save('w1', { id: mine, body: '{}', isOpen: false }), undefined)
    await second.batches.release('w2')
    await register('w3')
    assert.notEqual(await first.batches.claim('w3'), undefined)
  })

  it('takes no more open batches of an owner than it is told, and lets the others have their turn', async () => {
    const { batches } = subject().first
    await register('w1')
    for (let at = 0; at < 3; at++) assert.equal(await batches.insert(batch(`b${at}`, { createdAt: now + at }), 3), true)
    assert.equal(await batches.insert(batch('b4'), 3), false)
    assert.equal(await batches.get('b4', now), undefined)
    assert.equal(await batches.insert(batch('other', { owner: 'k2', createdAt: now + 9 }), 3), true)
    const order = [await batches.claim('w1'), await batches.claim('w1'), await batches.claim('w1')]
    assert.deepEqual(
      order.map((one) => one?.id),
      ['b0', 'other', 'b1'],
    )
  })

  it('ends a batch once, and forgets it when its time is over', async () => {
    const { batches } = subject().first
    await register('w1')
    await batches.insert(batch('b1'), 10)
    assert.equal(await batches.cancel('b1'), true)
    assert.equal((await batches.claim('w1'))?.isCancelled, true)
    assert.deepEqual(await batches.save('w1', { id: 'b1', body: '{}', isOpen: false }), { isCancelled: true })
    assert.equal(await batches.cancel('b1'), false)
    assert.equal((await batches.get('b1', now))?.isOpen, false)
    assert.equal(await batches.get('b1', now + 1000), undefined)
    await batches.insert(batch('b2'), 10)
    assert.equal(await batches.delete('b2'), false)
    await batches.insert(batch('b3', { isOpen: false }), 10)
    assert.deepEqual([await batches.delete('b3'), await batches.delete('b3')], [true, false])
    assert.deepEqual([await batches.prune(now), await batches.prune(now + 1000)], [0, 1])
  })
}
