import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { JsonObject } from '@switchyard/wire'
import { audit } from '../tools/audit.ts'
import { openStage, type Stage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

describe('kill -9', () => {
  const folders: string[] = []
  after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

  const open = (dataDir: string, workers: string): Promise<Stage> => openStage({ dataDir, args: ['--workers', workers] })

  for (const workers of ['1', '2']) {
    it(`of all ${workers} worker(s) under load loses no answered call and leaks no reservation`, async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'switchyard-crash-'))
      folders.push(dataDir)
      const first = await open(dataDir, workers)
      const key = await first.gateway.newKey({ max_budget: 1 })
      let answered = 0
      let isDead = false
      const load = Array.from({ length: 20 }, async (_, client) => {
        for (let call = 0; !isDead; call++) {
          first.provider.next(client % 4 === 0 ? { paceMs: 5 } : {})
          const stream = client % 2 === 0
          const body = { model: 'chat', stream, max_tokens: 20, messages: [{ role: 'user', content: 'count 10' }] }
          const reply = await first.gateway.call('POST', '/v1/chat/completions', body, key).catch(() => undefined)
          if (reply?.status === 200 && (!stream || reply.text.endsWith('[DONE]\n\n'))) answered++
        }
      })
      await until(() => answered > 150, 15_000)
      isDead = true
      await first.gateway.kill9()
      await Promise.all(load)
      const asked = first.provider.requests.length
      await first.provider.stop()

      const second = await open(dataDir, workers)
      try {
        let result: JsonObject = {}
        await until(async () => {
          result = await audit(dataDir)
          return result['open'] === 0
        }, 15_000)
        assert.deepEqual({ gap: result['gap'], problems: result['problems'] }, { gap: 0, problems: [] })
        assert.ok(
          Number(result['rows']) >= answered && Number(result['rows']) <= asked + 20,
          JSON.stringify({ result, answered, asked }),
        )
        const rows = await second.gateway.spendRows(key, Math.min(answered, 100))
        assert.ok(rows.length > 0)
        // A budget that held reservations for the dead would refuse this one.
        const { text } = await second.gateway.call('GET', '/key/info', undefined, key)
        const spent = Number(/"spend":([\d.e-]+)/.exec(text)?.[1])
        assert.ok(spent >= answered * 29e-6 - 1e-9, `${spent} for ${answered} answers`)
        assert.ok(spent < 0.02, `${spent}`)
      } finally {
        await second.close()
      }
      const { gap, problems, open: left } = await audit(dataDir)
      assert.deepEqual({ gap, problems, left }, { gap: 0, problems: [], left: 0 })
    })
  }

  it('SIGTERM lets streams finish and leaves a clean audit', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'switchyard-term-'))
    folders.push(dataDir)
    const stage = await open(dataDir, '1')
    stage.provider.next(...Array.from({ length: 8 }, () => ({ paceMs: 20 })))
    const body = { model: 'chat', stream: true, messages: [{ role: 'user', content: 'count 40' }] }
    const streams = Array.from({ length: 8 }, () => stage.gateway.call('POST', '/v1/chat/completions', body))
    await until(() => stage.provider.requests.length === 8)
    const exit = stage.gateway.stop()
    for (const { text } of await Promise.all(streams)) assert.match(text, /data: \[DONE\]\n\n$/)
    assert.equal(await exit, 0)
    await stage.provider.stop()
    const { gap, rows, open: left } = await audit(dataDir)
    assert.deepEqual({ gap, rows, left }, { gap: 0, rows: 8, left: 0 })
  })
})
