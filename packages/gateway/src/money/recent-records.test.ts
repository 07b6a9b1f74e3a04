import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { makeFacts, makeOutcome, makeRow } from '../store/for-test.ts'
import { withBench } from './for-test.ts'
import { type DurableRecord, RecentRecords } from './recent-records.ts'

const record = (sequence: number): DurableRecord => ({
  sequence,
  entry: { kind: 'settled', row: makeRow('k', sequence), charges: [], leased: [] },
})

const sequencesOf = (records: readonly DurableRecord[] | undefined): readonly number[] | undefined =>
  records?.map(({ sequence }) => sequence)

describe('recent records', () => {
  it('are given out in order, from any of them on', () => {
    const recent = new RecentRecords()
    for (const sequence of [1, 2, 3, 4]) recent.add(record(sequence))
    assert.deepEqual(sequencesOf(recent.after(0, 2)), [1, 2])
    assert.deepEqual(sequencesOf(recent.after(2, 10)), [3, 4])
    assert.deepEqual(sequencesOf(recent.after(4, 10)), [])
  })

  it('are forgotten once they are shipped, and never leave a gap', () => {
    const recent = new RecentRecords()
    for (const sequence of [1, 2, 3, 4]) recent.add(record(sequence))
    recent.forget(3)
    assert.deepEqual(sequencesOf(recent.after(3, 10)), [4])
    assert.equal(recent.after(2, 10), undefined)
    recent.forget(9)
    assert.equal(recent.after(9, 10), undefined)
  })

  it('give way to the file when they are too many, and nothing is lost or counted twice', () =>
    withBench(
      async (bench) => {
        const { key } = await bench.identity.keys.createKey({}, null)
        const principal = await bench.principal(key)
        const spend = async (): Promise<void> => {
          const permit = await bench.money.permits.admit(principal, { nano: 0, tokens: 0 })
          await permit.attempt(makeFacts()).settle(makeOutcome(1))
        }
        for (let round = 0; round < 9; round++) await Promise.all(Array.from({ length: 500 }, spend))
        await bench.money.ship()
        await spend()
        await bench.money.ship()
        const audit = await bench.money.audit()
        assert.deepEqual([audit.rows, audit.open, audit.gap, audit.problems], [4501, 0, 0, []])
        assert.equal((await bench.identity.keys.infoOf(key))?.spendNano, 4501)
      },
      { timings: { shipMs: 1e8 }, maxSegmentBytes: 1_000_000 },
    ))
})
