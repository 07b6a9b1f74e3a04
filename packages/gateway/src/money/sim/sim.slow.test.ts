import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { explainFailure, runSchedules, seedsFrom } from './run.ts'

const schedules = 10_000

describe('simulated accounting', () => {
  it(`breaks no law in ${schedules} schedules of clients, crashes and faults`, { timeout: 300_000 }, async () => {
    const { failed, admitted, acknowledged, deaths } = await runSchedules(seedsFrom(1, schedules), 1)
    const [seed] = failed.keys()
    if (seed !== undefined) assert.fail(await explainFailure(seed))
    // The schedules are worth running only while something happens in them.
    assert.ok(admitted > schedules && acknowledged > schedules && deaths > schedules, `${admitted} ${acknowledged} ${deaths}`)
  })
})
