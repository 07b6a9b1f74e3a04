import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { batchContract } from './batches.contract.ts'
import { idempotencyContract } from './idempotency.contract.ts'
import { makeNewKey, makeRow, settlementsOf } from './for-test.ts'
import { type Change, keyBudgetId, keyGaugeId, KeyTaken, type Shipment, type Store } from './index.ts'

/** Two handles on one and the same storage, as two processes have them. */
export interface ContractSubject {
  readonly first: Store
  readonly second: Store
  /** Closes the handles and deletes the storage. */
  readonly dispose: () => Promise<void>
}

const now = 1_790_000_000_000

/** What every engine must do. */
export function storeContract(engine: string, open: () => Promise<ContractSubject>): void {
  describe(`store contract on ${engine}`, () => {
    let subject: ContractSubject
    let store: Store
    beforeEach(async () => {
      subject = await open()
      store = subject.first
    })
    afterEach(() => subject.dispose())
    const current = (): ContractSubject => subject
    const first = (): Store => store
    keyContract(first)
    leaseContract(current)
    rateContract(current)
    ledgerContract(first)
    feedContract(current)
    smallContracts(first)
    batchContract(current)
    idempotencyContract(current)
  })
}

function keyContract(store: () => Store): void {
  it('keeps every setting of a key', async () => {
    const key = makeNewKey('k1', {
      alias: 'ci',
      models: ['m1', 'openai/*'],
      aliases: { fast: 'm1' },
      expiresAt: now + 1000,
      maxBudgetNano: 5_000_000_000,
      budgetDuration: '30d',
      budgetResetAt: now + 5000,
      rpmLimit: 60,
      tpmLimit: 1000,
      maxParallelRequests: 3,
      metadata: { nested: { "it's": 'ok; DROP TABLE keys' } },
      userId: 'u1',
      teamId: 't1',
      allowedRoutes: ['/v1/chat/completions'],
      keyType: 'llm_api',
    })
    await store().keys.insert(key)
    const record = await store().keys.byId('k1')
    assert.deepEqual(record, {
      ...key.settings,
      id: 'k1',
      name: 'sk-...abcd',
      spendNano: 0,
      totalSpendNano: 0,
      createdAt: now,
      createdBy: 'tester',
      updatedAt: now,
      updatedBy: 'tester',
      deletedAt: null,
    })
    assert.equal((await store().budgets.get(keyGaugeId('k1')))?.limit, 3)
  })

  it('refuses a second key with the same alias, but not when the first is deleted', async () => {
    await store().keys.insert(makeNewKey('k1', { alias: 'ci' }))
    const taken = (error: unknown): boolean => error instanceof KeyTaken && error.field === 'key_alias'
    await assert.rejects(store().keys.insert(makeNewKey('k2', { alias: 'ci' })), taken)
    assert.equal(await store().keys.byId('k2'), undefined)
    await store().keys.insert(makeNewKey('k3', { alias: 'other' }))
    await assert.rejects(store().keys.update({ id: 'k3', changes: { alias: 'ci' }, at: now, by: null }), taken)
    assert.deepEqual(await store().keys.remove(['k1', 'nobody'], now, null), ['k1'])
    await store().keys.insert(makeNewKey('k2', { alias: 'ci' }))
  })

  it('finds imported keys by their SHA-256 until they are re-hashed', async () => {
    await store().keys.insert({ ...makeNewKey('k1'), verifier: { legacyHash: 'sha' } })
    assert.equal((await store().keys.byVerifier('hmac', 'sha'))?.legacy, true)
    await store().keys.rehash('k1', 'hmac')
    assert.equal((await store().keys.byVerifier('hmac', 'sha'))?.legacy, false)
    assert.equal(await store().keys.byVerifier('other', 'sha'), undefined)
  })

  it('lists by page and filter, newest first', async () => {
    for (let i = 0; i < 7; i++) {
      await store().keys.insert({ ...makeNewKey(`k${i}`, { teamId: i % 2 === 0 ? 'even' : 'odd' }), at: now + i })
    }
    const page = await store().keys.list({ teamId: 'even', offset: 1, limit: 2 })
    assert.deepEqual([page.total, page.keys.map((key) => key.id)], [4, ['k4', 'k2']])
    await store().keys.remove(['k4'], now, null)
    assert.equal((await store().keys.list({ teamId: 'even', offset: 0, limit: 10 })).total, 3)
    assert.equal((await store().keys.list({ deleted: true, offset: 0, limit: 10 })).keys[0]?.id, 'k4')
  })
}

function leaseContract(subject: () => ContractSubject): void {
  const lease = (owner: string, need: number, share = 0) => ({
    budgetId: 'b',
    owner,
    least: need,
    need,
    share,
    now,
    expiresAt: now + 60_000,
    ask: true,
  })

  it('never leases more than the limit, whoever asks at once', async () => {
    const { first, second } = subject()
    await first.budgets.put({ id: 'b', limit: 50, duration: null, resetAt: null, now })
    const asks = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? first : second).budgets.grant(lease(`w${i}`, 1)))
    const grants = await Promise.all(asks)
    assert.equal(grants.filter((grant) => grant.kind === 'granted').length, 50)
    assert.equal((await first.budgets.get('b'))?.leased, 50)
    await second.budgets.giveBack({ budgetId: 'b', owner: 'w0', amount: 1 })
    assert.equal((await first.budgets.get('b'))?.leased, 49)
  })

  it('leases a share of a large rest, and the need of a small one', async () => {
    const { first } = subject()
    await first.budgets.put({ id: 'b', limit: 1600, duration: null, resetAt: null, now })
    const large = await first.budgets.grant(lease('w1', 1, 16))
    assert.ok(large.kind === 'granted' && large.lease.amount === 100)
    const small = await first.budgets.grant(lease('w2', 1490, 16))
    assert.ok(small.kind === 'granted' && small.lease.amount === 1490)
    const last = await first.budgets.grant(lease('w3', 1, 16))
    assert.ok(last.kind === 'granted' && last.lease.amount === 1)
  })

  it('tells what is unlimited, missing or due, and resets a period once', async () => {
    const { first, second } = subject()
    assert.equal((await first.budgets.grant(lease('w', 1))).kind, 'missing')
    await first.budgets.put({ id: 'b', limit: null, duration: null, resetAt: null, now })
    assert.equal((await first.budgets.grant(lease('w', 1))).kind, 'unlimited')
    await first.budgets.put({ id: 'b', limit: 5, duration: '1d', resetAt: now, now: now - 1000 })
    await first.budgets.setSettled('b', 5)
    const grant = await first.budgets.grant(lease('w', 1))
    assert.ok(grant.kind === 'due')
    const resets = await Promise.all(
      [first, second, first].map((one) => one.budgets.reset(grant.due, { start: now, next: now + 86_400_000 })),
    )
    assert.equal(resets.filter(Boolean).length, 1)
    assert.equal((await first.budgets.get('b'))?.settled, 0)
    assert.equal((await second.budgets.grant(lease('w', 5))).kind, 'granted')
  })
}

function rateContract(subject: () => ContractSubject): void {
  const request = { bucket: 'rpm:k', slot: 20, oldest: 8, limit: 10, least: 1, need: 1, chunk: 0 }

  it('never gives more than the limit in a window', async () => {
    const { first, second } = subject()
    const asks = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? first : second).rates.take(request))
    const grants = await Promise.all(asks)
    assert.equal(
      grants.reduce((sum, grant) => sum + grant.granted, 0),
      10,
    )
    assert.equal((await second.rates.take({ ...request, slot: 32, oldest: 20 })).granted, 0)
    assert.equal((await second.rates.take({ ...request, slot: 33, oldest: 21 })).granted, 1)
  })

  it('corrects a slot, not below nothing, and prunes', async () => {
    const { first } = subject()
    await first.rates.take({ ...request, need: 10, least: 10 })
    await first.rates.adjust([{ bucket: 'rpm:k', slot: 20, delta: -4 }])
    assert.deepEqual((await first.rates.take({ ...request, need: 5, least: 5 })).slots, [{ slot: 20, used: 6 }])
    await first.rates.adjust([{ bucket: 'rpm:k', slot: 20, delta: -100 }])
    await first.rates.prune(21)
    assert.deepEqual((await first.rates.take(request)).slots, [])
  })
}

function ledgerContract(store: () => Store): void {
  const start = { segment: 1, offset: 0, sequence: 0 }
  const shipment = (changes: Partial<Shipment>): Shipment => ({
    worker: 'w',
    now: now + 1000,
    from: start,
    to: { segment: 1, offset: 500, sequence: 2 },
    settlements: [],
    attempts: 2,
    permits: 2,
    unreadable: [],
    ...changes,
  })
  const register = (): Promise<void> => store().workers.register({ id: 'w', host: 'h', pid: 1, startedAt: now, heartbeatAt: now })

  it('ships a batch once: rows, rollups, budget, lease and position together', async () => {
    await register()
    await store().keys.insert(makeNewKey('k1', { maxBudgetNano: 1000 }))
    const budgetId = keyBudgetId('k1')
    await store().budgets.grant({ budgetId, owner: 'w', least: 1, need: 800, share: 0, now, expiresAt: now, ask: false })
    const rows = [makeRow('k1', 300), makeRow('k1', 200, { status: 'failure', errorKind: 'timeout', upstreamStatus: null })]
    const batch = shipment({ settlements: settlementsOf(rows, true) })
    const shipped = await store().ledger.ship(batch)
    assert.ok(shipped.kind === 'shipped')
    assert.deepEqual(
      shipped.leases.map((lease) => lease.amount),
      [300],
    )
    assert.equal((await store().ledger.ship(batch)).kind, 'behind')
    const budget = await store().budgets.get(budgetId)
    assert.deepEqual([budget?.settled, budget?.total, budget?.leased], [500, 500, 300])
    const [rollup] = await store().ledger.rollups('2000-01-01', '2999-01-01')
    assert.deepEqual([rollup?.requests, rollup?.successes, rollup?.failures, rollup?.spendNano], [2, 1, 1, 500])
    for (const row of rows) assert.deepEqual(await store().ledger.get(row.id), row)
    const totals = await store().ledger.totals()
    assert.deepEqual([totals.rows, totals.requests, totals.rollupRows, totals.attempts], [2, 2, 2, 2])
    assert.deepEqual(totals.unbalancedKeys, [])
  })

  it('isolates a row that cannot be stored, and keeps both of two rows with one id', async () => {
    await register()
    const good = makeRow('k1', 1)
    const twin = { ...good, spendNano: 2 }
    const settlements = settlementsOf([good, { ...makeRow('k1', 0), spendNano: -1 }, twin])
    await store().ledger.ship(shipment({ settlements, to: { segment: 1, offset: 9, sequence: 3 } }))
    const totals = await store().ledger.totals()
    assert.deepEqual([totals.rows, totals.spendNano, totals.deadLetters.length], [2, 3, 1])
  })

  it('replaces a lost row when the attempt is settled after all', async () => {
    await register()
    await store().keys.insert(makeNewKey('k1'))
    const lost = makeRow('k1', 50, { status: 'lost' })
    await store().ledger.shipLost({ worker: 'w', now, settlements: settlementsOf([lost]) })
    await store().ledger.shipLost({ worker: 'w', now, settlements: settlementsOf([lost]) })
    const late = { ...lost, status: 'success' as const, spendNano: 70 }
    await store().ledger.ship(shipment({ settlements: settlementsOf([late]), attempts: 1 }))
    const totals = await store().ledger.totals()
    assert.deepEqual([totals.rows, totals.spendNano, totals.rollupRows, totals.rollupSpendNano], [1, 70, 1, 70])
    assert.equal((await store().budgets.get(keyBudgetId('k1')))?.total, 70)
  })

  it('charges a row to the period that it ended in', async () => {
    await register()
    const changes = { maxBudgetNano: 1000, budgetDuration: '1d', budgetResetAt: now }
    await store().keys.insert({ ...makeNewKey('k1', changes), at: now - 86_400_000 })
    const rows = [makeRow('k1', 10, { endMs: now - 1 }), makeRow('k1', 7, { endMs: now })]
    const batch = shipment({ settlements: settlementsOf(rows) })
    const due = await store().ledger.ship(batch)
    assert.ok(due.kind === 'due' && due.due[0] !== undefined)
    await store().budgets.reset(due.due[0], { start: now, next: now + 86_400_000 })
    assert.equal((await store().ledger.ship(batch)).kind, 'shipped')
    const budget = await store().budgets.get(keyBudgetId('k1'))
    assert.deepEqual([budget?.settled, budget?.total], [7, 17])
  })

  it('charges every row while the clock is behind the period, and opens none that is yet to come', async () => {
    await register()
    const changes = { maxBudgetNano: 1000, budgetDuration: '1h', budgetResetAt: now }
    await store().keys.insert({ ...makeNewKey('k1', changes), at: now - 3_600_000 })
    const due = { budgetId: keyBudgetId('k1'), resetAt: now, duration: '1h' }
    await store().budgets.reset(due, { start: now, next: now + 3_600_000 })
    const rows = [makeRow('k1', 10, { endMs: now - 60_000 }), makeRow('k1', 7, { endMs: now + 7_200_000 })]
    const batch = shipment({ settlements: settlementsOf(rows), now: now - 50_000 })
    assert.equal((await store().ledger.ship(batch)).kind, 'shipped')
    assert.equal((await store().budgets.get(keyBudgetId('k1')))?.settled, 17)
  })

  it('charges a budget that never starts anew for rows that ended before it was made', async () => {
    await register()
    await store().keys.insert({ ...makeNewKey('k1', { maxBudgetNano: 1000 }), at: now })
    await store().ledger.ship(shipment({ settlements: settlementsOf([makeRow('k1', 10, { endMs: now - 3_600_000 })]) }))
    assert.equal((await store().budgets.get(keyBudgetId('k1')))?.settled, 10)
  })

  it('lists rows by key, time and request', async () => {
    await register()
    const rows = [
      makeRow('k1', 1, { startMs: now }),
      makeRow('k2', 1, { startMs: now + 1 }),
      makeRow('k1', 1, { startMs: now + 2 }),
    ]
    await store().ledger.ship(shipment({ settlements: settlementsOf(rows) }))
    const page = { offset: 0, limit: 10 }
    assert.deepEqual(await store().ledger.list({ keyId: 'k1', ...page }), [rows[2], rows[0]])
    assert.deepEqual(await store().ledger.list({ fromMs: now + 1, toMs: now + 2, ...page }), [rows[1]])
    assert.deepEqual(await store().ledger.list({ requestId: rows[1]?.requestId ?? '', ...page }), [rows[1]])
  })
}

function feedContract(subject: () => ContractSubject): void {
  it('tells each process what the others changed', async () => {
    const { first, second } = subject()
    const heard: Change[] = []
    const unsubscribe = await second.feed.subscribe((changes) => heard.push(...(changes ?? [])))
    await first.keys.insert(makeNewKey('k1'))
    await first.feed.publish({ topic: 'config', id: 'models' })
    await second.feed.poll()
    assert.ok(heard.some((change) => change.topic === 'key' && change.id === 'k1'))
    assert.ok(heard.some((change) => change.topic === 'config' && change.id === 'models'))
    const before = heard.length
    await first.budgets.renew('nobody', now)
    await second.feed.poll()
    assert.equal(heard.length, before)
    unsubscribe()
  })
}

function smallContracts(store: () => Store): void {
  it('keeps responses for their key only, until they expire', async () => {
    const { responses } = store()
    await responses.put({ id: 'resp_1', keyId: 'k1', body: '{"a":1}', expiresAt: now })
    await responses.put({ id: 'resp_1', keyId: 'k2', body: 'stolen', expiresAt: now })
    assert.equal(await responses.get('resp_1', 'k1', now - 1), '{"a":1}')
    assert.equal(await responses.get('resp_1', 'k2', now - 1), undefined)
    assert.equal(await responses.get('resp_1', 'k1', now), undefined)
    assert.equal(await responses.delete('resp_1', 'k2'), false)
    assert.equal(await responses.prune(now), 1)
    assert.equal(await responses.delete('resp_1', 'k1'), false)
  })

  it('lists what belongs to a key, the newest first', async () => {
    const { responses } = store()
    for (const [id, keyId, age] of [
      ['old', 'k1', 2],
      ['new', 'k1', 9],
      ['over', 'k1', 0],
      ['same', 'k1', 9],
      ['other', 'k2', 5],
    ] as const)
      await responses.put({ id, keyId, body: id, expiresAt: now + age })
    const idsOf = async (keyId: string, limit: number) => (await responses.list(keyId, now, limit)).map(({ id }) => id)
    assert.deepEqual(await idsOf('k1', 10), ['same', 'new', 'old'])
    assert.deepEqual([await idsOf('k1', 1), await idsOf('k3', 9)], [['same'], []])
  })

  it('keeps the first value of a setting that several want to make', async () => {
    const values = await Promise.all(['a', 'b', 'c'].map((value) => store().settings.putIfAbsent('pepper', value)))
    assert.equal(new Set(values).size, 1)
    await store().settings.put('pepper', 'z')
    assert.equal(await store().settings.get('pepper'), 'z')
  })

  it('frees the leases of a worker that is retired, then forgets it', async () => {
    const { workers, budgets } = store()
    await workers.register({ id: 'w', host: 'h', pid: 1, startedAt: now, heartbeatAt: now })
    await budgets.put({ id: 'b', limit: 5, duration: null, resetAt: null, now })
    await budgets.grant({ budgetId: 'b', owner: 'w', least: 5, need: 5, share: 0, now, expiresAt: now, ask: false })
    await workers.retire('w')
    assert.deepEqual([(await budgets.leases()).length, (await workers.list())[0]?.state], [0, 'gone'])
    await workers.forget('w')
    assert.deepEqual([await workers.list(), await workers.position('w')], [[], undefined])
  })
}
