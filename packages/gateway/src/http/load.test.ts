import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Load } from './load.ts'

/** How many of so many calls are taken on; all of them end at once. */
function taken(load: Load, asked: number): number {
  let count = 0
  while (count < asked && load.begin()) count++
  for (let call = 0; call < count; call++) load.end()
  return count
}

/** Makes looks at the event loop, 50 ms one after the other; answers how many calls are taken on before the next one. */
function look(load: Load, lateMs: number, times = 1): number {
  let open = 0
  for (let time = 0; time < times; time++) {
    nowMs += 50 + lateMs
    load.sample(lateMs, nowMs)
    open = taken(load, 5000)
  }
  return open
}
let nowMs = 0

const limits = { mostInWork: 10_000, latestMs: 100 }

describe('the load of a worker', () => {
  it('is bounded by number, and places come back', () => {
    const load = new Load({ mostInWork: 2, latestMs: 0 })
    assert.deepEqual([load.begin(), load.begin(), load.begin()], [true, true, false])
    load.end()
    assert.deepEqual([load.begin(), load.begin()], [true, false])
  })

  it('takes a hiccup and a burst of 2,000 as they come', () => {
    const load = new Load(limits)
    assert.equal(look(load, 150), 2000)
    assert.equal(look(load, 5), 5000, 'a hiccup')
    assert.deepEqual([look(load, 300), look(load, 300)], [2000, 0], 'a burst: no more than that while it lasts')
    assert.equal(look(load, 5), 5000)
  })

  it('takes on less with every look when it is late for long, and more again when it is in time', () => {
    const load = new Load(limits)
    const late = [look(load, 150, 8), look(load, 150), look(load, 150), look(load, 2000)]
    assert.deepEqual(late, [50, 33, 22, 11])
    const inTime = Array.from({ length: 4 }, () => look(load, 20))
    assert.deepEqual(inTime, [14, 18, 24, 31], 'fast up to where it was too much')
    assert.equal(look(load, 20, 5), 58)
    assert.equal(look(load, 20, 3), 64, 'slowly beyond')
    assert.equal(look(load, 20, 100), 5000, 'no end of room')
  })

  it('never stops the service: some calls are always taken', () => {
    const load = new Load(limits)
    assert.equal(look(load, 5000, 100), 1)
  })

  it('has nothing to spare for what can wait while it is late or refuses', () => {
    const load = new Load(limits)
    assert.equal(load.hasSpare, true)
    look(load, 150)
    assert.equal(load.hasSpare, false)
    look(load, 150, 10)
    look(load, 5)
    assert.equal(load.hasSpare, false)
    look(load, 5, 150)
    assert.equal(load.hasSpare, true)
  })

  it('is watched by itself', async () => {
    const load = new Load({ mostInWork: 10_000, latestMs: 20 })
    const busyMs = async (ms: number): Promise<void> => {
      const endMs = performance.now() + ms
      while (performance.now() < endMs);
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    for (let turn = 0; turn < 14; turn++) await busyMs(130)
    assert.ok(taken(load, 5000) <= 50)
  })
})
