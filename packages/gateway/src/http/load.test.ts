import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Load } from './load.ts'

const open = (load: Load): boolean => {
  const isOpen = load.begin()
  if (isOpen) load.end()
  return isOpen
}

describe('the load of a worker', () => {
  it('is bounded by number, and places come back', () => {
    const load = new Load({ mostInWork: 2, latestMs: 0 })
    assert.deepEqual([load.begin(), load.begin(), load.begin()], [true, true, false])
    load.end()
    assert.deepEqual([load.begin(), load.begin()], [true, false])
  })

  it('is too high when the event loop is late twice in a row; the limit grows back while it is in time', () => {
    const load = new Load({ mostInWork: 1000, latestMs: 100 })
    for (let call = 0; call < 500; call++) load.begin()
    const after = (lateMs: number): boolean => {
      load.sample(lateMs)
      return open(load)
    }
    assert.deepEqual([300, 5, 300, 300, 900].map(after), [true, true, true, false, false])
    for (let call = 0; call < 200; call++) load.end()
    assert.equal(open(load), true, '300 in work, 350 allowed')
    const looks = Array.from({ length: 100 }, () => after(100))
    assert.ok(looks.every(Boolean))
    for (let call = 300; call < 1000; call++) assert.equal(load.begin(), true)
    assert.equal(load.begin(), false)
  })

  it('never stops the service: few calls are always taken', () => {
    const load = new Load({ mostInWork: 1000, latestMs: 100 })
    for (let look = 0; look < 100; look++) load.sample(5000)
    for (let call = 0; call < 256; call++) assert.equal(load.begin(), true)
    assert.equal(load.begin(), false)
  })

  it('is watched by itself', async () => {
    const load = new Load({ mostInWork: 1000, latestMs: 20 })
    for (let call = 0; call < 500; call++) load.begin()
    for (let turn = 0; turn < 4; turn++) {
      const endMs = performance.now() + 120
      while (performance.now() < endMs);
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    assert.equal(open(load), false)
    for (let call = 0; call < 499; call++) load.end()
    assert.equal(open(load), true)
  })
})
