import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bodyDecoder } from './body-decoder.ts'
import { bytesOf } from './fake-socket.fixture.ts'
import { ProtocolError, type BodyLength } from './fields.ts'

interface Decoded {
  readonly body: string
  readonly rest: string
  readonly isDone: boolean
}

/** What comes out of these pieces. */
function decode(length: BodyLength | 'close', ...pieces: readonly string[]): Decoded {
  const decoder = bodyDecoder(length)
  let body = ''
  let rest = ''
  for (const piece of pieces) {
    const bytes = bytesOf(rest + piece)
    if (decoder.done) rest = bytes.toString('latin1')
    else rest = Buffer.from(decoder.feed(bytes, (part) => (body += Buffer.from(part).toString('latin1')))).toString('latin1')
  }
  return { body, rest, isDone: decoder.done }
}

const next = 'GET /next HTTP/1.1\r\n'

/** Chunked bodies with what they carry. */
const bodies: readonly (readonly [sent: string, body: string])[] = [
  ['0\r\n\r\n', ''],
  ['5\r\nhello\r\n0\r\n\r\n', 'hello'],
  ['1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n', 'abc'],
  ['00000003\r\n\r\n\r\r\n0\r\n\r\n', '\r\n\r'],
  ['A\r\n0123456789\r\na\r\nabcdefghij\r\n0\r\n\r\n', '0123456789abcdefghij'],
  ['3;name=value\r\nabc\r\n2;q="a;b\\"c"\r\nde\r\n0;last\r\n\r\n', 'abcde'],
  ['3 ;name\r\nabc\r\n2\t \r\nde\r\n0  \r\n\r\n', 'abcde'],
  ['3\r\nabc\r\n0\r\nX-Checksum: 1\r\nContent-Length: 99\r\n\r\n', 'abc'],
  [`1f\r\n${'0\r\n\r\n'.repeat(6)}x\r\n0\r\n\r\n`, `${'0\r\n\r\n'.repeat(6)}x`],
]

describe('a chunked body', () => {
  it('is the same wherever it is cut in two', () => {
    for (const [sent, body] of bodies) {
      for (let cut = 0; cut <= sent.length; cut++) {
        const decoded = decode('chunked', sent.slice(0, cut), sent.slice(cut) + next)
        assert.deepEqual(decoded, { body, rest: next, isDone: true }, `${JSON.stringify(sent)} at ${cut}`)
      }
    }
  })

  it('is the same byte by byte and in three pieces, and without its last byte it has no end', () => {
    for (const [sent, body] of bodies) {
      assert.deepEqual(decode('chunked', ...sent.split('')), { body, rest: '', isDone: true })
      for (let one = 0; one <= sent.length; one++) {
        for (let two = one; two <= sent.length; two += 3) {
          const pieces = [sent.slice(0, one), sent.slice(one, two), sent.slice(two)]
          assert.deepEqual(decode('chunked', ...pieces), { body, rest: '', isDone: true })
        }
      }
      for (let length = 0; length < sent.length; length++) assert.equal(decode('chunked', sent.slice(0, length)).isDone, false)
    }
  })

  it('of many chunks that came together is one piece', () => {
    let pieces = 0
    bodyDecoder('chunked').feed(bytesOf('1\r\na\r\n'.repeat(60)), () => pieces++)
    assert.equal(pieces, 1)
  })

  it('that could be read in two ways is refused, however it is cut', () => {
    const bad: readonly (readonly [sent: string, why: RegExp])[] = [
      ['\r\n', /no size/],
      [';a\r\n', /no size/],
      [' 1\r\na\r\n', /no size/],
      ['-1\r\n', /no size/],
      ['+1\r\na\r\n', /no size/],
      ['0x1\r\na\r\n', /no size/],
      ['1_0\r\n', /no size/],
      ['g\r\n', /no size/],
      ['1.0\r\na\r\n', /no size/],
      ['1 1\r\na\r\n', /no size/],
      ['1\ta\r\na\r\n', /no size/],
      ['1\0\r\na\r\n', /no size/],
      ['\xb2\r\na\r\n', /no size/],
      ['000000001\r\na\r\n', /too large/],
      ['fffffffff\r\n', /too large/],
      ['1\na\n0\n\n', /without CR/],
      ['1\r\na\n0\r\n\r\n', /without CR/],
      ['1\r\nab\r\n0\r\n\r\n', /longer than its size/],
      ['1\r\na0\r\n\r\n', /longer than its size/],
      ['1\r\na\r0\r\n\r\n', /holds a CR/],
      ['1\rx\na\r\n', /holds a CR/],
      ['1\r\r\na\r\n', /holds a CR/],
      ['1;a\nb\r\n0\r\n\r\n', /without CR/],
      ['1;a\rb\r\na\r\n', /holds a CR/],
      ['1;a\0b\r\na\r\n', /too long/],
      ['0\r\n\n', /without CR/],
      ['0\r\nX: a\nb\r\n\r\n', /without CR/],
      ['0\r\nX: a\rb\r\n\r\n', /holds a CR/],
      [`1;${'a'.repeat(5000)}\r\na\r\n`, /too long/],
      [`1${' '.repeat(5000)}\r\na\r\n`, /no size/],
      [`0\r\nX: ${'a'.repeat(5000)}\r\n\r\n`, /too long/],
      [`0\r\n${`X: ${'a'.repeat(100)}\r\n`.repeat(200)}\r\n`, /trailers are too long/],
    ]
    for (const [sent, why] of bad) {
      const refused = (error: unknown): boolean => error instanceof ProtocolError && why.test(error.message)
      assert.throws(() => decode('chunked', sent), refused, JSON.stringify(sent.slice(0, 40)))
      assert.throws(() => decode('chunked', ...sent.split('')), refused, JSON.stringify(sent.slice(0, 40)))
    }
  })
})

describe('a body with a length', () => {
  it('ends after so many bytes, and the next message begins there', () => {
    for (let cut = 0; cut <= 5; cut++) {
      assert.deepEqual(decode(5, 'hello'.slice(0, cut), 'hello'.slice(cut) + next), { body: 'hello', rest: next, isDone: true })
    }
    assert.deepEqual(decode(5, 'hell'), { body: 'hell', rest: '', isDone: false })
    assert.deepEqual(decode(0, next), { body: '', rest: next, isDone: true })
  })

  it('that only the connection ends is never at its end', () => {
    assert.deepEqual(decode('close', 'all', '', ' of it'), { body: 'all of it', rest: '', isDone: false })
  })
})
