import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatUsd, nanoFromPico, nanoFromUsd, usdFromNano } from './money.ts'
import { Random } from './random-for-test.ts'

describe('money', () => {
  it('rounds a fraction of a nano-dollar up', () => {
    assert.deepEqual([0, 1, 999, 1000, 1001].map(nanoFromPico), [0, 1, 1, 1, 2])
  })

  it('reads dollars as people write them', () => {
    assert.deepEqual([0, 0.1, 0.3, 1.005, 19.99, 9_000_000].map(nanoFromUsd), [0, 1e8, 3e8, 1_005_000_000, 19_990_000_000, 9e15])
    assert.equal(usdFromNano(19_990_000_000), 19.99)
  })

  it('prints decimals without exponent or rounding', () => {
    const cases: readonly (readonly [number, string])[] = [
      [0, '0'],
      [-0, '0'],
      [1, '0.000000001'],
      [70_500, '0.0000705'],
      [1e9, '1'],
      [1_500_000_000, '1.5'],
      [-1_500_000_001, '-1.500000001'],
      [Number.MAX_SAFE_INTEGER, '9007199.254740991'],
      [10, '0.00000001'],
    ]
    for (const [nano, text] of cases) assert.equal(formatUsd(nano), text)
  })

  it('prints every amount so that it reads back', () => {
    const random = new Random(6)
    for (let round = 0; round < 5000; round++) {
      const nano = random.below(10 ** (1 + random.below(15))) * (random.chance(0.2) ? -1 : 1)
      assert.match(formatUsd(nano), /^-?\d+(\.\d{0,8}[1-9])?$/)
      assert.equal(nanoFromUsd(Number(formatUsd(nano))) + 0, nano + 0)
    }
  })
})
