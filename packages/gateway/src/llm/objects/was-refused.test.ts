import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fail } from '@switchyard/wire'
import { wasRefused } from './was-refused.ts'

const coded = (code: string): Error => Object.assign(new Error(code), { code })

describe('has a provider surely not done what it was asked', () => {
  it('yes, when it said so, or has never heard of it', () => {
    assert.ok(wasRefused(fail('bad_request', 'no', { upstreamStatus: 400 })))
    assert.ok(wasRefused(fail('rate_limited', 'later', { upstreamStatus: 429 })))
    assert.ok(wasRefused(fail('auth', 'no key is configured')))
    assert.ok(wasRefused(fail('unreachable', 'late', { code: 'connect_timeout' })))
    assert.ok(wasRefused(fail('unreachable', 'down', { code: 'upstream_unreachable' }, { cause: coded('ECONNREFUSED') })))
    assert.ok(wasRefused(coded('ENOTFOUND')))
  })

  it('no, when the connection broke, the time ran out, the client left, or nobody can read the answer', () => {
    assert.ok(!wasRefused(fail('unreachable', 'cut', { code: 'upstream_unreachable' }, { cause: coded('ECONNRESET') })))
    assert.ok(!wasRefused(coded('ECONNRESET')))
    assert.ok(!wasRefused(new DOMException('late', 'TimeoutError')))
    assert.ok(!wasRefused(fail('client_closed', 'gone')))
    assert.ok(!wasRefused(fail('bad_reply', 'garbage', { upstreamStatus: 200 })))
  })
})
