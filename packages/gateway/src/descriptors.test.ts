import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openFilesIn, sharesOf } from './descriptors.ts'

it('reads the limit that holds', () => {
  const line = (soft: string): string =>
    `Max processes             1000                 2000                 processes\nMax open files            ${soft}                4096                 files\n`
  assert.equal(openFilesIn(line('256')), 256)
  assert.equal(openFilesIn(line('unlimited')), undefined)
  assert.equal(openFilesIn(''), undefined)
})

it('shares descriptors so that files always have some left, however many connections there are', () => {
  for (const limit of [128, 256, 1024, 20_000, 1_048_576]) {
    const { clients, extra, upstream } = sharesOf(limit)
    assert.ok(limit - clients - extra - upstream >= Math.max(64, limit / 8), String(limit))
    assert.ok(clients > extra && upstream >= clients, String(limit))
  }
  assert.deepEqual(sharesOf(256), { clients: 84, extra: 12, upstream: 96 })
})

it('without a known limit there is none', () => {
  const { clients, upstream } = sharesOf(undefined)
  assert.equal(clients, Number.POSITIVE_INFINITY)
  assert.equal(upstream, Number.POSITIVE_INFINITY)
})
