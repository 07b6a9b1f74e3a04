import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpRequest, Listener, MakeResponse } from './listener.ts'

const encoder = new TextEncoder()
/** Room for everybody. */
const room = { most: Number.POSITIVE_INFINITY, extra: 0, full: (): void => undefined }

describe('the server on Bun', { skip: typeof Bun === 'undefined', timeout: 20_000 }, () => {
  let listener: Listener
  let makeResponse: MakeResponse
  let handle: (request: HttpRequest) => Response | Promise<Response>
  const addresses: unknown[] = []
  const start = async (port = 0, shared = false): Promise<Listener> => {
    const server = await import('./serve-bun.ts')
    makeResponse = server.makeResponse
    const options = { host: '127.0.0.1', port, shared, maxBodyBytes: 1000, isDraining: () => false, room }
    return server.listen({
      ...options,
      handle: async (request, ip) => {
        addresses.push(ip)
        return handle(request)
      },
    })
  }
  before(async () => (listener = await start()))
  beforeEach(() => (handle = () => new Response('fine')))
  after(() => listener.kill())

  const open = ({ port } = listener): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket))
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
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let tries = 0; !isSo() && tries < 300; tries++) await sleep(10)
    assert.ok(isSo())
  }

  it('knows the address of a client that left as soon as it had asked', async () => {
    addresses.length = 0
    for (let clients = 0; clients < 50; clients++) {
      const socket = await open()
      socket.write(get('/').repeat(3), () => socket.destroy())
    }
    await until(() => addresses.length >= 50)
    assert.deepEqual([...new Set(addresses)], ['127.0.0.1'])
  })

  it('shares its port with other workers where it is told to, and with nobody else', async () => {
    const one = await start(0, true)
    const two = await start(one.port, true)
    assert.equal(two.port, one.port)
    one.kill()
    two.kill()
    await assert.rejects(start(listener.port), { code: 'EADDRINUSE' })
  })

  it('resolves paths as a Request does, whatever the target is', async () => {
    const urls: string[] = []
    handle = (request) => {
      urls.push(request.url.replace('http://localhost', ''))
      return new Response(null)
    }
    for (const path of ['/a/../b?c=/../d', '//a/b', '/a%2fb', 'http://elsewhere/a', '/a#b', '/a/%2e%2e/b']) await ask(get(path))
    assert.deepEqual(urls, ['/b?c=/../d', '//a/b', '/a%2fb', '/a', '/a', '/b'])
  })

  it('answers a body that it does not read, and the client gets the answer', async () => {
    handle = () => new Response('no', { status: 413 })
    const length = 8 * 1024 * 1024
    const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`
    assert.match(await ask(head + 'x'.repeat(length)), /^HTTP\/1\.1 413 [^]*\r\n\r\nno$/)
  })

  it('answers what is no request in the middle of a flood, and the client gets the answer', async () => {
    assert.match(await ask(`GET / HTTP/1.1\r\nX: ${'y'.repeat(4 * 1024 * 1024)}`), /^HTTP\/1\.1 431 [^]*\}$/)
  })

  it('sends a large answer whole to a client that reads slowly and then closes', async () => {
    const length = 20 * 1024 * 1024
    handle = () => makeResponse(new Uint8Array(length), {})
    const socket = await open()
    socket.write(get('/'))
    socket.pause()
    await sleep(300)
    assert.ok((await said(socket)).length > length)
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
    await until(() => isOver)
    assert.equal(signal?.aborted, true)
  })

  it('tells a handler that the client left before the answer, by its end as by a reset', async () => {
    for (const leave of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.resetAndDestroy()]) {
      let aborts = 0
      handle = async ({ signal }) => {
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            aborts++
            resolve()
          })
        })
        return new Response('too late')
      }
      const socket = await open()
      socket.on('error', () => undefined)
      socket.write(get('/'))
      await sleep(30)
      leave(socket)
      await until(() => aborts === 1)
    }
  })

  it('answers a client that has only ended its own side, whole or in a stream, also what it sent ahead', async () => {
    const signals: AbortSignal[] = []
    async function* stream(): AsyncGenerator<Uint8Array, void, void> {
      for (const piece of ['one ', 'two ', 'three']) {
        await sleep(60)
        yield encoder.encode(piece)
      }
    }
    const answers: Readonly<Record<string, () => Response | Promise<Response>>> = {
      '/whole': () => sleep(80).then(() => new Response('late')),
      '/stream': () => makeResponse(stream(), {}),
    }
    handle = ({ url, signal }) => {
      signals.push(signal)
      return answers[new URL(url).pathname]?.() ?? new Response('fine')
    }
    const keeps = (path: string): string => get(path).replace('Connection: close\r\n', '')
    const asked: readonly (readonly [string, RegExp])[] = [
      [get('/whole'), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 [^]*late$/],
      [get('/stream'), /200 [^]*chunked[^]*one [^]*two [^]*three\r\n0+\r\n\r\n$/],
      [get('/whole').replace('HTTP/1.1', 'HTTP/1.0'), /^HTTP\/1\.1 200 [^]*late$/],
      [keeps('/whole') + keeps('/stream') + keeps('/'), /late[^]*three[^]*connection: close[^]*fine$/],
    ]
    for (const [text, answer] of asked) {
      const socket = await open()
      // `end` is a half-close: the socket reads on.
      socket.end(text)
      assert.match(await said(socket), answer)
    }
    for (const afterMs of [70, 130]) {
      const socket = await open()
      socket.write(get('/stream'))
      const all = said(socket)
      await sleep(afterMs)
      socket.end()
      assert.match(await all, /one \r\n[^]*two \r\n[^]*three\r\n0+\r\n\r\n$/)
    }
    assert.ok(signals.every(({ aborted }) => !aborted))
  })

  it('notices within its silence that a client has gone, before the reply and within it', async () => {
    for (const path of ['/before', '/within']) {
      const over = Promise.withResolvers<void>()
      let signal: AbortSignal | undefined
      async function* silent(): AsyncGenerator<Uint8Array, void, void> {
        yield encoder.encode('one')
        await over.promise
      }
      handle = (request) => {
        ;({ signal } = request)
        return path === '/within' ? makeResponse(silent(), {}) : over.promise.then(() => new Response('late'))
      }
      // It reads what came: else its end would be a reset.
      const socket = (await open()).resume()
      socket.write(get(path))
      await sleep(50)
      socket.destroy()
      await until(() => signal?.aborted === true)
      over.resolve()
    }
  })

  it('stops when the last stream has ended, keeps no idle connection, and cuts no last answer', async () => {
    async function* slow(): AsyncGenerator<Uint8Array, void, void> {
      for (const piece of ['one ', 'two ', 'three']) {
        yield encoder.encode(piece)
        await sleep(50)
      }
      yield new Uint8Array(4 * 1024 * 1024)
    }
    handle = () => makeResponse(slow(), {})
    const own = await start()
    const [busy, idle] = await Promise.all([open(own), open(own)])
    busy.write(get('/').replace('Connection: close\r\n', ''))
    await sleep(20)
    const stopped = own.stop().then(() => own.kill())
    const [text] = await Promise.all([said(busy), said(idle), stopped])
    assert.match(text, /one [^]*two [^]*three/)
    assert.match(text, /\r\n0\r\n\r\n$/)
    assert.ok(text.length > 4 * 1024 * 1024)
    await assert.rejects(open(own), { code: 'ECONNREFUSED' })
  })
})
