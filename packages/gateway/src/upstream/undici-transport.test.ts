import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Incoming, Outgoing, Transport } from '@switchyard/core'

const answer = (body: string, fields = ''): string => `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`

describe('the way out on Node', { skip: typeof Bun !== 'undefined', timeout: 20_000 }, () => {
  let transport: Transport
  let server: Server
  /** What happens to the request of this number on a connection. */
  let act: (socket: Socket, number: number) => void
  let calls = 0
  let connections = 0
  before(async () => {
    transport = (await import('./undici-transport.ts')).undiciTransport
    server = createServer((socket) => {
      connections++
      let number = 0
      socket.on('data', () => {
        calls++
        act(socket, ++number)
      })
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  beforeEach(() => {
    calls = 0
    act = (socket) => socket.write(answer('fine'))
  })
  after(() => server.close())

  const call = (signal: AbortSignal = new AbortController().signal): Promise<Incoming> => {
    const address = server.address()
    assert(address !== null && typeof address === 'object')
    const outgoing: Outgoing = {
      url: `http://127.0.0.1:${address.port}/a?b=c`,
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: new Uint8Array([104, 105]),
    }
    return transport.send(outgoing, { signal, connectTimeoutMs: 1000 })
  }
  async function textOf({ body }: Incoming): Promise<string> {
    let text = ''
    for await (const piece of body ?? []) text += new TextDecoder().decode(piece)
    return text
  }

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

  it('makes a call again, once, when a connection that was kept is reset without an answer', async () => {
    await textOf(await call())
    const before = connections
    act = (socket, number) => (number > 1 ? socket.resetAndDestroy() : socket.write(answer('new')))
    assert.equal(await textOf(await call()), 'new')
    assert.equal(connections, before + 1)
    act = (socket) => socket.resetAndDestroy()
    calls = 0
    await assert.rejects(call())
    assert.ok(calls <= 2)
  })

  it('does not make a call again that was answered in part', async () => {
    await textOf(await call())
    act = (socket) => socket.write('HTTP/1.1 200 OK\r\nx-a: ', () => socket.resetAndDestroy())
    calls = 0
    await assert.rejects(call())
    assert.equal(calls, 1)
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
    await sleep(100)
    assert.ok(isClosed)
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
})
