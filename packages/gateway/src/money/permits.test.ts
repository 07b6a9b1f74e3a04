import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { type ErrorKind, isGatewayError } from '@switchyard/wire'
import { makeFacts, makeOutcome, rowIdOf } from '../store/for-test.ts'
import { keyBudgetId } from '../store/index.ts'
import { type Bench, makeDataDir, openBench, pause, until, withBench } from './for-test.ts'
import { masterPrincipal, type Permit } from './index.ts'

const refused =
  (kind: ErrorKind, pattern: RegExp) =>
  (error: unknown): boolean =>
    isGatewayError(error) && error.kind === kind && pattern.test(error.message)

async function makeAdmit({ identity, money, principal }: Bench, settings: Parameters<typeof identity.keys.createKey>[0]) {
  const { key, record } = await identity.keys.createKey(settings, null)
  const admit = async (nano: number, tokens = 0): Promise<Permit> => money.permits.admit(await principal(key), { nano, tokens })
  const spend = async (nano: number): Promise<void> => (await admit(nano)).attempt(makeFacts()).settle(makeOutcome(nano))
  return { key, record, admit, spend, budget: keyBudgetId(record.id) }
}

/** Two workers on one data folder. */
async function withTwo(test: (first: Bench, second: Bench) => Promise<void>): Promise<void> {
  const dataDir = await makeDataDir()
  const [first, second] = [await openBench(dataDir), await openBench(dataDir)]
  try {
    await test(first, second)
  } finally {
    await first.close()
    await second.close()
    await rm(dataDir, { recursive: true })
  }
}

describe('permits', () => {
  it('spend a budget to the last nano and then say so', () =>
    withBench(async (bench) => {
      const { spend, key } = await makeAdmit(bench, { alias: 'ci', maxBudgetNano: 100_000_000, budgetDuration: '30d' })
      for (let i = 0; i < 100; i++) await spend(1_000_000)
      await bench.money.ship()
      const text = `Key=ci \\(sk-...${key.slice(-4)}\\) Current cost: 0.1, Max budget: 0.1. It resets at 20`
      await assert.rejects(spend(1), refused('over_budget', new RegExp(`^Budget has been exceeded! ${text}`)))
      await spend(0)
    }))

  it('reserve the bound, charge the cost, and release the rest', () =>
    withBench(async (bench) => {
      const { admit, budget } = await makeAdmit(bench, { maxBudgetNano: 1000 })
      const permit = await admit(900)
      await assert.rejects(admit(200), refused('over_budget', /This request may cost up to 0.0000002/))
      await permit.attempt(makeFacts()).settle(makeOutcome(100))
      const second = await admit(900)
      second.release()
      second.release()
      assert.throws(() => second.attempt(makeFacts()), refused('internal', /released/))
      await until(async () => (await bench.store.budgets.get(budget))?.leased === 0, 'idle money given back')
      assert.equal((await bench.store.budgets.get(budget))?.settled, 100)
      assert.equal(
        await bench.money.permits.fundable(await bench.principal((await makeAdmit(bench, {})).key)),
        Number.MAX_SAFE_INTEGER,
      )
    }))

  it('tell how much could be funded', () =>
    withBench(async (bench) => {
      const { key, admit } = await makeAdmit(bench, { maxBudgetNano: 1000 })
      const payer = await bench.principal(key)
      assert.equal(await bench.money.permits.fundable(payer), 1000)
      await admit(300)
      assert.equal(await bench.money.permits.fundable(payer), 700)
      await admit(await bench.money.permits.fundable(payer))
      assert.equal(await bench.money.permits.fundable(payer), 0)
    }))

  it('settle once, one attempt after the other, and charge what failed attempts cost', () =>
    withBench(async (bench) => {
      const { admit, budget } = await makeAdmit(bench, { maxBudgetNano: 1000 })
      const permit = await admit(400)
      const facts = makeFacts()
      const first = permit.attempt(facts)
      assert.throws(() => permit.attempt({ ...facts, attempt: 2 }), refused('internal', /Settle the open attempt/))
      await first.settle(makeOutcome(30, { status: 'failure', errorKind: 'timeout' }))
      await assert.rejects(first.settle(makeOutcome(30)), refused('internal', /settled already/))
      await permit.attempt({ ...facts, attempt: 2 }).settle(makeOutcome(400))
      await bench.money.ship()
      assert.equal((await bench.store.budgets.get(budget))?.settled, 430)
      const rest = await admit(570)
      await rest.attempt(makeFacts()).settle(makeOutcome(1, { status: 'failure' }))
      assert.throws(() => rest.attempt(makeFacts()), refused('over_budget', /does not pay for another/))
      rest.release()
      await admit(569)
    }))

  it('charge an amount that is none at the bound, and flag it', () =>
    withBench(async (bench) => {
      const { admit, record } = await makeAdmit(bench, { maxBudgetNano: 1000 })
      const facts = makeFacts()
      await (await admit(400)).attempt(facts).settle(makeOutcome(Number.NaN, { totalTokens: -5 }))
      await bench.money.ship()
      const row = await bench.store.ledger.get(rowIdOf(facts))
      assert.deepEqual([row?.spendNano, row?.estimated, row?.totalTokens], [400, true, 0])
      assert.equal((await bench.identity.keys.infoOf(record.id))?.spendNano, 400)
    }))

  it('need no store for keys without limits and for the master key', () =>
    withBench(async (bench) => {
      const { key } = await makeAdmit(bench, {})
      const facts = makeFacts()
      await (await bench.money.permits.admit(masterPrincipal, { nano: 5, tokens: 5 })).attempt(facts).settle(makeOutcome(5))
      await (
        await bench.money.permits.admit(await bench.principal(key), { nano: 5, tokens: 5 })
      )
        .attempt(makeFacts())
        .settle(makeOutcome(5))
      await bench.money.ship()
      assert.deepEqual(await bench.store.budgets.leases(), [])
      assert.equal((await bench.store.ledger.get(rowIdOf(facts)))?.keyId, 'master')
      assert.deepEqual((await bench.money.audit()).problems, [])
    }))

  it('end by themselves when forgotten; a late settlement replaces the lost row', () =>
    withBench(
      async (bench) => {
        const { admit, budget } = await makeAdmit(bench, { maxBudgetNano: 1000 })
        const facts = makeFacts()
        const forgotten = (await admit(1000)).attempt(facts)
        await admit(0)
        await until(() => bench.money.permits.size === 0, 'swept')
        await until(async () => (await bench.store.ledger.get(rowIdOf(facts)))?.status === 'lost', 'row of the lost attempt')
        ;(await admit(900)).release()
        await forgotten.settle(makeOutcome(77))
        await bench.money.ship()
        assert.equal((await bench.store.ledger.get(rowIdOf(facts)))?.status, 'success')
        assert.equal((await bench.store.budgets.get(budget))?.settled, 77)
        const audit = await bench.money.audit()
        assert.deepEqual([audit.rows, audit.gap, audit.problems], [1, 0, []])
      },
      { timings: { shipMs: 20, choresMs: 30, idleMs: 100, permitMs: 150 } },
    ))
})

describe('limits that change', () => {
  it('hold for leases that are out', () =>
    withTwo(async (first, second) => {
      const { spend, key, budget } = await makeAdmit(first, { maxBudgetNano: 1_000_000 })
      await spend(1)
      assert.ok(((await first.store.budgets.get(budget))?.leased ?? 0) > 10_000)
      await second.identity.keys.updateKey(key, { maxBudgetNano: 100 }, null)
      await until(async () => (await first.store.budgets.get(budget))?.leased === 0, 'lease given back')
      await assert.rejects(spend(200), refused('over_budget', /Max budget: 0.0000001/))
      await second.identity.keys.updateKey(key, { maxBudgetNano: 500 }, null)
      await until(
        async () =>
          spend(200).then(
            () => true,
            () => false,
          ),
        'admitted under the new limit',
      )
      await second.identity.keys.updateKey(key, { maxBudgetNano: null }, null)
      await until(
        async () =>
          spend(5000).then(
            () => true,
            () => false,
          ),
        'admitted without a limit',
      )
    }))

  it('reset once for all workers when the period is over', async () => {
    let now = Date.now()
    await withBench(
      async (bench) => {
        const { spend, budget } = await makeAdmit(bench, {
          maxBudgetNano: 100,
          budgetDuration: '1d',
          budgetResetAt: now + 60_000,
        })
        await spend(100)
        await bench.money.ship()
        await assert.rejects(spend(1), refused('over_budget', /It resets at/))
        now += 61_000
        await pause(300)
        await spend(60)
        await bench.money.ship()
        const state = await bench.store.budgets.get(budget)
        assert.deepEqual([state?.total, (state?.resetAt ?? 0) > now], [160, true])
      },
      { clock: () => now },
    )
  })
})

describe('two workers', () => {
  it('give unused money to who wants it', () =>
    withTwo(async (first, second) => {
      const { admit, spend, key, budget } = await makeAdmit(first, { maxBudgetNano: 1600 })
      await spend(1)
      // On a busy machine what is idle may have gone back before it is looked at.
      const held = async (): Promise<number> => (await first.store.budgets.get(budget))?.leased ?? 0
      for (let tries = 0; tries < 20 && (await held()) <= 1; tries++) (await admit(1)).release()
      assert.ok((await held()) > 1)
      const permit = await second.money.permits.admit(await second.principal(key), { nano: 1599, tokens: 0 })
      await permit.attempt(makeFacts()).settle(makeOutcome(1599))
      await second.money.ship()
      assert.equal((await first.store.budgets.get(budget))?.settled, 1600)
    }))

  it('share the number of concurrent requests', () =>
    withTwo(async (first, second) => {
      const { admit, key } = await makeAdmit(first, { maxParallelRequests: 2 })
      const admitSecond = async (): Promise<Permit> =>
        second.money.permits.admit(await second.principal(key), { nano: 0, tokens: 0 })
      const permits = [await admit(0), await admitSecond()]
      await assert.rejects(admit(0), refused('rate_limited', /max_parallel_requests. Current limit: 2, Remaining: 0/))
      await assert.rejects(admitSecond(), refused('rate_limited', /max_parallel_requests/))
      for (const permit of permits) permit.release()
      const again = [await admitSecond(), await admitSecond()]
      for (const permit of again) permit.release()
    }))
})
