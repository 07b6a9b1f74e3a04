import assert from 'node:assert/strict'
import { it } from 'node:test'
import { nextReset } from '../config/duration.ts'
import { periodOf } from './resets.ts'

const at = (text: string): number => Date.parse(`2026-${text}Z`)

it('opens the period that runs now, after any absence and wherever the clock was set to', () => {
  const cases = [
    // On time, an hour later, and a year later.
    ['1d', '03-02T00:00:00', '03-02T00:00:05', '03-02T00:00:00', '03-03T00:00:00'],
    ['1h', '03-02T10:00:00', '03-02T11:30:00', '03-02T11:00:00', '03-02T12:00:00'],
    ['10s', '01-01T00:00:00', '12-31T23:59:59', '12-31T23:59:50', '12-31T24:00:00'],
    ['1mo', '01-01T00:00:00', '11-22T12:00:00', '11-01T00:00:00', '12-01T00:00:00'],
    // The first period, cut short by the alignment.
    ['10s', '03-02T10:00:09.909', '03-02T11:00:03', '03-02T11:00:00', '03-02T11:00:10'],
    // The clock was set back: the next one, and no earlier one.
    ['1h', '03-02T10:00:00', '03-02T08:30:00', '03-02T10:00:00', '03-02T11:00:00'],
  ] as const
  for (const [duration, resetAt, now, start, next] of cases) {
    const due = { budgetId: 'b', resetAt: at(resetAt), duration }
    assert.deepEqual(periodOf(due, at(now), nextReset), { start: at(start), next: at(next) }, `${duration} ${now}`)
  }
})
