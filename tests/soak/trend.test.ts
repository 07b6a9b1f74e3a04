import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { growthOf, lowsOf, trendOf, type Point } from './trend.ts'

const line = (count: number, valueAt: (index: number) => number): readonly Point[] =>
  Array.from({ length: count }, (_, index) => ({ atMs: index * 10_000, value: valueAt(index) }))

describe('the trend of a soak run', () => {
  it('finds the slope of a line, and is sure of it', () => {
    const { perHour, uncertainty } = trendOf(line(100, (index) => 80 + index * 0.01))
    assert.ok(Math.abs(perHour - 3.6) < 1e-9)
    assert.ok(uncertainty < 1e-6)
  })

  it('is less sure of slow waves than of noise of the same size', () => {
    const noise = trendOf(line(120, (index) => (index % 2 === 0 ? 1 : -1)))
    const waves = trendOf(line(120, (index) => Math.sign(Math.sin(index / 8))))
    assert.ok(waves.uncertainty > 2 * noise.uncertainty, `${waves.uncertainty} ${noise.uncertainty}`)
  })

  it('says nothing of two points', () => assert.equal(trendOf(line(2, () => 1)).uncertainty, Infinity))

  it('takes the lowest point of each stretch', () => {
    const lows = lowsOf(
      line(9, (index) => [5, 3, 4][index % 3] ?? 0),
      30_000,
    )
    assert.deepEqual(
      lows.map(({ atMs, value }) => [atMs, value]),
      [
        [10_000, 3],
        [40_000, 3],
        [70_000, 3],
      ],
    )
  })

  it('compares the last third with the first', () => assert.equal(growthOf(line(9, (index) => (index < 4 ? 2 : 5))), 3))
})
