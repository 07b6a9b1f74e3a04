import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { RequestBody } from './request-body.ts'
import { bytesOf, textOf } from './test-kit.ts'

describe('a request body', () => {
  it('of bytes is checked at once and read as far as needed', () => {
    const text = '{"model":"m","n":1.50,"list":[1,{"a":null}],"nothing":null}'
    const body = RequestBody.ofBytes(bytesOf(text))
    assert.deepEqual(
      [body.field('model'), body.field('n'), body.field('list'), body.field('nothing'), body.field('other')],
      ['m', 1.5, [1, { a: null }], null, undefined],
    )
    assert.equal(body.field('list'), body.field('list'))
    assert.deepEqual([body.has('nothing'), body.has('other'), body.regular], [true, false, true])
    assert.deepEqual(body.names, ['model', 'n', 'list', 'nothing'])
    assert.equal(textOf(body.bytes), text)
    assert.deepEqual(body.json, JSON.parse(text))
    assert.throws(
      () => RequestBody.ofBytes(bytesOf('{"a":')),
      (error) => isGatewayError(error) && error.kind === 'bad_request',
    )
    assert.throws(
      () => RequestBody.ofBytes(bytesOf('[]')),
      (error) => isGatewayError(error),
    )
  })

  it('of an object is written when its bytes are asked for', () => {
    const body = RequestBody.ofJson({ model: 'm', deep: { a: ['⚓'] } })
    assert.deepEqual([body.field('model'), body.has('deep'), body.has('x'), body.names], ['m', true, false, ['model', 'deep']])
    assert.equal(textOf(body.bytes), '{"model":"m","deep":{"a":["⚓"]}}')
    assert(body.regular)
    assert.equal(body.scan.fields.length, 2)
  })

  it('with a doubled or escaped key is read as JSON.parse reads it: the last one counts', () => {
    const doubled = RequestBody.ofBytes(bytesOf('{"model":"a","model":"b"}'))
    assert.deepEqual([doubled.regular, doubled.field('model'), doubled.json], [false, 'b', { model: 'b' }])
    const escaped = RequestBody.ofBytes(bytesOf('{"model":"a","mod\\u0065l":"b"}'))
    assert.deepEqual([escaped.regular, escaped.field('model'), escaped.has('model')], [false, 'b', true])
  })

  it('tells for certain when a text is not in it', () => {
    const body = RequestBody.ofBytes(bytesOf('{"a":{"type":"image_url"}}'))
    assert.deepEqual([body.mayContain('image'), body.mayContain('audio')], [true, false])
    assert(RequestBody.ofBytes(bytesOf('{"a":"\\u0061udio"}')).mayContain('audio'))
  })
})
