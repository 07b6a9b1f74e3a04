import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { readSubpath } from './subpath.ts'

const read = (rest: string) => readSubpath(`http://localhost/house${rest}`, '/house')

describe('a path that is passed on', () => {
  it('keeps the client’s spelling and is judged by its meaning', () => {
    const { raw, plain, decoded, query } = read('/v1/Models/a%3Ab%2Fc/?x=1%202&y')
    assert.deepEqual(
      [raw, plain, decoded, query],
      ['/v1/Models/a%3Ab%2Fc/', '/v1/models/a:b/c', '/v1/Models/a:b/c/', 'x=1%202&y'],
    )
  })

  it('leaves credentials of the query behind', () => {
    assert.equal(read('/a?key=1&alt=sse&api_key=2&Access-Token=3&%6bey=4&keys=5').query, 'alt=sse&keys=5')
  })

  it('is refused when it could be read in two ways', () => {
    for (const path of [
      '//a',
      '/a//b',
      '/a/../b',
      '/a/%2e%2E/b',
      '/a%2f..%2fb',
      '/a\\b',
      '/a%5Cb',
      '/%',
      '/a%0d%0ab',
      '/a/.',
      '',
    ])
      assert.throws(
        () => read(path),
        (error) => isGatewayError(error) && error.kind === 'bad_request',
        path,
      )
  })
})
