import assert from 'node:assert/strict'
import { it } from 'node:test'
import { CommitPace } from './commit-pace.ts'

it('spaces commits under load only, and forgets the load after a pause', async () => {
  let now = 1000
  const pace = new CommitPace({ now: () => now, sleep: () => Promise.resolve() })
  const commits = (perMs: number, forMs: number): void => {
    for (let ms = 0; ms < forMs; ms++) {
      now += 1
      pace.committed(perMs)
    }
  }
  commits(1, 200)
  assert.equal(pace.pause(), undefined, 'a thousand a second wait for nobody')
  commits(4, 200)
  assert(pace.pause() instanceof Promise, 'four thousand a second are gathered')
  now += 5
  assert.equal(pace.pause(), undefined, 'the spacing is over')
  now += 1000
  pace.committed(1)
  assert.equal(pace.pause(), undefined, 'one call after a pause is no load')
})
