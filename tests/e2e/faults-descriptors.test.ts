import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { audit } from '../tools/audit.ts'
import { runsOnNode } from '../tools/gateway.ts'
import { openaiChat, shapes, type ClientShape } from '../tools/shapes.ts'
import { model, openStage, type Stage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'
import { FakeProvider } from '../tools/fake-provider.ts'

/** A client of bare bytes: what it was told, and whether its connection ended. */
class Client {
  readonly socket: Socket
  text = ''
  isClosed = false

  constructor(origin: string) {
    const { hostname, port } = new URL(origin)
    this.socket = connect(Number(port), hostname)
    this.socket.on('data', (part: Buffer) => (this.text += part.toString('latin1')))
    this.socket.on('error', () => (this.isClosed = true)).on('close', () => (this.isClosed = true))
  }

  get status(): number {
    return Number(/^HTTP\/1\.1 (\d+) /.exec(this.text)?.[1] ?? 0)
  }
}

const clients = (origin: string, count: number): Client[] => Array.from({ length: count }, () => new Client(origin))

const leave = (all: readonly Client[]): void => all.forEach(({ socket }) => void socket.destroy())

const streaming = (key: string, text: string, shape: ClientShape = openaiChat, name: string = shape.relays): string => {
  const body = shape.body(name, text)
  const fields = `Host: a\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
  return `POST ${shape.path(name)} HTTP/1.1\r\n${fields}\r\n\r\n${body}`
}

const isAnswered = ({ text, isClosed }: Client): boolean =>
  isClosed || text.includes('data: [DONE]') || /^HTTP\/1\.1 [45]/.test(text)

/** Milliseconds of CPU time that a process has had (proc(5), stat; a hundred ticks a second). */
async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

const workerOf = ({ gateway }: Stage): number => Number(/"message":"listening".*?"pid":(\d+)/.exec(gateway.output)?.[1])

/** The connections are closed: within a second calls are served again. */
async function recovers({ gateway }: Stage): Promise<void> {
  const startMs = performance.now()
  const { status, text } = await gateway.call('POST', '/v1/chat/completions', openaiChat.body('chat', 'hi'))
  assert.equal(status, 200, text)
  assert.ok(performance.now() - startMs < 1000)
}

function assertRefused({ text }: Client): void {
  assert.match(text, /^HTTP\/1\.1 503 /)
  assert.match(text, /\r\nretry-after: [12]\r\n/)
  assert.match(text, /\r\nconnection: close\r\n/)
  assert.match(text, /"type":"gateway_overloaded"/)
}

// On Node connections to providers are not counted, and a refusal waits for the body (docs/operating.md).
const isPromised = process.platform === 'linux' && !runsOnNode

describe('more connections than descriptors (reliability facts P6)', { skip: !isPromised, timeout: 60_000 }, () => {
  const folders: string[] = []
  after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

  it('at 256: 400 idle clients and 300 calls at once are served or refused in words, and nothing is lost', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'switchyard-descriptors-'))
    folders.push(dataDir)
    const stage = await openStage({ openFiles: 256, dataDir })
    const { gateway, provider } = stage
    try {
      const key = await gateway.newKey({ max_budget: 10 })
      const idle = clients(gateway.url, 400)
      await until(() => idle.filter(({ isClosed }) => isClosed).length > 250)
      for (const { text, isClosed } of idle) if (isClosed && text !== '') assert.match(text, /^HTTP\/1\.1 503 /)
      const before = await cpuMs(workerOf(stage))
      await sleep(1000)
      const spent = (await cpuMs(workerOf(stage))) - before
      assert.ok(spent < 300, `${spent} ms of CPU in a second of nothing`)

      provider.next(...Array.from({ length: 300 }, () => ({ delayMs: 500, when: 'slow' })))
      const callers = clients(gateway.url, 300)
      for (const { socket } of callers) socket.write(streaming(key, 'slow'))
      await until(() => callers.every(isAnswered), 15_000)
      const served = callers.filter(({ status }) => status === 200)
      assert.ok(served.length >= 50, `${served.length} were served: idle connections make place`)
      for (const { text } of served) assert.match(text, openaiChat.success)
      for (const caller of callers) if (caller.status !== 200 && !caller.isClosed) assertRefused(caller)
      const silent = callers.filter(({ text }) => text === '')
      assert.equal(silent.length, 0, 'nobody was left without a word')

      leave([...idle, ...callers])
      await recovers(stage)
      assert.equal(provider.requests.length, served.length + 1)
      assert.equal((await gateway.spendRows(key, served.length)).length, served.length)
    } finally {
      await stage.close()
    }
    const { gap, problems, open } = await audit(dataDir)
    assert.deepEqual({ gap, problems, open }, { gap: 0, problems: [], open: 0 })
  })

  it('at 1024: 2,000 calls at once', async () => {
    const stage = await openStage({ openFiles: 1024 })
    const { gateway, provider } = stage
    try {
      provider.next(...Array.from({ length: 2000 }, () => ({ delayMs: 300, when: 'slow' })))
      const callers = clients(gateway.url, 2000)
      for (const { socket } of callers) socket.write(streaming(gateway.masterKey, 'slow'))
      await until(() => callers.every(isAnswered), 20_000)
      assert.ok(callers.filter(({ status }) => status === 200).length >= 300)
      assert.equal(provider.requests.length, callers.filter(({ status }) => status === 200).length)
      leave(callers)
      await recovers(stage)
    } finally {
      await stage.close()
    }
  })

  it('idle connections to one provider make place for those to another', async () => {
    const other = await FakeProvider.start()
    const stage = await openStage({
      openFiles: 256,
      models: (origin) => [
        model('chat', 'openai/one', { api_base: `${origin}/v1` }),
        model('other', 'openai/two', { api_base: `${other.origin}/v1` }),
      ],
    })
    try {
      for (const [name, provider] of Object.entries({ chat: stage.provider, other })) {
        provider.next(...Array.from({ length: 80 }, () => ({ delayMs: 300, when: 'slow' })))
        const callers = clients(stage.gateway.url, 80)
        for (const { socket } of callers) socket.write(streaming(stage.gateway.masterKey, 'slow', openaiChat, name))
        await until(() => callers.every(isAnswered))
        assert.deepEqual(new Set(callers.map(({ status }) => status)), new Set([200]))
        leave(callers)
        await sleep(100)
      }
    } finally {
      await stage.close()
      await other.stop()
    }
  })
})

describe('max_connections', { skip: runsOnNode, timeout: 60_000 }, () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ sections: { switchyard_settings: { max_connections: 2 } } })
    // The connection that asked whether it had started makes place when it has been idle for a while.
    await until(async () => (await hold(2)).every(({ status }) => status === 200))
  })
  after(() => stage.close())

  /** So many calls at once that take a while, to their ends. */
  async function hold(count: number): Promise<readonly Client[]> {
    stage.provider.next(...Array.from({ length: count }, () => ({ delayMs: 300, when: 'busy' })))
    const busy = clients(stage.gateway.url, count)
    for (const { socket } of busy) socket.write(streaming(stage.gateway.masterKey, 'busy'))
    await until(() => busy.every(isAnswered))
    leave(busy)
    await sleep(50)
    return busy
  }

  it('a call too many is refused in the dialect of its route, before its body; the health answers on', async () => {
    const { gateway, provider } = stage
    for (const shape of shapes) {
      const asked = provider.requests.length
      const held = hold(2)
      await until(() => provider.requests.length === asked + 2)
      const [late, health] = clients(gateway.url, 2)
      assert.ok(late !== undefined && health !== undefined)
      late.socket.write(streaming(gateway.masterKey, 'late', shape).split('\r\n\r\n')[0] + '\r\n\r\n')
      health.socket.write('GET /health/readiness HTTP/1.1\r\nHost: a\r\n\r\n')
      await until(() => late.isClosed && health.isClosed)
      assert.equal(late.status, 503)
      assert.match(late.text, /"(?:type|status)":"(?:gateway_overloaded|overloaded_error|UNAVAILABLE)"/, shape.name)
      assert.equal(health.status, 200)
      assert.deepEqual(
        (await held).map(({ status }) => status),
        [200, 200],
      )
    }
    assert.match(gateway.output, /too many clients are connected/)
  })
})
