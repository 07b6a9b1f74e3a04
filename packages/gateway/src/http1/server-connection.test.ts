import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Client, get, pieces, post, type Handle } from './client.fixture.ts'
import { bytesOf, settled, type FakeSocket } from './fake-socket.fixture.ts'
import { makeResponse } from './reply-writer.ts'

const echo: Handle = async (request) => {
  const body = new TextDecoder().decode(await request.bytes())
  return makeResponse(bytesOf(`${request.method} ${new URL(request.url).pathname} ${body}.`), {})
}
const statuses = (text: string): readonly number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4)

describe('a client’s connection', () => {
  it('serves one request after the other, whatever they are cut into', async () => {
    const client = new Client(echo)
    const whole =
      get('/a') + post('Content-Length: 3\r\n', 'abc') + post('Transfer-Encoding: chunked\r\n', '2\r\nde\r\n0\r\n\r\n')
    assert.deepEqual((await client.send(whole)).match(/(?:GET|POST) \/\w \w*\./g), ['GET /a .', 'POST /p abc.', 'POST /p de.'])
    let text = ''
    for (const byte of `\r\n${whole}`) text += await client.send(byte)
    assert.deepEqual(text.match(/(?:GET|POST) \/\w \w*\./g), ['GET /a .', 'POST /p abc.', 'POST /p de.'])
    assert.doesNotMatch(text, /connection:/)
    assert.deepEqual(client.socket.done, [])
  })

  it('is kept for HTTP/1.0 only where that was asked for, and gets no chunks', async () => {
    const plain = new Client(echo)
    assert.match(await plain.send('GET /a HTTP/1.0\r\n\r\n'), /\r\nconnection: close\r\n/)
    assert.deepEqual(plain.socket.done, ['halfClose'])
    const kept = new Client(echo)
    assert.match(await kept.send('GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'), /\r\nconnection: keep-alive\r\n/)
    assert.deepEqual(kept.socket.done, [])
    const streamed = new Client(() => makeResponse(pieces('ab', 'cd'), {}))
    const reply = await streamed.send('GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
    assert.match(reply, /connection: close\r\n\r\nabcd$/)
    assert.doesNotMatch(reply, /chunked/)
    assert.deepEqual(streamed.socket.done, ['halfClose'])
  })

  it('closes when the client says so', async () => {
    const client = new Client(echo)
    const reply = await client.send(get('/a', 'Connection: close\r\n') + get('/b'))
    assert.deepEqual(statuses(reply), [200])
    assert.match(reply, /\r\nconnection: close\r\n/)
    assert.equal(await client.send(get('/c')), '')
    assert.deepEqual(client.socket.done, ['halfClose'])
  })

  it('answers HEAD without a body, of bytes and of streams, and gives the stream back', async () => {
    let isBack = false
    const client = new Client(({ url }) => {
      if (url.endsWith('bytes')) return makeResponse(bytesOf('hello'), {})
      const source = pieces('hello')
      source.return = () => {
        isBack = true
        return Promise.resolve({ done: true, value: undefined })
      }
      return makeResponse(source, {})
    })
    assert.match(await client.send('HEAD /bytes HTTP/1.1\r\nHost: a\r\n\r\n'), /content-length: 5\r\n\r\n$/)
    assert.match(await client.send('HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n'), /\r\n\r\n$/)
    assert.equal(isBack, true)
    assert.match(await client.send(get('/bytes')), /hello$/)
  })

  it('frames what it sends: chunks, no chunk of nothing, no body with a 204', async () => {
    const streamed = new Client(() => makeResponse(pieces('ab', '', 'cd'), { 'x-a': 'b\r\nX-C: d', 'x-e': 'ä✓' }))
    const reply = await streamed.send(get('/'))
    assert.match(reply, /transfer-encoding: chunked\r\n/)
    assert.match(reply, /\r\nx-a: b\?\?X-C: d\r\nx-e: \xe4\?\r\n/)
    assert.match(bodyOf(reply), /^(?:4\r\nabcd\r\n|2\r\nab\r\n2\r\ncd\r\n)0\r\n\r\n$/)
    const empty = new Client(() => new Response(null, { status: 204 }))
    assert.doesNotMatch(await empty.send(get('/')), /content-length|transfer-encoding/)
    const odd = new Client(() => new Response('', { status: 299 }))
    assert.match(await odd.send(get('/')), /^HTTP\/1\.1 299 \r\n/)
  })

  it('is cut when a stream breaks', async () => {
    const client = new Client(() =>
      makeResponse(
        (async function* () {
          yield bytesOf('half')
          throw new Error('broken')
        })(),
        {},
      ),
    )
    const reply = await client.send(get('/'))
    assert.match(reply, /half/)
    assert.doesNotMatch(reply, /0\r\n\r\n$/)
    assert.deepEqual(client.socket.done.slice(0, 1), ['destroy'])
  })
})

describe('requests that are sent ahead', () => {
  it('are answered in their order, and one at a time', async () => {
    const release: (() => void)[] = []
    const client = new Client(async ({ url }) => {
      await new Promise<void>((resolve) => release.push(resolve))
      return makeResponse(bytesOf(url.slice(-1)), {})
    })
    assert.equal(await client.send(get('/1') + get('/2') + get('/3')), '')
    for (const number of ['1', '2', '3']) {
      assert.equal(release.length, 1)
      release.pop()?.()
      await settled()
      assert.equal(bodyOf(client.socket.read()), number)
    }
  })

  it('wait in the client’s socket when they are many', async () => {
    let release: (() => void) | undefined
    let served = 0
    const client = new Client(async () => {
      served++
      await new Promise<void>((resolve) => (release = resolve))
      return makeResponse(bytesOf('x'), {})
    })
    const request = get('/', `X: ${'y'.repeat(8000)}\r\n`)
    for (let sent = 0; sent < 20 && !client.socket.isPaused; sent++) await client.send(request)
    assert.equal(client.socket.isPaused, true)
    assert.equal(served, 1)
    release?.()
    await settled()
    assert.equal(client.socket.isPaused, false)
    assert.equal(served, 2)
  })

  it('are not answered before the client has read what it has', async () => {
    let served = 0
    const client = new Client(() => makeResponse(bytesOf(`${++served}`.repeat(100_000)), {}))
    client.socket.isSlow = true
    await client.send(get('/').repeat(50))
    assert.equal(served, 1)
    await client.drain()
    assert.equal(served, 50)
  })

  it('behind a bad one are not looked at', async () => {
    let served = 0
    const client = new Client(() => new Response(`${++served}`))
    assert.deepEqual(statuses(await client.send(get('/') + 'GET / HTTP/1.1\r\nHost : a\r\n\r\n' + get('/'))), [200, 400])
    assert.equal(await client.send(get('/')), '')
    assert.equal(served, 1)
    assert.deepEqual(client.socket.done, ['halfClose'])
  })
})

describe('Expect: 100-continue', () => {
  const expecting = post('Content-Length: 3\r\nExpect: 100-continue\r\n')
  it('is answered when the body is wanted', async () => {
    const client = new Client(echo)
    assert.equal(await client.send(expecting), 'HTTP/1.1 100 Continue\r\n\r\n')
    assert.match(await client.send('abc'), /^HTTP\/1\.1 200 [^]*POST \/p abc\.$/)
    assert.deepEqual(client.socket.done, [])
  })

  it('is not when the request is refused, when the body is there, and for HTTP/1.0', async () => {
    const refusing = new Client(() => new Response('no', { status: 401 }))
    const refusal = await refusing.send(expecting)
    assert.deepEqual(statuses(refusal), [401])
    assert.match(refusal, /connection: close/)
    assert.deepEqual(refusing.socket.done, ['halfClose'])
    assert.deepEqual(statuses(await new Client(echo).send(`${expecting}abc`)), [200])
    assert.equal(await new Client(echo).send(expecting.replace('1.1', '1.0')), '')
  })

  it('is not when the answer has begun before the body is read', async () => {
    const client = new Client(({ body }) =>
      makeResponse(
        (async function* () {
          yield bytesOf('early ')
          for await (const piece of body ?? []) yield piece
        })(),
        {},
      ),
    )
    assert.deepEqual(statuses(await client.send(expecting)), [200])
    assert.match(await client.send('abc'), /abc/)
  })

  it('other expectations are a 417', async () => {
    assert.deepEqual(statuses(await new Client(echo).send(get('/', 'Expect: tea\r\n'))), [417])
  })
})

describe('what is refused before anybody handles it', () => {
  const refused = async (text: string): Promise<FakeSocket> => {
    const client = new Client(() => assert.fail('handled'))
    const reply = await client.send(text)
    assert.match(reply, /^HTTP\/1\.1 4\d\d [^]*connection: close\r\n\r\n\{"error":\{"message":/)
    assert.equal(Number(/content-length: (\d+)/.exec(reply)?.[1]), bodyOf(reply).length)
    client.socket.done.unshift(String(statuses(reply)))
    return client.socket
  }

  it('is answered with its status, and the connection closed', async () => {
    assert.deepEqual((await refused('nonsense\r\n\r\n')).done, ['400', 'halfClose'])
    assert.deepEqual((await refused('GET / HTTP/1.1\nHost: a\n\n')).done, ['400', 'halfClose'])
    assert.deepEqual((await refused('\n')).done, ['400', 'halfClose'])
    assert.deepEqual((await refused(get('/', `X: ${'y'.repeat(40_000)}\r\n`))).done, ['431', 'halfClose'])
    assert.deepEqual((await refused(`GET /${'y'.repeat(40_000)}`)).done, ['431', 'halfClose'])
  })

  it('a head that comes too slowly is a 408', async () => {
    const client = new Client(echo)
    await client.send('GET / HT')
    client.connection.sweep(performance.now() + 9000)
    assert.equal(await client.send('TP/1.1\r\n'), '')
    client.connection.sweep(performance.now() + 11_000)
    assert.deepEqual(statuses(client.socket.read()), [408])
    assert.deepEqual(client.socket.done, ['halfClose'])
    client.connection.sweep(performance.now() + 4000)
    assert.deepEqual(client.socket.done, ['halfClose'])
    client.connection.sweep(performance.now() + 6000)
    assert.deepEqual(client.socket.done, ['halfClose', 'end'])
  })
})

describe('a body that is not read', () => {
  it('costs the connection, not the answer; what still comes is thrown away for a while', async () => {
    const client = new Client(() => new Response('too large', { status: 413 }))
    const reply = await client.send(post('Content-Length: 1000000\r\n', 'x'.repeat(1000)))
    assert.deepEqual([statuses(reply), bodyOf(reply)], [[413], 'too large'])
    assert.match(reply, /connection: close/)
    for (let sent = 0; sent < 20; sent++) assert.equal(await client.send('x'.repeat(100_000)), '')
    assert.deepEqual([client.socket.done, client.socket.isPaused], [['halfClose'], false])
    client.connection.sweep(performance.now() + 6000)
    assert.deepEqual(client.socket.done, ['halfClose', 'end'])
  })

  it('waits in the client’s socket, in bounds', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let length = 0
    const client = new Client(async (request) => {
      await promise
      length = (await request.bytes()).length
      return new Response('read')
    })
    await client.send(post('Content-Length: 1000000\r\n'))
    let sent = 0
    for (; !client.socket.isPaused; sent += 10_000) await client.send('x'.repeat(10_000))
    assert.ok(sent < 300_000, `${sent} bytes wait`)
    resolve()
    await settled()
    assert.equal(client.socket.isPaused, false)
    assert.match(await client.send('x'.repeat(1_000_000 - sent)), /read$/)
    assert.equal(length, 1_000_000)
    assert.deepEqual(client.socket.done, [])
  })

  it('that breaks the rules is told to the handler, and ends the connection', async () => {
    const client = new Client(async (request) => {
      const failed = await request.bytes().then(
        () => 'read',
        (error: unknown) => (error instanceof Error ? error.message : ''),
      )
      return new Response(failed, { status: 400 })
    })
    const reply = await client.send(post('Transfer-Encoding: chunked\r\n', 'zz\r\n\r\n') + get('/'))
    assert.deepEqual(statuses(reply), [400])
    assert.match(reply, /not sent as HTTP\/1\.1 says/)
    assert.deepEqual(client.socket.done, ['halfClose'])
  })
})
