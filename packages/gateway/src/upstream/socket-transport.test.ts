import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Incoming, Outgoing, Transport } from '@switchyard/core'

const answer = (body: string, fields = ''): string => `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`

describe('the way out on Bun', { skip: typeof Bun === 'undefined', timeout: 20_000 }, () => {
  let transport: Transport
  let server: Server
  /** What happens to the request of this number on a connection. */
  let act: (socket: Socket, number: number, text: string) => void
  let calls = 0
  let connections = 0
  let closed = 0
  before(async () => {
    transport = (await import('./socket-transport.ts')).socketTransport
    server = createServer((socket) => {
      connections++
      let number = 0
      socket.on('data', (bytes: Buffer) => {
        calls++
        act(socket, ++number, bytes.toString('latin1'))
      })
      socket.on('close', () => closed++)
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  beforeEach(() => {
    calls = 0
    act = (socket) => socket.write(answer('fine'))
  })
  after(() => server.close())

  function origin(): string {
    const address = server.address()
    assert(address !== null && typeof address === 'object')
    return `http://127.0.0.1:${address.port}`
  }
  const usual = (): Outgoing => ({
    url: `${origin()}/a?b=c`,
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: new Uint8Array([104, 105]),
  })
  const call = (signal: AbortSignal = new AbortController().signal, more: Partial<Outgoing> = {}): Promise<Incoming> =>
    transport.send({ ...usual(), ...more }, { signal, connectTimeoutMs: 1000 })
  async function textOf({ body }: Incoming): Promise<string> {
    let text = ''
    for await (const piece of body ?? []) text += new TextDecoder().decode(piece)
    return text
  }
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let tries = 0; !isSo() && tries < 200; tries++) await sleep(10)
    assert.ok(isSo())
  }

  it('sends what it is given, and no header that could be another', async () => {
    let seen = ''
    act = (socket, _number, text) => {
      seen = text
      socket.write(answer('fine'))
    }
    const headers = { Accept: 'a', host: 'evil', 'content-length': '99', 'Transfer-Encoding': 'chunked', 'x-tab': 'a\tb' }
    await call(undefined, { url: `${origin()}/a b?c=✓#d`, headers })
    const host = new URL(origin()).host
    assert.equal(
      seen,
      `POST /a%20b?c=%E2%9C%93 HTTP/1.1\r\nhost: ${host}\r\naccept: a\r\nx-tab: a\tb\r\ncontent-length: 2\r\n\r\nhi`,
    )
    await call(undefined, { method: 'GET', body: undefined, url: origin(), headers: {} })
    assert.equal(seen, `GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
    calls = 0
    for (const bad of [
      { 'x-a': 'b\r\nx-c: d' },
      { 'x-a': 'b\0' },
      { 'x-a': '✓' },
      { 'x-a\r\nx-b': 'c' },
      { 'x-a: b': 'c' },
      { '': 'c' },
    ]) {
      await assert.rejects(call(undefined, { headers: bad }), /characters that no header may hold/)
    }
    await assert.rejects(call(undefined, { url: 'ftp://a/b' }), /http or https/)
    assert.equal(calls, 0)
  })

  it('reads short replies whole, others in pieces, and unpacks what nobody asked to be packed', async () => {
    const short = await call()
    assert.equal(new TextDecoder().decode(await short.whole?.()), 'fine')
    const zipped = gzipSync('packed')
    act = (socket) => {
      socket.write(
        `HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`,
      )
      socket.write(zipped)
    }
    assert.equal(await textOf(await call()), 'packed')
    act = (socket) =>
      socket.write('HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n')
    calls = 0
    const found = await call()
    assert.deepEqual([found.status, await textOf(found), calls], [302, 'a', 1])
  })

  it('closes the connection of a reply that nobody can read', async () => {
    const before = closed
    act = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\nContent-Length: 10\r\n\r\nhalf')
    await assert.rejects(call(), /rot13/)
    await until(() => closed > before)
  })

  it('makes a call again, once, when a connection that was kept is reset without an answer', async () => {
    await textOf(await call())
    const before = connections
    act = (socket, number) => (number > 1 ? socket.resetAndDestroy() : socket.write(answer('new')))
    assert.equal(await textOf(await call()), 'new')
    assert.equal(connections, before + 1)
    act = (socket) => socket.resetAndDestroy()
    calls = 0
    await assert.rejects(call())
    assert.equal(calls, 2)
    calls = 0
    await assert.rejects(call())
    assert.equal(calls, 1)
  })

  it('does not make a call again that was answered in part, late, or with nothing but a hint', async () => {
    const unsafe: readonly ((socket: Socket) => unknown)[] = [
      (socket) => socket.write('HTTP/1.1 200 OK\r\nx-a: ', () => socket.resetAndDestroy()),
      (socket) => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n', () => setTimeout(() => socket.resetAndDestroy(), 20)),
      (socket) => setTimeout(() => socket.resetAndDestroy(), 500),
    ]
    for (const last of unsafe) {
      act = (socket) => socket.write(answer('fine'))
      await textOf(await call())
      calls = 0
      act = last
      await assert.rejects(call())
      assert.equal(calls, 1)
    }
  })

  it('reads no faster than its reader, and closes what is not wanted', async () => {
    let sent = 0
    let isClosed = false
    act = (socket) => {
      const more = (): void => {
        while (socket.writable && socket.write(Buffer.alloc(64 * 1024))) sent++
      }
      socket.on('drain', more)
      socket.on('close', () => (isClosed = true))
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      more()
    }
    const { body } = await call()
    const reader = body?.[Symbol.asyncIterator]()
    await reader?.next()
    // The kernel's buffers grow for a while.
    for (let last = -1; sent !== last; await sleep(100)) last = sent
    assert.ok(sent < 400, `${sent} pieces`)
    await reader?.return?.()
    await until(() => isClosed)
  })

  it('gives up at once when it is told to, before the reply and within it', async () => {
    const early = new AbortController()
    act = () => setImmediate(() => early.abort(new Error('enough')))
    await assert.rejects(call(early.signal), /enough/)
    await assert.rejects(call(AbortSignal.abort(new Error('never'))), /never/)
    const late = new AbortController()
    act = (socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n')
    const { body } = await call(late.signal)
    const reader = body?.[Symbol.asyncIterator]()
    await reader?.next()
    setTimeout(() => late.abort(new Error('enough')), 20)
    await assert.rejects(async () => reader?.next(), /enough/)
  })

  it('a client that leaves behind its reply does not take the next call’s connection away', async () => {
    const leaving = new AbortController()
    act = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n')
      setTimeout(() => socket.write('1\r\nb\r\n0\r\n\r\n'), 20)
    }
    const first = await call(leaving.signal)
    await sleep(60)
    const before = connections
    act = (socket) => setTimeout(() => socket.write(answer('second')), 60)
    const second = call()
    await sleep(20)
    leaving.abort()
    assert.equal(await textOf(await second), 'second')
    assert.equal(await textOf(first), 'ab')
    assert.equal(connections, before)
  })

  it('a body that the connection’s end ends is whole after its end, and broken after a reset', async () => {
    act = (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall')
    assert.equal(await textOf(await call()), 'all')
    act = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nhalf')
      setTimeout(() => socket.resetAndDestroy(), 50)
    }
    const cut = await call()
    await assert.rejects(textOf(cut))
  })

  it('connects by name, whichever of its addresses answers', async () => {
    assert.equal(await textOf(await call(undefined, { url: origin().replace('127.0.0.1', 'localhost') })), 'fine')
  })

  it('says so when nobody is there, and does not wait for ever to find out', async () => {
    const none = createServer()
    await new Promise<void>((resolve) => none.listen(0, '127.0.0.1', resolve))
    const address = none.address()
    assert(address !== null && typeof address === 'object')
    await new Promise((resolve) => none.close(resolve))
    await assert.rejects(call(undefined, { url: `http://127.0.0.1:${address.port}/` }))
    // To TLS this server says nothing: the connection stands, the handshake does not come about.
    act = () => undefined
    const before = closed
    const startMs = performance.now()
    const silent = { ...usual(), url: origin().replace('http:', 'https:') }
    const { signal } = new AbortController()
    await assert.rejects(transport.send(silent, { signal, connectTimeoutMs: 200 }), /connected to within 0.2 seconds/)
    assert.ok(performance.now() - startMs < 1500)
    await until(() => closed > before)
    const leaving = new AbortController()
    setTimeout(() => leaving.abort(new Error('enough')), 50)
    await assert.rejects(transport.send(silent, { signal: leaving.signal }), /enough/)
    await until(() => closed > before + 1)
  })
})
