import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Client, get, pieces, post } from './client.fixture.ts'
import { bytesOf, settled } from './fake-socket.fixture.ts'
import { makeResponse } from './reply-writer.ts'

describe('a client that leaves', () => {
  const watched = (signal: AbortSignal): (() => number) => {
    let aborts = 0
    signal.addEventListener('abort', () => aborts++)
    return () => aborts
  }

  it('while it sends its body breaks the body', async () => {
    let aborts: (() => number) | undefined
    let failure = ''
    const client = new Client(async (request) => {
      aborts = watched(request.signal)
      await request.bytes().catch((error: unknown) => (failure = error instanceof Error ? error.message : ''))
      return new Response('late')
    })
    await client.send(post('Content-Length: 10\r\n', 'abc'))
    client.connection.closed()
    await settled()
    assert.deepEqual([aborts?.(), failure, client.closed], [1, 'The client closed the connection.', 1])
  })

  it('while it is being answered aborts once, and a stream that comes then is given back', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let aborts: (() => number) | undefined
    let returned = 0
    let pulled = 0
    const client = new Client(async (request) => {
      aborts = watched(request.signal)
      await promise
      const source = pieces('x')
      const next = source.next.bind(source)
      source.next = () => {
        pulled++
        return next()
      }
      source.return = () => Promise.resolve({ done: true, value: void returned++ })
      return makeResponse(source, {})
    })
    await client.send(get('/'))
    client.connection.closed()
    resolve()
    await settled()
    assert.deepEqual([aborts?.(), returned, pulled], [1, 1, 0])
  })

  it('in the middle of a stream has it given back, also when it was slow', async () => {
    for (const isSlow of [false, true]) {
      let isBack = false
      let signal: AbortSignal | undefined
      let more: (() => void) | undefined
      const client = new Client((request) => {
        signal = request.signal
        return makeResponse(
          (async function* () {
            try {
              for (;;) {
                yield bytesOf('piece')
                await new Promise<void>((resolve) => (more = resolve))
              }
            } finally {
              isBack = true
            }
          })(),
          {},
        )
      })
      client.socket.isSlow = isSlow
      assert.match(await client.send(get('/')), /piece/)
      client.connection.closed()
      more?.()
      await settled()
      assert.deepEqual([isBack, signal?.aborted], [true, true])
    }
  })

  it('after its answer has left nothing behind', async () => {
    let signal: AbortSignal | undefined
    const client = new Client((request) => {
      signal = request.signal
      return new Response('x')
    })
    await client.send(get('/'))
    client.connection.closed()
    assert.deepEqual([signal?.aborted, client.closed], [false, 1])
  })
})

describe('a client that ends its side of the connection', () => {
  const late = (isStream = false) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    async function* stream(): AsyncGenerator<Uint8Array, void, void> {
      yield bytesOf('one')
      await promise
      yield bytesOf('two')
    }
    const client = new Client(async () => {
      if (isStream) return makeResponse(stream(), {})
      await promise
      return new Response('late')
    })
    return { client, resolve }
  }

  it('is asked for a sign of life, and answered', async () => {
    for (const [version, interim] of [
      ['1.1', 'HTTP/1.1 100 Continue\r\n\r\n'],
      ['1.0', ''],
    ] as const) {
      const { client, resolve } = late()
      await client.send(get('/').replace('1.1', version))
      client.connection.ended()
      assert.equal(client.socket.read(), interim)
      resolve()
      await settled()
      assert.match(client.socket.read(), /^HTTP\/1\.1 200 [^]*connection: close[^]*late$/)
      assert.deepEqual(client.socket.done, ['end'])
    }
  })

  it('is asked between two chunks without a change of what it reads', async () => {
    const { client, resolve } = late(true)
    assert.match(await client.send(get('/')), /3\r\none\r\n$/)
    client.connection.ended()
    assert.equal(client.socket.read(), '0')
    resolve()
    await settled()
    assert.equal(client.socket.read(), '3\r\ntwo\r\n0\r\n\r\n')
    assert.deepEqual(client.socket.done, ['end'])
  })

  it('is not asked while something waits for it anyhow', async () => {
    const { client } = late(true)
    client.socket.isSlow = true
    await client.send(get('/'))
    client.connection.ended()
    assert.equal(client.socket.read(), '')
  })

  it('is done with when it has asked for nothing, or not to the end', async () => {
    for (const text of ['', 'GET / HT']) {
      const client = new Client(() => new Response('fine'))
      await client.send(text)
      client.connection.ended()
      assert.deepEqual([client.socket.done, client.socket.read()], [['end'], ''])
    }
    const { client } = late()
    await client.send(post('Content-Length: 10\r\n', 'abc'))
    client.connection.ended()
    assert.deepEqual(client.socket.done, ['destroy'])
  })

  it('gets the answers to all that it sent ahead, and none to the half of a head', async () => {
    const client = new Client(() => new Response('fine'))
    client.connection.data(bytesOf(`${get('/a')}${get('/b')}GET /c`))
    client.connection.ended()
    await settled()
    assert.equal(client.socket.read().split('fine').length, 3)
    assert.deepEqual(client.socket.done, ['end'])
  })
})

describe('a slow reader', () => {
  it('is waited for: the stream is not read ahead of it', async () => {
    let pulled = 0
    const client = new Client(() =>
      makeResponse(
        (async function* () {
          for (; pulled < 100; pulled++) yield Buffer.alloc(10_000)
        })(),
        {},
      ),
    )
    client.socket.isSlow = true
    await client.send(get('/'))
    assert.ok(pulled < 10, `${pulled} pieces`)
    await settled()
    assert.ok(client.socket.unsent < 100_000)
    await client.drain()
    assert.equal(pulled, 100)
  })

  it('that caught up between two pieces is not waited for again', async () => {
    let more: (() => void) | undefined
    const client = new Client(() =>
      makeResponse(
        (async function* () {
          yield bytesOf('one')
          await new Promise<void>((resolve) => (more = resolve))
          yield bytesOf('two')
          await new Promise<void>((resolve) => (more = resolve))
          yield bytesOf('three')
        })(),
        {},
      ),
    )
    client.socket.isSlow = true
    assert.match(await client.send(get('/')), /one/)
    assert.equal(await client.drain(), '')
    more?.()
    await settled()
    assert.match(client.socket.read(), /two/)
    more?.()
    await settled()
    assert.match(client.socket.read(), /three[^]*0\r\n\r\n$/)
  })

  it('that reads nothing at all is given up, one that reads a little is not', async () => {
    const client = new Client(() => makeResponse(Buffer.alloc(500_000), {}))
    client.socket.isSlow = true
    await client.send(get('/'))
    const now = performance.now()
    client.connection.sweep(now)
    client.connection.sweep(now + 100_000)
    client.socket.unsent -= 1000
    client.connection.sweep(now + 150_000)
    assert.deepEqual(client.socket.done, [])
    client.connection.sweep(now + 300_000)
    assert.deepEqual(client.socket.done, ['destroy'])
  })
})

describe('a connection that is to end', () => {
  it('ends at once when it is idle, and answers nothing more', async () => {
    const client = new Client(() => new Response('fine'))
    await client.send(get('/a'))
    client.connection.stop()
    assert.deepEqual([client.connection.isBusy, client.socket.done], [false, ['halfClose']])
    assert.equal(await client.send(get('/b')), '')
  })

  it('ends behind its answer when it is busy, and says so in it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const client = new Client(async () => {
      await promise
      return new Response('last')
    })
    await client.send(get('/a') + get('/b'))
    client.isStopping = true
    client.connection.stop()
    assert.deepEqual([client.connection.isBusy, client.socket.done], [true, []])
    resolve()
    await settled()
    assert.match(client.socket.read(), /connection: close[^]*last$/)
    assert.deepEqual([client.connection.isBusy, client.socket.done], [false, ['halfClose']])
  })

  it('ends after a while without requests', async () => {
    const client = new Client(() => new Response('fine'))
    const now = performance.now()
    client.connection.sweep(now)
    client.connection.sweep(now + 70_000)
    await client.send(get('/a'))
    client.connection.sweep(now + 80_000)
    assert.deepEqual(client.socket.done, [])
    client.connection.sweep(now + 160_000)
    assert.deepEqual(client.socket.done, ['halfClose'])
  })

  it('is cut when it is killed, but not its last answer', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const busy = new Client(async () => {
      await promise
      return new Response('late')
    })
    await busy.send(get('/'))
    busy.connection.kill()
    assert.deepEqual(busy.socket.done, ['destroy'])
    resolve()
    const answered = new Client(() => new Response('last'))
    await answered.send(get('/', 'Connection: close\r\n'))
    answered.connection.kill()
    assert.deepEqual(answered.socket.done, ['halfClose', 'end'])
  })
})
