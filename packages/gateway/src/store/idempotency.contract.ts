import assert from 'node:assert/strict'
import { it } from 'node:test'
import { makeRow, settlementsOf } from './for-test.ts'
import type { CallClaim, EarlierCall, LedgerRow } from './index.ts'
import type { ContractSubject } from './store.contract.ts'

const now = 1_790_000_000_000

const claimOf = (callId: string, changes: Partial<CallClaim> = {}): CallClaim => ({
  owner: 'k1',
  route: '/v1/chat/completions',
  name: 'order-7',
  fingerprint: 'f1',
  callId,
  worker: 'w1',
  expiresAt: now + 1000,
  ...changes,
})

const earlier = (callId: string, state: 'running' | 'over'): EarlierCall => ({ callId, fingerprint: 'f1', state })

/** Names that clients give their calls. */
export function idempotencyContract(subject: () => ContractSubject): void {
  const register = (id: string): Promise<void> =>
    subject().first.workers.register({ id, host: 'h', pid: 1, startedAt: now, heartbeatAt: now })

  it('gives a name to one of many who claim it at once', async () => {
    await register('w1')
    const { first, second } = subject()
    const calls = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6']
    const found = await Promise.all(calls.map((id, at) => (at % 2 === 0 ? first : second).idempotency.claim(claimOf(id), now)))
    const winners = calls.filter((_, at) => found[at] === undefined)
    assert.equal(winners.length, 1)
    const others = found.filter((one) => one !== undefined)
    assert.deepEqual(others, Array(5).fill(earlier(winners[0] ?? '', 'running')))
  })

  it('keeps names apart by owner and route', async () => {
    await register('w1')
    const { idempotency } = subject().first
    for (const changes of [{}, { owner: 'k2' }, { route: '/v1/messages' }, { name: 'Order-7' }])
      assert.equal(await idempotency.claim(claimOf('c1', changes), now), undefined, JSON.stringify(changes))
  })

  it('answers the bytes that were kept, until their time is over', async () => {
    await register('w1')
    const { first, second } = subject()
    const answer = { contentType: 'application/json', body: Uint8Array.from([0, 123, 255, 125]) }
    await first.idempotency.claim(claimOf('c1'), now)
    await first.idempotency.finish(claimOf('c1'), answer)
    assert.deepEqual(await second.idempotency.claim(claimOf('c2'), now + 999), {
      callId: 'c1',
      fingerprint: 'f1',
      state: 'answered',
      answer,
    })
    assert.equal(await second.idempotency.claim(claimOf('c2'), now + 1000), undefined)
    // The first one's late end is not the second one's.
    await first.idempotency.finish(claimOf('c1'), answer)
    await first.idempotency.free(claimOf('c1'))
    assert.deepEqual(await first.idempotency.claim(claimOf('c3'), now), earlier('c2', 'running'))
  })

  it('knows a call without an answer, frees one that came to nothing, and forgets them all', async () => {
    await register('w1')
    const { idempotency } = subject().first
    await idempotency.claim(claimOf('c1'), now)
    await idempotency.finish(claimOf('c1'), undefined)
    assert.deepEqual(await idempotency.claim(claimOf('c2'), now), earlier('c1', 'over'))
    await idempotency.free(claimOf('c1'))
    assert.equal(await idempotency.claim(claimOf('c3'), now), undefined)
    assert.deepEqual([await idempotency.prune(now + 999), await idempotency.prune(now + 1000)], [0, 1])
  })

  it('frees what a worker ran that is wound up, unless its call was charged or has succeeded', async () => {
    const { first } = subject()
    await register('w1')
    await register('w2')
    const endings: readonly [callId: string, row: Partial<LedgerRow> | undefined, spendNano: number, isFree: boolean][] = [
      ['unsent', undefined, 0, true],
      ['failed', { status: 'failure' }, 0, true],
      ['lost', { status: 'lost' }, 0, true],
      ['partly', { status: 'cancelled' }, 5, false],
      ['free', { status: 'success' }, 0, false],
    ]
    const rows = endings.flatMap(([requestId, row, spend]) => (row ? [makeRow('k1', spend, { ...row, requestId })] : []))
    for (const [name] of endings) await first.idempotency.claim(claimOf(name, { name }), now)
    await first.ledger.shipLost({ worker: 'w1', now, settlements: settlementsOf(rows) })
    const claimAll = () =>
      Promise.all(endings.map(([name]) => first.idempotency.claim(claimOf('new', { name, worker: 'w2' }), now)))
    const statesOf = (calls: readonly (EarlierCall | undefined)[]) => calls.map((call) => call?.state)
    assert.deepEqual(statesOf(await claimAll()), Array(5).fill('running'))
    await first.workers.retire('w1')
    assert.deepEqual(
      statesOf(await claimAll()),
      endings.map(([, , , isFree]) => (isFree ? undefined : 'over')),
    )
    await first.workers.forget('w1')
    assert.deepEqual(
      statesOf(await claimAll()),
      endings.map(([, , , isFree]) => (isFree ? 'running' : 'over')),
    )
  })
}
