import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ClientConnection, ConnectionLost, type Reply } from './client-connection.ts'
import { ClientPool } from './client-pool.ts'
import { bytesOf, FakeSocket, settled } from './fake-socket.fixture.ts'
import { ProtocolError } from './fields.ts'

/** A connection whose provider is the test. */
class Provider {
  readonly socket = new FakeSocket()
  idle = 0
  closed = 0
  readonly connection = new ClientConnection(this.socket, { idle: () => this.idle++, closed: () => this.closed++ })

  call(body?: string): Promise<Reply> {
    const reply = this.connection.send(bytesOf('POST / HTTP/1.1\r\n\r\n'), body === undefined ? undefined : bytesOf(body))
    reply.catch(() => undefined)
    return reply
  }

  says(text: string): void {
    this.connection.data(bytesOf(text))
  }
}

const textOf = async ({ body }: Reply): Promise<string> => Buffer.from(await body.bytes()).toString('latin1')
const ok = (body: string, fields = ''): string => `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`
const isLost =
  (isUnanswered: boolean) =>
  (error: unknown): boolean =>
    error instanceof ConnectionLost && error.isUnanswered === isUnanswered
const breaksRules = (error: unknown): boolean => error instanceof ProtocolError

describe('a connection to a provider', () => {
  it('is used again when its reply has come whole, wherever that was cut', async () => {
    const provider = new Provider()
    const replies = [ok('hello'), 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n']
    for (const text of replies) {
      for (let cut = 0; cut <= text.length; cut++) {
        const { idle } = provider
        const reply = provider.call()
        provider.says(text.slice(0, cut))
        if (cut < text.length) assert.equal(provider.idle, idle)
        if (cut < text.length) provider.says(text.slice(cut))
        assert.deepEqual([await textOf(await reply), provider.idle, provider.closed], ['hello', idle + 1, 0], `cut at ${cut}`)
      }
    }
  })

  it('reads over what is said before the answer', async () => {
    const provider = new Provider()
    const reply = provider.call()
    provider.says('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')
    provider.says(`${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(20_000)}${ok('fine')}`)
    assert.equal(await textOf(await reply), 'fine')
    assert.equal(provider.idle, 1)
  })

  it('refuses another protocol, a head without an end, and what is no HTTP', async () => {
    for (const text of [
      'HTTP/1.1 101 Switching Protocols\r\n\r\n',
      `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(300_000)}`,
      'SSH-2.0\r\n\r\n',
    ]) {
      const provider = new Provider()
      const reply = provider.call()
      provider.says(text)
      await assert.rejects(reply, breaksRules)
      assert.deepEqual([provider.socket.done, provider.closed, provider.idle], [['destroy'], 1, 0])
    }
  })

  it('is closed behind a reply that says so, that its end ends, or that more bytes follow', async () => {
    for (const [text, closes] of [
      [ok('hello', 'Connection: close\r\n'), false],
      ['HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello', false],
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n', false],
      ['HTTP/1.1 200 OK\r\n\r\nhello', true],
      [ok('hello') + ok('poison'), false],
      [`${ok('hello')}\r\n`, false],
    ] as const) {
      const provider = new Provider()
      const reply = provider.call()
      provider.says(text)
      if (closes) provider.connection.closed(undefined)
      assert.equal(await textOf(await reply), 'hello')
      assert.deepEqual([provider.idle, provider.closed, provider.connection.isClosed], [0, 1, true], text)
    }
  })

  it('is closed when the provider speaks without being asked', async () => {
    const provider = new Provider()
    const reply = provider.call()
    provider.says(ok('hello'))
    await reply
    provider.says(ok('poison'))
    assert.deepEqual([provider.idle, provider.closed, provider.socket.done], [1, 1, ['destroy']])
    await assert.rejects(provider.call(), isLost(true))
  })

  it('tells a cut body from a whole one', async () => {
    const cut = [
      'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n',
    ]
    for (const text of cut) {
      const provider = new Provider()
      const reply = provider.call()
      provider.says(text)
      provider.connection.closed(undefined)
      await assert.rejects(textOf(await reply), isLost(false))
    }
    const reset = new Provider()
    const reply = reset.call()
    reset.says('HTTP/1.1 200 OK\r\n\r\nhello')
    reset.connection.closed(new Error('reset'))
    await assert.rejects(textOf(await reply), isLost(false))
  })

  it('refuses a body that breaks the rules, behind what was right of it', async () => {
    const provider = new Provider()
    const reply = provider.call()
    provider.says('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
    provider.says('zz\r\n')
    const { body } = await reply
    assert.equal(String(body.takeNow()), 'hello')
    assert.throws(() => body.ended, breaksRules)
    assert.deepEqual(provider.socket.done, ['destroy'])
  })

  it('tells whether the provider had begun when it was lost', async () => {
    const unheard = new Provider()
    const first = unheard.call()
    unheard.connection.closed(undefined)
    await assert.rejects(first, isLost(true))
    for (const text of ['H', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 100 Continue\r\n\r\n']) {
      const provider = new Provider()
      const reply = provider.call()
      provider.says(text)
      provider.connection.closed(undefined)
      await assert.rejects(reply, isLost(false), text)
    }
    const again = new Provider()
    const served = again.call()
    again.says(ok('fine'))
    await served
    const second = again.call()
    again.connection.closed(undefined)
    await assert.rejects(second, isLost(true))
  })

  it('is not used again when the reply came before the request was sent whole', async () => {
    const provider = new Provider()
    provider.socket.isSlow = true
    const early = provider.call('long')
    provider.says(ok('enough'))
    assert.equal(await textOf(await early), 'enough')
    assert.deepEqual([provider.idle, provider.closed], [0, 1])
    const slow = new Provider()
    slow.socket.isSlow = true
    const late = slow.call('long')
    slow.connection.drained()
    slow.says(ok('fine'))
    assert.equal(await textOf(await late), 'fine')
    assert.deepEqual([slow.idle, slow.closed], [1, 0])
  })

  it('sends a body that comes in pieces no faster than it is read, and drops it with the connection', async () => {
    let pulled = 0
    let isBack = false
    async function* endless(): AsyncGenerator<Uint8Array, void, void> {
      try {
        for (; ; pulled++) yield bytesOf('piece')
      } finally {
        isBack = true
      }
    }
    const provider = new Provider()
    provider.socket.isSlow = true
    const reply = provider.connection.sendPieces(bytesOf('POST / HTTP/1.1\r\n\r\n'), endless())
    await settled()
    assert.equal(pulled, 0)
    provider.connection.drained()
    await settled()
    assert.equal(pulled, 1)
    provider.says(ok('too large'))
    assert.equal(await textOf(await reply), 'too large')
    await settled()
    assert.deepEqual([provider.idle, provider.closed, isBack, pulled], [0, 1, true, 1])
  })

  it('is read no faster than its reader, in bounds', async () => {
    const provider = new Provider()
    const reply = provider.call()
    provider.says('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n')
    const { body } = await reply
    let sent = 0
    for (; !provider.socket.isPaused; sent += 10_000) provider.says('x'.repeat(10_000))
    assert.ok(sent < 300_000, `${sent} bytes wait`)
    assert.equal(body.takeNow()?.length, sent)
    assert.equal(provider.socket.isPaused, false)
    provider.says('x'.repeat(1_000_000 - sent))
    assert.deepEqual([provider.idle, provider.socket.isPaused], [1, false])
  })

  it('is given up with a reason that everybody gets who waits', async () => {
    const reason = new Error('enough')
    const before = new Provider()
    const unanswered = before.call()
    before.connection.giveUp(reason)
    await assert.rejects(unanswered, reason)
    const within = new Provider()
    const reply = within.call()
    within.says('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello')
    const { body } = await reply
    within.connection.giveUp(reason)
    await assert.rejects(body.bytes(), reason)
    assert.deepEqual([before.closed, within.closed, within.socket.done], [1, 1, ['destroy']])
  })
})

describe('the connections to one origin', () => {
  const sockets: FakeSocket[] = []
  const makePool = (): ClientPool =>
    new ClientPool({ isTls: false, host: 'a', port: 80 }, (_origin, options) => {
      const socket = new FakeSocket()
      sockets.push(socket)
      return Promise.resolve(new ClientConnection(socket, options))
    })
  const open = (pool: ClientPool): Promise<ClientConnection> =>
    pool.open({ signal: new AbortController().signal, timeoutMs: undefined })
  async function serve(connection: ClientConnection): Promise<void> {
    const reply = connection.send(bytesOf('GET / HTTP/1.1\r\n\r\n'), undefined)
    connection.data(bytesOf(ok('')))
    await reply
  }

  it('are used last in, first out', async () => {
    const pool = makePool()
    assert.equal(pool.take(), undefined)
    const [one, two] = [await open(pool), await open(pool)]
    await serve(one)
    await serve(two)
    assert.deepEqual([pool.take() === two, pool.take() === one, pool.take()], [true, true, undefined])
  })

  it('are forgotten when they are closed', async () => {
    const pool = makePool()
    const [one, two] = [await open(pool), await open(pool)]
    await serve(one)
    await serve(two)
    two.closed(undefined)
    assert.deepEqual([pool.take() === one, pool.take()], [true, undefined])
  })

  it('are closed when they have had nothing to do for long', async () => {
    const pool = makePool()
    const one = await open(pool)
    await serve(one)
    pool.sweep(performance.now() + 29_000)
    assert.equal(one.isClosed, false)
    pool.sweep(performance.now() + 31_000)
    assert.deepEqual([one.isClosed, pool.take()], [true, undefined])
  })

  it('wait in bounds', async () => {
    const pool = makePool()
    const opened: ClientConnection[] = []
    for (let count = 0; count < 600; count++) opened.push(await open(pool))
    for (const connection of opened) await serve(connection)
    assert.equal(opened.filter(({ isClosed }) => isClosed).length, 600 - 512)
    pool.sweep(performance.now() + 31_000)
    assert.ok(opened.every(({ isClosed }) => isClosed))
  })
})
