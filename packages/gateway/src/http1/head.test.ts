import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ProtocolError } from './fields.ts'
import { readReplyHead, readRequestHead, type RequestHead } from './head.ts'

const get = 'GET / HTTP/1.1\r\nHost: a'
const post = 'POST / HTTP/1.1\r\nHost: a'

/** Heads that are malformed, or that two readers could read in two ways. */
const refused: readonly (readonly [head: string, status?: number])[] = [
  [''],
  ['GET'],
  ['GET /'],
  ['GET / HTTP/1.1'],
  ['GET / HTTP/1.1\r\nX: y'],
  ['GET  / HTTP/1.1\r\nHost: a'],
  ['GET / HTTP/1.1 \r\nHost: a'],
  [' GET / HTTP/1.1\r\nHost: a'],
  ['GET\t/\tHTTP/1.1\r\nHost: a'],
  ['GET /a b HTTP/1.1\r\nHost: a'],
  ['GET /\xe4 HTTP/1.1\r\nHost: a'],
  ['GET /\x00 HTTP/1.1\r\nHost: a'],
  ['get / HTTP/1.1\r\nHost: a'],
  ['GE(T / HTTP/1.1\r\nHost: a'],
  [`${'A'.repeat(21)} / HTTP/1.1\r\nHost: a`],
  ['GET / http/1.1\r\nHost: a'],
  ['GET / HTTP/1.2\r\nHost: a'],
  ['GET / HTTP/1.10\r\nHost: a'],
  ['GET / HTTP/2.0\r\nHost: a', 505],
  ['PRI * HTTP/2.0', 505],
  ['GET / HTTP/0.9\r\nHost: a', 505],
  ['GET * HTTP/1.1\r\nHost: a'],
  ['GET a HTTP/1.1\r\nHost: a'],
  ['GET http:///a HTTP/1.1\r\nHost: a'],
  ['GET http://a?b=/c HTTP/1.1\r\nHost: a'],
  ['GET ftp://a/b HTTP/1.1\r\nHost: a'],
  ['CONNECT a:443 HTTP/1.1\r\nHost: a'],
  [`GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: a`, 414],
  [`${get}\r\nHost: a`],
  [`${get}\r\nhost: b`],
  ['GET / HTTP/1.1\r\nHost: a/../b'],
  ['GET / HTTP/1.1\r\nHost: a b'],
  ['GET / HTTP/1.1\r\nHost: a?b'],
  ['GET / HTTP/1.1\r\nHost: u@a'],
  ['GET / HTTP/1.1\r\nHost: a:b'],
  ['GET / HTTP/1.1\r\nHost: \xe4'],
  [`${get}\r\nno colon`],
  [`${get}\r\n: no name`],
  [`${get}\r\nX : y`],
  [`${get}\r\nX\t: y`],
  [`${get}\r\n X: y`],
  [`${get}\r\nX: y\r\n folded`],
  [`${get}\r\nX: y\r\n\tfolded`],
  [`${get}\r\nX(): y`],
  [`${get}\r\nX\xe4: y`],
  [`${get}\r\nX: a\nb`],
  [`${get}\r\nX: a\rb`],
  [`${get}\nX: y`],
  [`${get}\r\nX: a\0b`],
  [`${get}\r\nX: a\x1b[31m`],
  [`${get}\r\nX: a\x7f`],
  [`${get}\r\n\r\nX: y`],
  [`${get}${'\r\nX: y'.repeat(200)}`, 431],
  [`${get}\r\nExpect: a-pony`, 417],
  [`${post}\r\nContent-Length: `],
  [`${post}\r\nContent-Length: -1`],
  [`${post}\r\nContent-Length: +1`],
  [`${post}\r\nContent-Length: 1.0`],
  [`${post}\r\nContent-Length: 1e3`],
  [`${post}\r\nContent-Length: 0x1`],
  [`${post}\r\nContent-Length: 1 2`],
  [`${post}\r\nContent-Length: 1, 1`],
  [`${post}\r\nContent-Length: 1\xa0`],
  [`${post}\r\nContent-Length: 9999999999999999`],
  [`${post}\r\nContent-Length: 1\r\nContent-Length: 1`],
  [`${post}\r\nContent-Length: 1\r\nContent-Length: 2`],
  [`${post}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked`],
  [`${post}\r\nTransfer-Encoding: chunked\r\nContent-Length: 0`],
  [`${post}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity`],
  [`${post}\r\nTransfer-Encoding: chunked, chunked`],
  [`${post}\r\nTransfer-Encoding: gzip, chunked`],
  [`${post}\r\nTransfer-Encoding: chunked, identity`],
  [`${post}\r\nTransfer-Encoding: xchunked`],
  [`${post}\r\nTransfer-Encoding: chunked;q=1`],
  [`${post}\r\nTransfer-Encoding: "chunked"`],
  [`${post}\r\nTransfer-Encoding: chunked\xa0`],
  [`${post}\r\nTransfer-Encoding: `],
  [`${post}\r\nTransfer-Encoding : chunked`],
  [`${post}\r\nTransfer-Encoding\0: chunked`],
  ['POST / HTTP/1.0\r\nTransfer-Encoding: chunked'],
  [`${post}\r\nContent-Type: a/b\r\nContent-Type: c/d`],
]

describe('the head of a request', () => {
  for (const [head, status = 400] of refused) {
    it(`is refused: ${JSON.stringify(head.length > 90 ? `${head.slice(0, 90)}…` : head)}`, () => {
      assert.throws(
        () => readRequestHead(head),
        (error) => error instanceof ProtocolError && error.status === status,
      )
    })
  }

  it('is read where it is odd and means one thing', () => {
    const facts = (head: string): readonly unknown[] => {
      const { method, target, keepAlive, takesChunks, length, expectsContinue } = readRequestHead(head)
      return [method, target, keepAlive, takesChunks, length, expectsContinue]
    }
    const odd: readonly (readonly [head: string, facts: readonly unknown[]])[] = [
      [get, ['GET', '/', true, true, 0, false]],
      ['GET / HTTP/1.0', ['GET', '/', false, false, 0, false]],
      ['GET / HTTP/1.0\r\nConnection: Keep-Alive', ['GET', '/', true, false, 0, false]],
      ['GET / HTTP/1.1\r\nHost:', ['GET', '/', true, true, 0, false]],
      ['GET / HTTP/1.1\r\nHost: [::1]:8080', ['GET', '/', true, true, 0, false]],
      ['GET / HTTP/1.1\r\nHOST:a', ['GET', '/', true, true, 0, false]],
      ['GET / HTTP/1.1\r\nHost: \t a.b-c_d:80 \t', ['GET', '/', true, true, 0, false]],
      [`${get}\r\nConnection: upgrade , CLOSE`, ['GET', '/', false, true, 0, false]],
      ['GET http://b/c?d HTTP/1.1\r\nHost: a', ['GET', '/c?d', true, true, 0, false]],
      ['GET HTTPS://b HTTP/1.1\r\nHost: a', ['GET', '/', true, true, 0, false]],
      ['OPTIONS * HTTP/1.1\r\nHost: a', ['OPTIONS', '*', true, true, 0, false]],
      ['GET //a/../%2e;b?c#d HTTP/1.1\r\nHost: a', ['GET', '//a/../%2e;b?c#d', true, true, 0, false]],
      [`${post}\r\nContent-Length: 007`, ['POST', '/', true, true, 7, false]],
      [`${post}\r\nTransfer-Encoding: Chunked`, ['POST', '/', true, true, 'chunked', false]],
      [`${post}\r\nContent-Length: 1\r\nExpect: 100-Continue`, ['POST', '/', true, true, 1, true]],
      // A server does not answer the expectation of an HTTP/1.0 client (RFC 9110 §10.1.1).
      ['POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue', ['POST', '/', false, false, 1, false]],
    ]
    for (const [head, expected] of odd) assert.deepEqual(facts(head), expected, JSON.stringify(head))
  })

  it('has fields whose names are lower case and whose values are joined', () => {
    const { fields }: RequestHead = readRequestHead(`${get}\r\nX-A: 1\r\nx-a:2\r\nX-B:  \t\r\nX-C: a\tb: c \xe4\r\nX-A: 3 `)
    assert.deepEqual(
      [...fields],
      [
        ['host', 'a'],
        ['x-a', '1, 2, 3'],
        ['x-b', ''],
        ['x-c', 'a\tb: c \xe4'],
      ],
    )
    assert.equal(readRequestHead(`${get}\r\n__proto__: 1\r\nconstructor: 2`).fields.get('constructor'), '2')
  })
})

describe('the head of a reply', () => {
  it('tells how long the body is, and whether the connection lives on', () => {
    const facts = (head: string): readonly unknown[] => {
      const { status, length, keepAlive } = readReplyHead(head)
      return [status, length, keepAlive]
    }
    const known: readonly (readonly [head: string, facts: readonly unknown[]])[] = [
      ['HTTP/1.1 200 OK\r\nContent-Length: 5', [200, 5, true]],
      ['HTTP/1.1 200\r\nContent-Length: 5', [200, 5, true]],
      ['HTTP/1.1 200 \r\nContent-Length: 5', [200, 5, true]],
      ['HTTP/1.1 299 R\xe4tsel & (more)\r\nContent-Length: 5', [299, 5, true]],
      ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close', [200, 5, false]],
      ['HTTP/1.0 200 OK\r\nContent-Length: 5', [200, 5, false]],
      ['HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive', [200, 5, true]],
      ['HTTP/1.1 200 OK', [200, 'close', false]],
      ['HTTP/1.1 204 No Content', [204, 0, true]],
      ['HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked', [204, 0, true]],
      ['HTTP/1.1 304 Not Modified\r\nContent-Length: 5', [304, 0, true]],
      ['HTTP/1.1 103 Early Hints\r\nLink: a', [103, 0, true]],
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked', [200, 'chunked', true]],
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5', [200, 'chunked', false]],
      ['HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive', [200, 'chunked', false]],
      ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\nContent-Length: 5', [200, 5, true]],
      ['HTTP/1.1 200 OK\r\nContent-Length: 5, 5', [200, 5, true]],
    ]
    for (const [head, expected] of known) assert.deepEqual(facts(head), expected, JSON.stringify(head))
  })

  it('is refused where it could be read in two ways, or is none', () => {
    for (const head of [
      '',
      'HTTP/1.1 OK',
      'HTTP/1.1 20 OK',
      'HTTP/1.1 2000 OK',
      'HTTP/1.1 099 OK',
      'HTTP/1.1  200 OK',
      'HTTP/2 200 OK',
      'ICY 200 OK',
      'HTTP/1.1 200 O\rK',
      'HTTP/1.1 200 OK\nContent-Length: 5',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6',
      'HTTP/1.1 200 OK\r\nContent-Length: 5, 6',
      'HTTP/1.1 200 OK\r\nContent-Length: 5,',
      'HTTP/1.1 200 OK\r\nContent-Length: -5',
      'HTTP/1.1 200 OK\r\nContent-Length:',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
      'HTTP/1.1 200 OK\r\nX : y',
      'HTTP/1.1 200 OK\r\nX: a\0b',
      'HTTP/1.1 200 OK\r\nX: a\r\n folded',
      `HTTP/1.1 200 OK${'\r\nX: y'.repeat(200)}`,
    ]) {
      assert.throws(() => readReplyHead(head), ProtocolError, JSON.stringify(head))
    }
  })
})
