import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { TestGateway } from '../tools/gateway.ts'
import { nanoOf, openStage, type Stage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

/** "hi" costs so much with max_tokens 2, which is what the fake provider says. */
const costUsd = nanoOf({ input: 8, output: 2 }) / 1e9

describe('two workers are one gateway', () => {
  let stage: Stage
  let gateway: TestGateway
  before(async () => {
    stage = await openStage({ args: ['--workers', '2'] })
    gateway = stage.gateway
    // One worker alone would pass all of this.
    await until(() => gateway.output.split('"message":"listening"').length > 2)
  })
  after(() => stage.close())

  /** A connection of its own for each call, so that both workers get some. */
  const chat = async (key: string): Promise<{ status: number; retryAfter: string | null }> => {
    const reply = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'hi' }], max_tokens: 2 }),
    })
    await reply.arrayBuffer()
    return { status: reply.status, retryAfter: reply.headers.get('retry-after') }
  }
  const many = async (key: string, calls: number): Promise<readonly number[]> =>
    (await Promise.all(Array.from({ length: calls }, () => chat(key)))).map(({ status }) => status)
  const served = (statuses: readonly number[]): number => statuses.filter((status) => status === 200).length

  it('50 calls at once on a budget for 5 are exactly 5', async () => {
    for (let round = 0; round < 3; round++) {
      stage.provider.reset()
      const bound = await boundOf()
      // What is reserved for a call is its worst case, so the budget holds four settled calls and one worst case.
      const key = await gateway.newKey({ max_budget: costUsd * 4 + bound })
      let total = 0
      // A refused call may be right a moment later, when a reservation became a smaller charge.
      for (let wave = 0; wave < 10; wave++) total += served(await many(key, 10))
      assert.equal(total, 5)
      assert.equal(stage.provider.requests.length, 5)
      const rows = await gateway.spendRows(key, 5)
      assert.equal(rows.length, 5)
    }
  })

  it('a budget whose worst case is the price admits exactly what it pays for, at once', async () => {
    stage.provider.reset()
    const bound = await boundOf()
    const key = await gateway.newKey({ max_budget: bound * 5 })
    // Longer than a refused call waits for reservations that come free.
    stage.provider.next(...Array.from({ length: 50 }, () => ({ delayMs: 900 })))
    assert.equal(served(await many(key, 50)), 5)
    assert.equal(stage.provider.requests.length, 5)
  })

  it('a limit of requests holds over both', async () => {
    const key = await gateway.newKey({ rpm_limit: 20 })
    assert.equal(served(await many(key, 60)), 20)
  })

  it('a revoked key is refused everywhere within a second', async () => {
    for (const [path, body] of [
      ['/key/block', (key: string) => ({ key })],
      ['/key/delete', (key: string) => ({ keys: [key] })],
    ] as const) {
      const key = await gateway.newKey()
      assert.equal(served(await many(key, 20)), 20)
      await gateway.call('POST', path, body(key))
      const revokedMs = performance.now()
      await until(async () => served(await many(key, 20)) === 0)
      assert.ok(performance.now() - revokedMs < 1000, path)
      assert.equal(served(await many(key, 20)), 0)
    }
  })

  it('a narrowed key is narrow everywhere within a second', async () => {
    const key = await gateway.newKey()
    await many(key, 20)
    await gateway.call('POST', '/key/update', { key, models: ['claude'] })
    const changedMs = performance.now()
    await until(async () => served(await many(key, 20)) === 0)
    assert.ok(performance.now() - changedMs < 1000)
  })

  /** The worst case of the call, which a budget that is far too small is told. */
  async function boundOf(): Promise<number> {
    const key = await gateway.newKey({ max_budget: 1e-9 })
    const { text } = await gateway.call(
      'POST',
      '/v1/chat/completions',
      { model: 'chat', messages: [{ role: 'user', content: 'hi' }], max_tokens: 2 },
      key,
    )
    return Number(/may cost up to (\d+\.\d+)/.exec(text)?.[1] ?? assert.fail(text))
  }
})
