import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fail } from '@switchyard/wire'
import { RetryBudget } from './retry-budget.ts'

const storm = fail('unavailable', 'no')

describe('the budget of retries', () => {
  it('is a tenth of the calls and a few more in a storm', () => {
    const budget = new RetryBudget(() => 0)
    let retries = 0
    for (let call = 0; call < 1000; call++) {
      budget.earn()
      for (let attempt = 0; attempt < 2; attempt++) if (budget.take(storm)) retries++
    }
    assert.ok(retries >= 100 && retries <= 120, String(retries))
  })

  it('comes back with time, and does not pile up', () => {
    let ms = 0
    const budget = new RetryBudget(() => ms)
    while (budget.take(storm)) ms += 1
    ms += 3000
    assert.deepEqual(
      [1, 2, 3, 4].map(() => budget.take(storm)),
      [true, true, true, false],
    )
    ms += 3_600_000
    let retries = 0
    while (budget.take(storm)) retries++
    assert.equal(retries, 20)
  })

  it('does not count what waits for a rate limit', () => {
    const budget = new RetryBudget(() => 0)
    for (let index = 0; index < 100; index++) assert.ok(budget.take(fail('rate_limited', 'later')))
    assert.ok(budget.take(storm))
  })
})
