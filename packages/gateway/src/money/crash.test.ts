import assert from 'node:assert/strict'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { keyBudgetId } from '../store/index.ts'
import { makeDataDir, openBench, pause, WorkerProcess } from './for-test.ts'

const kills = 15
const limit = 10_000_000_000

describe('kill -9', () => {
  it('loses no settled row, makes none double, and frees every lease', { timeout: 60_000 }, async () => {
    const dataDir = await makeDataDir()
    const setup = await openBench(dataDir)
    const { key, record } = await setup.identity.keys.createKey({ maxBudgetNano: limit, maxParallelRequests: 100 }, null)
    await setup.close()

    const acknowledged = new Map<string, number>()
    let running: WorkerProcess[] = []
    for (let killed = 0; killed < kills;) {
      // Two at a time now and then: a live worker then adopts the dead one.
      while (running.length < 1 + (killed % 2)) running.push(new WorkerProcess([dataDir, 'spend', key, '16']))
      await Promise.all(running.map((worker) => worker.heard('settled')))
      await pause(Math.random() * 120)
      const [victim, ...others] = running
      if (victim === undefined) break
      victim.kill()
      await victim.exited
      collect(victim, acknowledged)
      running = others
      killed += 1
    }
    for (const worker of running) {
      worker.kill()
      await worker.exited
      collect(worker, acknowledged)
    }

    const { store, money, close } = await openBench(dataDir)
    await money.ship()
    const audit = await money.audit()
    assert.deepEqual([audit.gap, audit.problems, audit.open], [0, [], 0])
    assert.ok(acknowledged.size > kills * 16, `only ${acknowledged.size} rows`)
    assert.ok(audit.rows >= acknowledged.size)
    for (const [id, spend] of acknowledged) {
      const row = await store.ledger.get(id)
      assert.equal(row?.spendNano, spend, `row ${id}`)
    }
    assert.deepEqual(await store.budgets.leases(), [])
    assert.equal((await store.workers.list()).length, 1)
    const totals = await store.ledger.totals()
    const budget = await store.budgets.get(keyBudgetId(record.id))
    assert.deepEqual([budget?.settled, budget?.total], [totals.spendNano, totals.spendNano])
    assert.ok(totals.spendNano <= limit)
    await close()
    assert.deepEqual(await readdir(join(dataDir, 'journal')), [])
    await rm(dataDir, { recursive: true })
  })
})

function collect(worker: WorkerProcess, into: Map<string, number>): void {
  for (const line of worker.lines) {
    const [word, id, spend] = line.split(' ')
    if (word === 'settled' && id !== undefined) into.set(id, Number(spend))
  }
}
