import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RequestBody } from '@switchyard/core'
import { makeAsk } from '../read-ask.ts'
import { fingerprintOf, idempotencyKey } from './read-key.ts'

const encoder = new TextEncoder()

describe('Idempotency-Key', () => {
  it('is read under two names, and is none where there is none', () => {
    assert.equal(idempotencyKey(new Headers({ 'Idempotency-Key': 'order 7' })), 'order 7')
    assert.equal(idempotencyKey(new Headers({ 'X-Idempotency-Key': 'a' })), 'a')
    assert.equal(idempotencyKey(new Headers({ 'Idempotency-Key': 'a', 'X-Idempotency-Key': 'a' })), 'a')
    assert.equal(idempotencyKey(new Headers()), undefined)
    assert.equal(idempotencyKey(new Headers({ 'Idempotency-Key': 'x'.repeat(255) }))?.length, 255)
  })

  for (const headers of [
    { 'Idempotency-Key': '' },
    { 'Idempotency-Key': 'x'.repeat(256) },
    { 'Idempotency-Key': 'tab\there' },
    { 'Idempotency-Key': 'caf\u00e9' },
    { 'Idempotency-Key': 'a', 'X-Idempotency-Key': 'b' },
  ])
    it(`refuses ${JSON.stringify(headers).slice(0, 60)}`, () => {
      assert.throws(() => idempotencyKey(new Headers(headers)), { name: 'GatewayError', message: /Idempotency-Key/ })
    })
})

describe('the fingerprint of a request', () => {
  const print = (body: RequestBody, model?: string): string =>
    fingerprintOf(
      makeAsk(
        body,
        { operation: 'chat', shape: 'openai-chat', path: model === undefined ? {} : { model } },
        { dropParams: false, strict: false },
      ),
    )
  const bytes = (text: string): RequestBody => RequestBody.ofBytes(encoder.encode(text))
  const form = (name: string, content: string): RequestBody =>
    RequestBody.ofForm({ model: 'm' }, [
      { field: 'file', filename: name, contentType: 'audio/wav', bytes: encoder.encode(content) },
    ])

  it('is that of its bytes and of its path', () => {
    assert.equal(print(bytes('{"model":"m","n":1}')), print(bytes('{"model":"m","n":1}')))
    const all = [
      print(bytes('{"model":"m","n":1}')),
      print(bytes('{"model":"m","n":2}')),
      print(bytes('{"model":"m","n":1}'), 'm'),
      print(bytes('{"model":"m","n":1}'), 'm2'),
      print(form('a.wav', 'ab')),
      print(form('b.wav', 'ab')),
      print(form('a.wav', 'ac')),
    ]
    assert.equal(new Set(all).size, all.length)
    assert.equal(print(form('a.wav', 'ab')), all[4])
  })
})
