import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../tools/until.ts'
import { growthMb } from '../tools/memory.ts'
import { shapes, openaiChat, type ClientShape } from '../tools/shapes.ts'
import { runsOnNode } from '../tools/gateway.ts'
import { nanoOf, openStage, type Stage } from '../tools/stage.ts'
import type { Script } from '../tools/fake-provider.ts'
import { exchange } from '../tools/wire.ts'

describe('clients that misbehave (reliability facts §4b)', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ sections: { switchyard_settings: { body_timeout: 0.4 }, litellm_settings: { num_retries: 3 } } })
  })
  after(() => stage.close())

  const headOf = (path: string, fields: string, key = stage.gateway.masterKey): string =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n${fields}\r\n\r\n`
  const requestOf = (shape: ClientShape, text: string, key?: string): string => {
    const body = shape.body(shape.relays, text)
    return headOf(shape.path(shape.relays), `Content-Length: ${Buffer.byteLength(body)}`, key) + body
  }

  /** Sends a request and goes away when so much has come back, or after a time. */
  const leave = (request: string, { afterBytes = Infinity, afterMs = 60_000, by = 'fin' }): Promise<number> =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(stage.gateway.url)
      const socket = connect(Number(port), hostname, () => socket.write(request))
      let length = 0
      const go = (): void => {
        clearTimeout(timer)
        if (by === 'fin') socket.destroy()
        else socket.resetAndDestroy()
        resolve(Date.now())
      }
      const timer = setTimeout(go, afterMs)
      socket.on('error', () => undefined)
      socket.on('data', (part: Buffer) => {
        length += part.length
        if (length >= afterBytes) go()
      })
    })

  type Leaving = { readonly afterBytes?: number; readonly afterMs?: number; readonly by?: string }
  interface Booked {
    readonly status: string
    readonly kind: string
    readonly upstream: number | null
    readonly isCharged: boolean
  }
  const unanswered: Booked = { status: 'cancelled', kind: 'client_closed', upstream: null, isCharged: false }
  const unbegun: Booked = { ...unanswered, upstream: 200 }
  const begun: Booked = { ...unbegun, isCharged: true }
  const refused: Booked = { status: 'failure', kind: 'unavailable', upstream: 503, isCharged: false }
  const phases: readonly (readonly [string, Script, Leaving, Booked])[] = [
    ['before the provider answers', { silent: true }, { afterMs: 150 }, unanswered],
    ['before the first content', { stallAfter: 0 }, { afterMs: 150 }, unbegun],
    ['at the first byte', { paceMs: 20 }, { afterBytes: 1 }, begun],
    ['in the middle', { paceMs: 20 }, { afterBytes: 900 }, begun],
    ['in the middle, by reset', { paceMs: 20 }, { afterBytes: 900, by: 'reset' }, begun],
    ['while nothing comes', { stallAfter: 6, paceMs: 1 }, { afterMs: 150 }, begun],
    ['between two attempts', { status: 503, body: '{}' }, { afterMs: 150 }, refused],
  ]
  for (const [phase, script, when, booked] of phases) {
    it(`a client that leaves ${phase} ends the provider's work within a second and is settled once`, async () => {
      await Promise.all(
        shapes.map(async (shape, index) => {
          const key = await stage.gateway.newKey()
          const text = `count ${200 + index}`
          stage.provider.next({ ...script, when: text })
          const leftAt = await leave(requestOf(shape, text, key), when)
          const seen = () => stage.provider.requests.filter(({ body }) => body.includes(text))
          if (script.status === undefined) {
            await until(() => seen().some(({ abortedAtMs }) => abortedAtMs !== undefined), 1500)
            const tookMs = (seen()[0]?.abortedAtMs ?? 0) - leftAt
            assert.ok(tookMs <= 1000, `${shape.name}: ${tookMs} ms`)
          }
          const rows = await stage.gateway.spendRows(key, 1)
          await sleep(100)
          assert.equal((await stage.gateway.spendRows(key, 1)).length, rows.length)
          assert.deepEqual([rows.length, seen().length], [1, 1], shape.name)
          const { status, error_kind: kind, upstream_status: upstream, spend, prompt_tokens, completion_tokens } = rows[0] ?? {}
          assert.deepEqual({ status, kind, upstream, isCharged: Number(spend) > 0 }, booked, shape.name)
          // Never more than what was asked and would have come.
          const most = nanoOf({ input: Number(prompt_tokens), output: 200 + index }) / 1e9
          assert.ok(Number(spend) <= most && Number(completion_tokens) <= 200 + index, `${shape.name}: ${Number(spend)}`)
          const { json } = await stage.gateway.call('GET', `/key/info?key=${key}`)
          assert.doesNotMatch(JSON.stringify(json), /"reserved[^"]*":[1-9]/)
        }),
      )
      stage.provider.reset()
    })
  }

  it('a client that only ends its own side gets its answer, in a stream and whole (C11)', { skip: runsOnNode }, async () => {
    await Promise.all(
      shapes.flatMap((shape) =>
        [{ delayMs: 200 }, { paceMs: 20 }].map(async (script, index) => {
          const key = await stage.gateway.newKey()
          const text = `count ${20 + index}`
          stage.provider.next({ ...script, when: text })
          const { hostname, port } = new URL(stage.gateway.url)
          const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
          socket.end(requestOf(shape, text, key))
          let said = ''
          for await (const part of socket) said += String(part)
          assert.match(said, shape.success, shape.name)
          assert.match(said, /\r\n0+\r\n\r\n$/, shape.name)
          const [row] = await stage.gateway.spendRows(key, 1)
          assert.deepEqual([row?.['status'], row?.['upstream_status']], ['success', 200], shape.name)
        }),
      ),
    )
    stage.provider.reset()
  })

  /** How many bytes of its answers the provider got rid of. */
  const leftFor = (mark: string): readonly number[] =>
    stage.provider.requests.filter(({ body }) => body.includes(mark)).map(({ answer }) => answer.length)

  it('readers that do not read cost no memory and do not slow the others', { timeout: 30_000 }, async () => {
    const large = `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content: 'x'.repeat(10_000) } }] })}\n\n`
    stage.provider.next(
      ...Array.from({ length: 10 }, () => ({ when: 'slow', edit: () => Array.from({ length: 6000 }, () => large) })),
    )
    const { hostname, port } = new URL(stage.gateway.url)
    const grown = await growthMb(stage.gateway.pid, async () => {
      const sockets = Array.from({ length: 10 }, () => {
        const socket = connect(Number(port), hostname, () => socket.write(requestOf(openaiChat, 'slow')))
        socket.on('error', () => undefined)
        return socket.pause()
      })
      await sleep(1500)
      const startMs = performance.now()
      assert.equal((await stage.gateway.call('POST', '/v1/chat/completions', openaiChat.body('chat', 'hi'))).status, 200)
      assert.ok(performance.now() - startMs < 1000)
      const sent = leftFor('slow')
      assert.equal(sent.length, 10)
      await sleep(300)
      assert.deepEqual(leftFor('slow'), sent, 'the provider is still read')
      for (const socket of sockets) socket.destroy()
      const slow = stage.provider.requests.filter(({ body }) => body.includes('slow'))
      await until(() => slow.every(({ abortedAtMs }) => abortedAtMs !== undefined), 2000)
    })
    assert.ok(grown <= 120, `${grown} MB for 10 readers of 60 MB`)
    stage.provider.reset()
  })

  it('a body that does not come is a 408, and its connection is closed', async () => {
    const slow: readonly (readonly [string, string, RegExp])[] = [
      ['/v1/chat/completions', 'Content-Length: 1000', /"type":"timeout_error"/],
      ['/v1/messages', 'Transfer-Encoding: chunked', /"type":"error"/],
      ['/v1beta/models/gemini:generateContent', 'Content-Length: 10', /"status":"DEADLINE_EXCEEDED"/],
      ['/key/generate', 'Content-Length: 10', /request_body_timeout/],
    ]
    await Promise.all(
      slow.map(async ([path, field, word]) => {
        const startMs = performance.now()
        const { text, isClosed } = await exchange(stage.gateway.url, headOf(path, field))
        assert.match(text, /^HTTP\/1\.1 408 /, path)
        assert.match(text, word, path)
        assert.ok(isClosed && performance.now() - startMs < 1500, path)
      }),
    )
    assert.equal(stage.provider.requests.length, 0)
  })
})
