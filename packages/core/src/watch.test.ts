import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, it } from 'node:test'
import type { Timeouts } from './contracts.ts'
import { Watch } from './watch.ts'

const none: Timeouts = { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0 }
const client = (): AbortSignal => new AbortController().signal

describe('a watch', () => {
  it('waits for ever where nothing is limited', async () => {
    const watch = new Watch(none, client())
    await sleep(10)
    watch.flow()
    await sleep(10)
    assert(!watch.cancel.aborted)
    watch.stop()
  })

  it('limits the first byte, the silence between pieces, and the whole', async () => {
    for (const [limits, flows, message] of [
      [{ firstByteMs: 10 }, false, /did not begin its reply within 0.01 seconds/],
      [{ firstByteMs: 5000, idleMs: 10 }, true, /did not send the next piece within 0.01 seconds/],
      [{ idleMs: 10 }, true, /did not send the next piece/],
      [{ totalMs: 10 }, false, /did not finish/],
      [{ totalMs: 10, idleMs: 5000, firstByteMs: 5000 }, true, /did not finish/],
    ] as const) {
      const watch = new Watch({ ...none, ...limits }, client())
      if (flows) {
        watch.flow()
        watch.wait()
      }
      await sleep(50)
      assert(watch.cancel.aborted, String(message))
      assert.equal(watch.reason?.kind, 'timeout')
      assert.match(watch.reason.message, message)
    }
  })

  it('does not count the first byte’s limit once the reply has begun, nor silence that nobody waits in', async () => {
    const watch = new Watch({ ...none, firstByteMs: 20, idleMs: 20 }, client())
    watch.flow()
    for (let i = 0; i < 4; i++) {
      watch.wait()
      await sleep(5)
      watch.touch()
      await sleep(25)
    }
    assert(!watch.cancel.aborted)
    watch.wait()
    await sleep(60)
    assert.equal(watch.reason?.kind, 'timeout')
  })

  it('follows the client, also one that is gone already', () => {
    const controller = new AbortController()
    const watch = new Watch(none, controller.signal)
    controller.abort()
    assert.deepEqual([watch.cancel.aborted, watch.reason?.kind], [true, 'client_closed'])
    assert.equal(new Watch({ ...none, totalMs: 1 }, controller.signal).reason?.kind, 'client_closed')
  })

  it('outlives a client where it must', () => {
    const controller = new AbortController()
    const watch = new Watch(none, controller.signal)
    watch.outliveClient()
    controller.abort()
    assert(!watch.cancel.aborted)
  })

  it('keeps the first reason, and none after it was stopped', async () => {
    const controller = new AbortController()
    const watch = new Watch({ ...none, totalMs: 5 }, controller.signal)
    await sleep(20)
    controller.abort()
    assert.equal(watch.reason?.kind, 'timeout')
    const stopped = new Watch({ ...none, totalMs: 5 }, controller.signal)
    stopped.stop()
    const quiet = new Watch({ ...none, totalMs: 5 }, client())
    quiet.stop()
    await sleep(20)
    assert.deepEqual([quiet.cancel.aborted, quiet.reason], [false, undefined])
  })

  it('aborts without a reason when we end the attempt', async () => {
    const watch = new Watch({ ...none, totalMs: 5 }, client())
    watch.abort()
    await sleep(15)
    assert.deepEqual([watch.cancel.aborted, watch.reason], [true, undefined])
  })

  it('takes limits longer than a timer can be', async () => {
    const watch = new Watch({ ...none, totalMs: 1e12 }, client())
    await sleep(5)
    assert(!watch.cancel.aborted)
    watch.stop()
  })
})
