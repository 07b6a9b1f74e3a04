import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WrongKeys } from './wrong-keys.ts'

describe('unknown keys of one address', () => {
  it('are too many above the limit, until the minute is over', () => {
    let now = 0
    const wrong = new WrongKeys(() => now)
    for (let count = 1; count <= 50; count++) assert.equal(wrong.add('203.0.113.7', 50), undefined)
    now = 20_000
    assert.equal(wrong.add('203.0.113.7', 50), 40_000)
    assert.equal(wrong.add('203.0.113.8', 50), undefined)
    now = 60_000
    assert.equal(wrong.add('203.0.113.7', 50), undefined)
  })

  it('count for the IPv6 network, and for IPv4 however it is written', () => {
    const wrong = new WrongKeys()
    assert.equal(wrong.add('2001:db8:1:2:3:4:5:6', 1), undefined)
    assert.notEqual(wrong.add('2001:db8:1:2:ffff::1', 1), undefined)
    assert.equal(wrong.add('2001:db8:1:3::1', 1), undefined)
    assert.equal(wrong.add('2001:db8::1', 1), undefined)
    assert.notEqual(wrong.add('2001:db8::2:3', 1), undefined)
    assert.equal(wrong.add('::ffff:198.51.100.1', 1), undefined)
    assert.notEqual(wrong.add('198.51.100.1', 1), undefined)
  })

  it('are not counted where there is no limit', () => {
    const wrong = new WrongKeys()
    for (let count = 0; count < 1000; count++) assert.equal(wrong.add(null, 0), undefined)
  })
})
