import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { keyBudgetId, type KeySettings } from '../store/index.ts'
import { type Bench, makeDataDir, openBench, WorkerProcess } from './for-test.ts'

interface Race {
  readonly bench: Bench
  readonly keyId: string
  readonly admitted: number
}

/** Two processes rush at the same key with so many requests each. */
async function race(settings: Partial<KeySettings>, each: number, cost: number): Promise<Race> {
  const bench = await openBench(await makeDataDir())
  const { key, record } = await bench.identity.keys.createKey(settings, null)
  const args = [bench.dataDir, 'rush', key, String(each), String(cost)]
  const workers = [new WorkerProcess(args), new WorkerProcess(args)]
  await Promise.all(workers.map((worker) => worker.heard('ready')))
  for (const worker of workers) worker.say('go')
  const answers = await Promise.all(workers.map((worker) => worker.heard('admitted')))
  for (const worker of workers) worker.say('end')
  await Promise.all(workers.map((worker) => worker.exited))
  const admitted = answers.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0)
  return { bench, keyId: record.id, admitted }
}

async function finish({ bench }: Race): Promise<void> {
  const audit = await bench.money.audit()
  assert.deepEqual([audit.gap, audit.problems], [0, []])
  await bench.close()
  await rm(bench.dataDir, { recursive: true })
}

describe('two processes', () => {
  it('admit exactly what the budget pays for', { timeout: 20_000 }, async () => {
    for (const [pays, each] of [
      [5, 25],
      [37, 100],
    ] as const) {
      const result = await race({ maxBudgetNano: pays * 1_000_000 + 999 }, each, 1_000_000)
      assert.equal(result.admitted, pays)
      const budget = await result.bench.store.budgets.get(keyBudgetId(result.keyId))
      assert.deepEqual([budget?.settled, budget?.leased], [pays * 1_000_000, 0])
      await finish(result)
    }
  })

  it('admit exactly the requests of the rate limit', { timeout: 20_000 }, async () => {
    const result = await race({ rpmLimit: 60 }, 100, 0)
    assert.equal(result.admitted, 60)
    await finish(result)
  })

  it('admit no more tokens than the rate limit', { timeout: 20_000 }, async () => {
    // Settled at 120 tokens each, but admitted at the estimate of one.
    const result = await race({ tpmLimit: 70 }, 100, 0)
    assert.ok(result.admitted <= 70)
    await finish(result)
  })

  it('refuse a revoked key within a second', { timeout: 20_000 }, async () => {
    const bench = await openBench(await makeDataDir())
    const { key } = await bench.identity.keys.createKey({}, null)
    const worker = new WorkerProcess([bench.dataDir, 'watch', key])
    await worker.heard('ready')
    worker.say('go')
    await new Promise((resolve) => setTimeout(resolve, 100))
    const revokedAt = Date.now()
    await bench.identity.keys.blockKey(key, 'admin')
    const line = await worker.heard('blocked')
    const elapsed = Number(line.split(' ')[1]) - revokedAt
    assert.ok(elapsed < 1000, `took ${elapsed} ms`)
    worker.say('end')
    await worker.exited
    await bench.close()
    await rm(bench.dataDir, { recursive: true })
  })
})
