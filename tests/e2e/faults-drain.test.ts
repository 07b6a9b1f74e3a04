import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { openaiChat } from '../tools/shapes.ts'
import { openStage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

const streams = 200

/** Can a new connection be made? */
const accepts = (origin: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(origin)
    const socket = connect(Number(port), hostname)
    const answer = (isOpen: boolean): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
  })

describe('a gateway that is told to stop (reliability facts P2)', () => {
  it(`finishes ${streams} streams, says at once that it is going, and takes nobody new`, { timeout: 30_000 }, async () => {
    const { provider, gateway, close } = await openStage()
    try {
      provider.next(...Array.from({ length: streams }, () => ({ paceMs: 150, when: 'count 20' })))
      const running = Array.from({ length: streams }, () =>
        gateway.call('POST', openaiChat.path('chat'), openaiChat.body('chat', 'count 20')),
      )
      await until(() => provider.requests.length === streams)
      const signalledMs = performance.now()
      process.kill(gateway.pid, 'SIGTERM')
      await until(async () => (await gateway.call('GET', '/health/readiness')).status === 503, 500)
      const late = await gateway.call('POST', '/v1/chat/completions', openaiChat.body('chat', 'hi'))
      assert.deepEqual([late.status, late.headers.get('connection')], [200, 'close'])
      await until(async () => !(await accepts(gateway.url)), 2500)
      assert.ok(performance.now() - signalledMs >= 900, 'no time for the load balancer')
      const replies = await Promise.all(running)
      assert.ok(performance.now() - signalledMs >= 1500, 'the streams did not outlast the listener')
      for (const { status, text } of replies) {
        assert.equal(status, 200)
        assert.match(text, openaiChat.success)
      }
    } finally {
      await close()
    }
  })
})
