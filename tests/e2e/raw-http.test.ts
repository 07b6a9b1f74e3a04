import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { runsOnNode } from '../tools/gateway.ts'
import { openStage, type Stage } from '../tools/stage.ts'

const body = JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'hi' }] })
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`

/** Requests that two parsers could read in two ways (reliability facts C8). None may be served. */
const ambiguous: readonly (readonly [string, string])[] = [
  [
    'content-length and transfer-encoding',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
  ],
  [
    'two different content-lengths',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nContent-Length: 4\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  ],
  ['a negative content-length', `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nContent-Length: -1\r\n\r\n${body}`],
  ['a content-length with a sign', `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nContent-Length: +${body.length}\r\n\r\n${body}`],
  [
    'a chunk size that is no number',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`,
  ],
  [
    'a chunk size that overflows',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${body}\r\n0\r\n\r\n`,
  ],
  ['a folded header', `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nX-A: b\r\n c\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
  ['a blank before the colon', `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nContent-Length : ${body.length}\r\n\r\n${body}`],
  ['a NUL in a header', `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nX-A: b\0c\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
  ['an unknown transfer-encoding', `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: xchunked\r\n\r\n${chunked}`],
  ['no Host', `POST PATH HTTP/1.1\r\nAUTH\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
  [
    'transfer-encoding and content-length',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: chunked\r\nContent-Length: ${chunked.length}\r\n\r\n${chunked}`,
  ],
  [
    'two equal content-lengths',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nContent-Length: ${body.length}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  ],
  [
    'a list of content-lengths',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nContent-Length: ${body.length}, ${body.length}\r\n\r\n${body}`,
  ],
  [
    'a content-length in hex',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nContent-Length: 0x${body.length.toString(16)}\r\n\r\n${body}`,
  ],
  ['an empty content-length', `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nContent-Length: \r\n\r\n${body}`],
  [
    'a content-length that overflows',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nContent-Length: ${'9'.repeat(30)}\r\n\r\n${body}`,
  ],
  ['chunked twice', `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: chunked, chunked\r\n\r\n${chunked}`],
  [
    'two transfer-encodings',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${chunked}`,
  ],
  ['chunked before the last', `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: chunked, gzip\r\n\r\n${chunked}`],
  ['chunked behind a tab', `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding:\x0bchunked\r\n\r\n${chunked}`],
  ['chunked in HTTP/1.0', `POST PATH HTTP/1.0\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`],
  [
    'a bare line feed behind a chunk size',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\n${body}\r\n0\r\n\r\n`,
  ],
  [
    'a bare line feed behind a chunk',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\n0\r\n\r\n`,
  ],
  [
    'a chunk size with a prefix',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: chunked\r\n\r\n0x${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  ],
  [
    'a negative chunk size',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n${body}\r\n0\r\n\r\n`,
  ],
  [
    'a chunk longer than its size',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n${body}\r\n0\r\n\r\n`,
  ],
  ['bare line feeds', `POST PATH HTTP/1.1\nHost: a\nAUTH\nContent-Length: ${body.length}\n\n${body}`],
  ['a bare line feed in the head', `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\nContent-Length: ${body.length}\r\n\r\n${body}`],
  [
    'a bare carriage return in a header',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nX-A: b\rc\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  ],
  ['a line without a colon', `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nX-A\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
  [
    'a blank in a header’s name',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nX A: b\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  ],
  ['a blank before the first header', `POST PATH HTTP/1.1\r\n Host: a\r\nAUTH\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
  ['two Hosts', `POST PATH HTTP/1.1\r\nHost: a\r\nHost: b\r\nAUTH\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
  ['a Host that is a URL', `POST PATH HTTP/1.1\r\nHost: a/?x=\r\nAUTH\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
  ['two blanks in the request line', `POST  PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
  ['another version', `POST PATH HTTP/1.2\r\nHost: a\r\nAUTH\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
  [
    'a head of 64 kB',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nX-A: ${'b'.repeat(65_536)}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  ],
  [
    '2,000 headers',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\n${'X-Some-Header: b\r\n'.repeat(2000)}Content-Length: ${body.length}\r\n\r\n${body}`,
  ],
  [
    'two keys in Authorization',
    `POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\nAuthorization: Bearer sk-other-0123456789\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  ],
]

describe('requests that are not well-formed HTTP', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage.close())

  /** What comes back within a moment; empty when the connection was closed without a word. */
  const send = (text: string): Promise<string> =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(stage.gateway.url)
      const filled = text
        .replace('PATH', '/v1/chat/completions')
        .replace('AUTH', `Authorization: Bearer ${stage.gateway.masterKey}`)
      const socket = connect(Number(port), hostname, () => socket.write(filled))
      let reply = ''
      const finish = (): void => {
        clearTimeout(timer)
        socket.destroy()
        resolve(reply)
      }
      const timer = setTimeout(finish, 300)
      socket.on('data', (bytes: Buffer) => {
        reply += bytes.toString('latin1')
        finish()
      })
      socket.on('close', finish)
      socket.on('error', finish)
    })

  it('a well-formed one is served, whole and in chunks', async () => {
    const head = 'POST PATH HTTP/1.1\r\nHost: a\r\nAUTH\r\n'
    assert.match(await send(`${head}Content-Length: ${body.length}\r\n\r\n${body}`), /^HTTP\/1\.1 200/)
    assert.match(await send(`${head}Transfer-Encoding: chunked\r\n\r\n${chunked}`), /^HTTP\/1\.1 200/)
  })

  /** Node's parser reads over it, and RFC 9112 §3 lets it. */
  const isForgiven = (what: string): boolean => runsOnNode && what === 'two blanks in the request line'

  for (const [what, text] of ambiguous) {
    if (isForgiven(what)) continue
    it(`${what} is not served`, async () => {
      const calls = stage.provider.requests.length
      assert.match(await send(text), /^(HTTP\/1\.1 4\d\d|$)/)
      assert.equal(stage.provider.requests.length, calls)
    })
  }

  it('paths are not played with', async () => {
    for (const path of ['//v1/models', '/v1//models', '/v1/models;x', '/V1/MODELS', '/v1/%6dodels']) {
      assert.match(await send(`GET ${path} HTTP/1.1\r\nHost: a\r\nAUTH\r\n\r\n`), /^HTTP\/1\.1 404/, path)
    }
    // What the server resolves, it resolves before the route and its credential are looked up.
    assert.match(await send('GET /health/liveliness/../../key/list HTTP/1.1\r\nHost: a\r\n\r\n'), /^HTTP\/1\.1 401/)
  })

  it('a body that is too large is refused in the dialect of the route', async () => {
    const small = await openStage({ sections: { switchyard_settings: { max_body_mb: 0.01 } } })
    try {
      const big = { model: 'claude', max_tokens: 5, messages: [{ role: 'user', content: 'x'.repeat(20_000) }] }
      const { status, text } = await small.gateway.call('POST', '/v1/messages', big)
      assert.equal(status, 413)
      assert.match(text, /"type":"request_too_large"/)
      assert.equal(small.provider.requests.length, 0)
    } finally {
      await small.close()
    }
  })
})
