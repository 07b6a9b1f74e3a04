import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpRequest, Listener, MakeResponse, RequestHeaders } from './listener.ts'

const encoder = new TextEncoder()
/** Room for everybody. */
const room = { most: Number.POSITIVE_INFINITY, extra: 0, full: (): void => undefined }

describe('the server on Node', { skip: typeof Bun !== 'undefined', timeout: 20_000 }, () => {
  let listener: Listener
  let makeResponse: MakeResponse
  let handle: (request: HttpRequest) => Response | Promise<Response>
  before(async () => {
    const server = await import('./serve-node.ts')
    makeResponse = server.makeResponse
    const options = { host: '127.0.0.1', port: 0, shared: false, maxBodyBytes: 1000, isDraining: () => false, room }
    listener = await server.listen({ ...options, handle: async (request) => handle(request) })
  })
  beforeEach(() => (handle = () => new Response('fine')))
  after(() => listener.kill())

  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect(listener.port, '127.0.0.1', () => resolve(socket))
      socket.once('error', reject)
    })
  /** All that comes back until the server closes. */
  async function said(socket: Socket): Promise<string> {
    let text = ''
    for await (const part of socket) text += String(part)
    return text
  }
  async function ask(text: string): Promise<string> {
    const socket = await open()
    socket.write(text)
    return said(socket)
  }
  const get = (path: string, fields = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}\r\n`

  it('resolves paths as a Request does, whatever the target is', async () => {
    const urls: string[] = []
    handle = (request) => {
      urls.push(request.url.replace('http://localhost', ''))
      return new Response(null)
    }
    for (const path of ['/a/../b?c=/../d', '//a/b', '/a%2fb', 'http://elsewhere/a', '/a#b']) await ask(get(path))
    assert.deepEqual(urls, ['/b?c=/../d', '//a/b', '/a%2fb', '/a', '/a'])
    assert.match(await ask(get('http://')), /^HTTP\/1\.1 400 /)
  })

  it('joins fields that came twice, and drops none', async () => {
    let seen: RequestHeaders | undefined
    handle = ({ headers }) => {
      seen = headers
      return new Response(null)
    }
    const many = Array.from({ length: 2500 }, (_, index) => `${index}:\r\n`).join('')
    await ask(get('/', `${many}Authorization: one\r\nAuthorization: two\r\n`))
    assert.equal(seen?.get('authorization'), 'one, two')
    assert.match(await ask(get('/', `x: ${'y'.repeat(20_000)}\r\n`)), /^HTTP\/1\.1 431 /)
  })

  it('gives whole bytes their length, and HEAD no body', async () => {
    handle = () => makeResponse(encoder.encode('all'), { 'x-a': 'b' })
    const whole = await ask(get('/'))
    assert.match(whole, /x-a: b\r\n[^]*content-length: 3\r\n\r\nall$/i)
    assert.match(await ask(get('/').replace('GET', 'HEAD')), /^HTTP\/1\.1 200 [^]*\r\n\r\n$/)
  })

  it('answers a body that it does not read, and the client gets the answer', async () => {
    handle = () => new Response('no', { status: 413 })
    const length = 8 * 1024 * 1024
    const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`
    assert.match(await ask(head + 'x'.repeat(length)), /^HTTP\/1\.1 413 /)
    handle = async ({ body }) => {
      for await (const piece of body ?? []) return new Response(`${piece.length > 0} is enough`, { status: 413 })
      return new Response('nothing came')
    }
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`.repeat(16)
    const chunked = head.replace(/Content-Length: .*/, 'Transfer-Encoding: chunked')
    assert.match(await ask(`${chunked}${chunk}0\r\n\r\n`), /^HTTP\/1\.1 413 [^]*true is enough/)
  })

  it('reads a body whole or in pieces', async () => {
    handle = async (request) => {
      if (request.headers.get('content-length') !== null) return makeResponse(await request.bytes(), {})
      let text = ''
      for await (const piece of request.body ?? []) text += new TextDecoder().decode(piece)
      return new Response(text)
    }
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n'
    assert.match(await ask(`${head}Content-Length: 5\r\n\r\nwhole`), /whole/)
    assert.match(await ask(`${head}Transfer-Encoding: chunked\r\n\r\n3\r\npie\r\n3\r\nces\r\n0\r\n\r\n`), /pieces/)
  })

  it('writes no faster than the client reads, and tells the stream that it has gone', async () => {
    let sent = 0
    let isOver = false
    async function* endless(): AsyncGenerator<Uint8Array, void, void> {
      try {
        for (;;) {
          yield new Uint8Array(64 * 1024)
          sent++
        }
      } finally {
        isOver = true
      }
    }
    let signal: AbortSignal | undefined
    handle = (request) => {
      signal = request.signal
      return makeResponse(endless(), {})
    }
    const socket = await open()
    socket.pause()
    socket.write(get('/'))
    // The kernel's buffers grow for a while.
    for (let last = -1; sent === 0 || sent !== last; await sleep(100)) last = sent
    assert.ok(sent < 400, `${sent} pieces`)
    assert.equal(signal?.aborted, false)
    socket.destroy()
    await sleep(100)
    assert.deepEqual([signal?.aborted, isOver], [true, true])
  })

  it('tells a handler that the client left before the answer', async () => {
    const left = new Promise<void>((resolve) => {
      handle = async ({ signal }) => {
        await new Promise((abort) => signal.addEventListener('abort', abort))
        resolve()
        return new Response('too late')
      }
    })
    const socket = await open()
    socket.write(get('/'))
    await sleep(50)
    socket.destroy()
    await left
  })

  it('stops when the last stream has ended, and keeps no idle connection', async () => {
    async function* slow(): AsyncGenerator<Uint8Array, void, void> {
      for (const piece of ['one ', 'two ', 'three']) {
        yield encoder.encode(piece)
        await sleep(50)
      }
    }
    handle = () => makeResponse(slow(), {})
    const [busy, idle] = await Promise.all([open(), open()])
    busy.write(get('/').replace('Connection: close\r\n', ''))
    await sleep(20)
    const [text] = await Promise.all([said(busy), said(idle), listener.stop()])
    assert.match(text, /one [^]*two [^]*three/)
    await assert.rejects(ask(get('/')), { code: 'ECONNREFUSED' })
  })
})
