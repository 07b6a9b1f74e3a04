import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { makeFacts, makeOutcome } from '../store/for-test.ts'
import { withBench } from './for-test.ts'

const retryAfterOf = (error: unknown): number | undefined => (isGatewayError(error) ? error.facts.retryAfterMs : undefined)

describe('rates', () => {
  it('never let more than the limit through in any minute, and say exactly when to come again', async () => {
    let now = 1_790_000_001_234
    await withBench(
      async ({ identity, money, principal }) => {
        const limit = 20
        const { key } = await identity.keys.createKey({ rpmLimit: limit }, null)
        const admitted: number[] = []
        for (let step = 0; step < 400; step += 1) {
          try {
            ;(await money.permits.admit(await principal(key), { nano: 0, tokens: 0 })).release()
            admitted.push(now)
          } catch (error) {
            const wait = retryAfterOf(error)
            assert.ok(wait !== undefined && wait > 0 && wait <= 65_000, String(error))
            assert.match(String(error), /Limit type: requests. Current limit: 20, Remaining: 0. Limit resets at: 20/)
            now += wait
            ;(await money.permits.admit(await principal(key), { nano: 0, tokens: 0 })).release()
            admitted.push(now)
          }
          now += (step * 7919) % 4001
        }
        for (const [index, at] of admitted.entries()) {
          const inMinute = admitted.filter((other, place) => place <= index && other > at - 60_000).length
          assert.ok(inMinute <= limit, `${inMinute} in the minute before ${at}`)
        }
        assert.ok(admitted.length > 380)
      },
      { clock: () => now },
    )
  })

  it('reserve tokens, and correct them to what was used', async () => {
    let now = 1_790_000_000_000
    await withBench(
      async ({ identity, money, principal }) => {
        const { key } = await identity.keys.createKey({ tpmLimit: 1000 }, null)
        const payer = await principal(key)
        const permit = await money.permits.admit(payer, { nano: 0, tokens: 900 })
        await assert.rejects(
          money.permits.admit(payer, { nano: 0, tokens: 200 }),
          /Limit type: tokens. Current limit: 1000, Remaining: 100/,
        )
        await permit.attempt(makeFacts()).settle(makeOutcome(0, { totalTokens: 120 }))
        ;(await money.permits.admit(payer, { nano: 0, tokens: 880 })).release()
        now += 6000
        const later = await money.permits.admit(payer, { nano: 0, tokens: 500 })
        await later.attempt(makeFacts()).settle(makeOutcome(0, { totalTokens: 700 }))
        await money.rates.flush()
        now += 1000
        await assert.rejects(money.permits.admit(payer, { nano: 0, tokens: 181 }), /Remaining: 180/)
        await assert.rejects(money.permits.admit(payer, { nano: 0, tokens: 1001 }), /alone needs more than the limit/)
        ;(await money.permits.admit(payer, { nano: 0, tokens: 180 })).release()
      },
      { clock: () => now },
    )
  })

  it('take a chunk for a busy key, so that the store is asked ten times a second at most', async () => {
    await withBench(async ({ identity, money, principal, store }) => {
      const { key, record } = await identity.keys.createKey({ rpmLimit: 60_000 }, null)
      const payer = await principal(key)
      for (let i = 0; i < 101; i++) (await money.permits.admit(payer, { nano: 0, tokens: 0 })).release()
      const bucket = `rpm:${record.id}`
      const { slots } = await store.rates.take({ bucket, slot: 0, oldest: 0, limit: 1, least: 1, need: 1, chunk: 0 })
      const used = slots.reduce((sum, slot) => sum + slot.used, 0)
      assert.ok(used === 200 || slots.length === 2, `${used} taken`)
    })
  })
})
