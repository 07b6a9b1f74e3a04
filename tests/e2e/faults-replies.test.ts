import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { runsOnNode, TestGateway } from '../tools/gateway.ts'
import { growthMb } from '../tools/memory.ts'
import { configText, dialectModels } from '../tools/stage.ts'
import { BareProvider, chunkOf, httpAnswer, httpHead } from '../tools/wire.ts'

const whole = JSON.stringify({
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'the answer' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 3, total_tokens: 4 },
})
const json = { 'content-type': 'application/json' }
const zipped = gzipSync(whole)
const gzipHead = (length: number, type = 'application/json'): string =>
  httpHead({ 'content-type': type, 'content-encoding': 'gzip', 'content-length': length })
const chunkedHead = (type = 'application/json'): string => httpHead({ 'content-type': type, 'transfer-encoding': 'chunked' })

const packed = [
  ['deflate', deflateSync(whole)],
  ['br', brotliCompressSync(whole)],
  ['zstd', zstdCompressSync(whole)],
] as const
const packedHead = (name: string, length: number): string =>
  httpHead({ 'content-type': 'application/json', 'content-encoding': name, 'content-length': length })

/** Replies that are odd and allowed: the client gets the answer. */
const fine: readonly (readonly [string, readonly (string | Uint8Array)[]])[] = [
  ['103 before the reply', ['HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', httpAnswer(whole)]],
  // Undici 8.12.4 takes a 100 that nobody asked for as a broken reply (2026-11-22).
  ...(runsOnNode ? [] : [['100 before the reply', ['HTTP/1.1 100 Continue\r\n\r\n', httpAnswer(whole)]] as const]),
  ['several 103', ['HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(5), httpAnswer(whole)]],
  ['trailers', [chunkedHead(), chunkOf(Buffer.from(whole)), '0\r\nX-Trailer: a\r\n\r\n']],
  ['chunk extensions', [chunkedHead(), `${whole.length.toString(16)};a=b\r\n${whole}\r\n0\r\n\r\n`]],
  ['HTTP/1.0 that ends with its connection', [`HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${whole}`]],
  ['gzip that nobody asked for', [gzipHead(zipped.length), zipped]],
  ['gzip without a length', [httpHead({ ...json, 'content-encoding': 'gzip' }), zipped]],
  ...packed.map(([name, bytes]) => [`${name} that nobody asked for`, [packedHead(name, bytes.length), bytes]] as const),
  ['no content-type', [`HTTP/1.1 200 OK\r\nContent-Length: ${whole.length}\r\n\r\n${whole}`]],
  ['a byte order mark', [httpAnswer(`\u{feff}${whole}`)]],
]

/** Replies that nobody can be given. */
const bad: readonly (readonly [string, readonly (string | Uint8Array)[]])[] = [
  ['an empty body', [httpAnswer('')]],
  ['HTML', [httpAnswer('<html>', { 'content-type': 'text/html' })]],
  ['204', ['HTTP/1.1 204 No Content\r\n\r\n']],
  ['null', [httpAnswer('null')]],
  ['half an object', [httpAnswer(whole.slice(0, 40))]],
  ['two objects', [httpAnswer(whole + whole)]],
  ['a body shorter than its length', [httpHead({ ...json, 'content-length': 5000 }), whole]],
  ['a cut chunk', [chunkedHead(), 'ffff\r\n', whole]],
  ['a chunk size that is none', [chunkedHead(), 'zz\r\n', whole]],
  ['gzip that is cut', [gzipHead(zipped.length - 9), zipped.subarray(0, -9)]],
  ['an unknown encoding', [packedHead('rot13', whole.length), whole]],
  ['gzip that is none', [gzipHead(5), 'hello']],
  ['no HTTP', ['SSH-2.0-OpenSSH_9.9\r\n\r\n']],
  ['a NUL in a header', [`HTTP/1.1 200 OK\r\nx-request-id: a\0b\r\nContent-Length: ${whole.length}\r\n\r\n${whole}`]],
  [
    'a CR in a header',
    [`HTTP/1.1 200 OK\r\nx-request-id: a\rset-cookie: b=c\r\nContent-Length: ${whole.length}\r\n\r\n${whole}`],
  ],
  [
    '3,000 headers',
    [httpAnswer(whole, Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`x-ratelimit-${index}`, '1'])))],
  ],
  ['a header of 20 MB', [httpAnswer(whole, { 'x-request-id': 'a'.repeat(20_000_000) })]],
]

describe('replies of a hostile provider (reliability facts §4a)', () => {
  let provider: BareProvider
  let elsewhere: BareProvider
  let gateway: TestGateway
  before(async () => {
    provider = await BareProvider.start()
    elsewhere = await BareProvider.start()
    elsewhere.answers(httpAnswer(whole))
    const config = configText(dialectModels(provider.origin), {
      litellm_settings: { num_retries: 0 },
      switchyard_settings: { idle_timeout: 1, first_byte_timeout: 5 },
    })
    gateway = await TestGateway.start({ config })
  })
  after(async () => {
    await gateway.stop()
    await provider.stop()
    await elsewhere.stop()
  })

  const messages = [{ role: 'user', content: 'hi' }]
  const chat = (stream = false) => gateway.call('POST', '/v1/chat/completions', { model: 'chat', stream, messages })

  it('what is odd and allowed arrives, and arrives as a stream where one was asked for', async () => {
    for (const [what, reply] of fine) {
      provider.answers(...reply)
      const { status, text } = await chat()
      assert.deepEqual([status, text.includes('the answer')], [200, true], `${what}: ${status} ${text.slice(0, 200)}`)
      if (what === 'no content-type' || what === 'a byte order mark') continue
      const streamed = await chat(true)
      assert.match(streamed.text, /the answer[^]*"finish_reason":"stop"[^]*\[DONE\]\n\n$/, what)
    }
  })

  it('what is broken is a 502, whether a stream was asked for or not', async () => {
    for (const [what, reply] of bad) {
      for (const stream of [false, true]) {
        provider.answers(...reply)
        const { status, text } = await chat(stream)
        assert.deepEqual([status, /"error":\{/.test(text)], [502, true], `${what}: ${status} ${text.slice(0, 200)}`)
        // One more where the connection may have been a stale one of the pool.
        assert.ok(provider.calls <= 2, what)
      }
    }
  })

  it('headers of a provider are passed on by name, in bounds, and never split', async () => {
    provider.answers(
      httpAnswer(whole, {
        'x-ratelimit-limit': 'a'.repeat(15_000),
        'x-ratelimit-remaining': '7',
        'content-security-policy': 'none',
        'access-control-allow-origin': '*',
      }),
    )
    const { status, headers } = await chat()
    assert.equal(status, 200)
    assert.equal(headers.get('x-ratelimit-remaining'), '7')
    for (const name of ['set-cookie', 'x-ratelimit-limit', 'content-security-policy', 'access-control-allow-origin'])
      assert.equal(headers.get(name), null, name)
  })

  it('a bare line feed in a header splits nothing: it is taken out, or the reply is refused', async () => {
    provider.answers(httpAnswer(whole, { 'x-request-id': `req\nset-cookie: a=b` }))
    const { status, headers } = await chat()
    assert.deepEqual([status === 200 || status === 502, headers.get('set-cookie')], [true, null])
  })

  it('no redirect is followed', async () => {
    for (const status of [300, 301, 302, 303, 304, 307, 308]) {
      provider.answers(httpAnswer('', { location: `${elsewhere.origin}/v1/chat/completions` }, status))
      assert.equal((await chat()).status, 502, String(status))
    }
    assert.equal(elsewhere.calls, 0)
  })

  it('a bomb of 200 MB in gzip costs little memory', { timeout: 60_000 }, async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20))
    const bombs = [
      [false, 200, 'application/json'],
      [true, 200, 'application/json'],
      [true, 200, 'text/event-stream'],
      [false, 500, 'application/json'],
    ] as const
    for (const [stream, status, type] of bombs) {
      const head = httpHead({ 'content-type': type, 'content-encoding': 'gzip', 'content-length': bomb.length }, status)
      const grown = await growthMb(gateway.pid, async () => {
        provider.answers(head, bomb)
        const reply = await chat(stream)
        assert.equal(reply.status, 502, `${status} ${type}`)
      })
      assert.ok(grown <= 80, `${grown} MB for ${status} ${type}`)
    }
  })

  const later = (seconds: number): string => new Date(1_800_000_000_000 + seconds * 1000).toUTCString()
  const waits: readonly (readonly [Readonly<Record<string, string>>, string | null, string | null])[] = [
    [{ 'retry-after': '7' }, '7', '7000'],
    [{ 'retry-after': '1.5' }, '2', '1500'],
    [{ 'retry-after': '0' }, '1', '0'],
    [{ 'retry-after': '-5' }, '1', '0'],
    [{ 'retry-after-ms': '1234', 'retry-after': '9' }, '2', '1234'],
    [{ 'retry-after': later(30), date: later(0) }, '30', '30000'],
    [{ 'retry-after': later(-30), date: later(0) }, '1', '0'],
    [{ 'retry-after': '86400' }, '86400', '86400000'],
    [{ 'retry-after': 'soon' }, null, null],
    [{ 'retry-after': '1e400' }, null, null],
    [{}, null, null],
  ]
  it('a 429 is passed on with the time that the provider asks for', async () => {
    for (const [sent, seconds, milliseconds] of waits) {
      for (const stream of [false, true]) {
        provider.answers(httpAnswer('{"error":{"message":"slow down"}}', sent, 429))
        const { status, headers } = await chat(stream)
        assert.deepEqual(
          [status, headers.get('retry-after'), headers.get('retry-after-ms')],
          [429, seconds, milliseconds],
          JSON.stringify(sent),
        )
      }
    }
  })

  it('connections that the provider closes while they are idle are no error of the client', async () => {
    for (const closeMs of [0, 1, 2]) {
      provider.act = async (peer) => {
        await peer.write(httpAnswer(whole))
        setTimeout(() => peer.finish(), closeMs)
        return closeMs > 0
      }
      for (let index = 0; index < 100; index++) {
        const { status, text } = await chat()
        assert.equal(status, 200, `call ${index}: ${text}`)
        await sleep(index % 4)
      }
    }
  })

  it('each of many calls side by side gets its own answer', async () => {
    provider.act = async (peer, request) => {
      const nonce = /nonce-\d+/.exec(request.body.toString())?.[0] ?? ''
      await peer.write(httpAnswer(whole.replace('the answer', nonce)))
      return true
    }
    await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        const nonce = `nonce-${index}`
        const body = { model: 'chat', messages: [{ role: 'user', content: nonce }] }
        const { text } = await gateway.call('POST', '/v1/chat/completions', body)
        assert.ok(text.includes(`"${nonce}"`), text)
      }),
    )
  })
})
