import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openStage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'
import { vitalsIn } from '../soak/vitals.ts'

it('each worker answers SIGUSR2 by its memory and the delay of its event loop, and goes on serving', async () => {
  const workers = 2
  const stage = await openStage({ args: ['--workers', String(workers)] })
  try {
    const { gateway } = stage
    await until(() => gateway.output.split('"message":"listening"').length > workers)
    for (let round = 1; round <= 2; round++) {
      process.kill(gateway.pid, 'SIGUSR2')
      await until(() => vitalsIn(gateway.output).length === workers * round)
    }
    const vitals = vitalsIn(gateway.output)
    assert.equal(new Set(vitals.map(({ pid }) => pid)).size, workers)
    for (const { heapMb, loopP999Ms, loopMaxMs } of vitals) {
      assert.ok(heapMb > 0)
      assert.ok(loopP999Ms >= 0 && loopMaxMs >= 0)
    }
    const { status } = await gateway.call('GET', '/health/readiness')
    assert.equal(status, 200)
  } finally {
    await stage.close()
  }
})
