import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateAfter, nextReset, parseDuration } from './duration.ts'

const iso = (duration: string, now: string): string => nextReset(duration, new Date(now)).toISOString()

test('durations: every unit and word', () => {
  assert.deepEqual(parseDuration('30s'), { count: 30, unit: 's' })
  assert.deepEqual(parseDuration('5m'), { count: 5, unit: 'm' })
  assert.deepEqual(parseDuration('2h'), { count: 2, unit: 'h' })
  assert.deepEqual(parseDuration('10d'), { count: 10, unit: 'd' })
  assert.deepEqual(parseDuration('2w'), { count: 2, unit: 'w' })
  assert.deepEqual(parseDuration('1mo'), { count: 1, unit: 'mo' })
  assert.deepEqual(parseDuration('hourly'), { count: 1, unit: 'h' })
  assert.deepEqual(parseDuration('daily'), { count: 24, unit: 'h' })
  assert.deepEqual(parseDuration('weekly'), { count: 7, unit: 'd' })
  assert.deepEqual(parseDuration('monthly'), { count: 30, unit: 'd' })
})

test('durations: what is none', () => {
  for (const text of [
    '',
    '30',
    '0d',
    '-1d',
    '1.5h',
    '1 d',
    '1D',
    'd',
    '1y',
    '99999mo',
    '9999999999d',
    'constructor',
    '1d1h',
    ' 1d',
  ])
    assert.equal(parseDuration(text), undefined, text)
})

const table: readonly (readonly [duration: string, now: string, next: string])[] = [
  // 2026-11-22 is a Sunday.
  ['1d', '2026-11-22T13:30:15.250Z', '2026-11-23T00:00:00.000Z'],
  ['1d', '2026-11-22T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
  ['daily', '2026-11-22T23:59:59.999Z', '2026-11-23T00:00:00.000Z'],
  ['7d', '2026-11-22T13:30:15.000Z', '2026-11-23T00:00:00.000Z'],
  ['7d', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
  ['1w', '2026-11-25T12:00:00.000Z', '2026-11-30T00:00:00.000Z'],
  ['weekly', '2026-12-31T12:00:00.000Z', '2027-01-04T00:00:00.000Z'],
  ['2w', '2026-11-22T13:30:15.000Z', '2026-12-06T00:00:00.000Z'],
  ['30d', '2026-11-22T13:30:15.000Z', '2026-12-01T00:00:00.000Z'],
  ['30d', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['monthly', '2028-02-29T10:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ['1mo', '2026-01-31T10:00:00.000Z', '2026-02-01T00:00:00.000Z'],
  ['2mo', '2026-12-15T10:00:00.000Z', '2027-02-01T00:00:00.000Z'],
  ['10d', '2026-02-25T10:00:00.000Z', '2026-03-07T00:00:00.000Z'],
  ['28d', '2028-02-01T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
  ['hourly', '2026-11-22T13:30:15.000Z', '2026-11-22T14:00:00.000Z'],
  ['2h', '2026-11-22T13:30:15.000Z', '2026-11-22T14:00:00.000Z'],
  ['6h', '2026-11-22T18:00:00.000Z', '2026-11-23T00:00:00.000Z'],
  ['24h', '2026-11-22T18:00:00.000Z', '2026-11-23T00:00:00.000Z'],
  ['15m', '2026-11-22T13:44:59.000Z', '2026-11-22T13:45:00.000Z'],
  ['15m', '2026-11-22T13:45:00.000Z', '2026-11-22T14:00:00.000Z'],
  ['30s', '2026-11-22T13:45:29.999Z', '2026-11-22T13:45:30.000Z'],
  ['soon', '2026-11-22T13:45:29.999Z', '2026-11-23T00:00:00.000Z'],
]

for (const [duration, now, next] of table) test(`nextReset ${duration} at ${now}`, () => assert.equal(iso(duration, now), next))

test('nextReset lies after now, and does not move before it is reached', () => {
  const start = Date.UTC(2027, 11, 1)
  for (const duration of ['1s', '7m', '5h', '36h', '1d', '3d', '7d', '30d', '31d', '1w', '3w', '1mo', '12mo']) {
    for (let step = 0; step < 400; step++) {
      const now = new Date(start + step * 7_777_777)
      const next = nextReset(duration, now)
      assert.ok(next > now, `${duration} at ${now.toISOString()}`)
      const aligned = ['7d', '30d', '1w', '1mo', '1s', '7m', '5h', '36h', '1d'].includes(duration)
      if (aligned)
        assert.deepEqual(nextReset(duration, new Date(next.getTime() - 1)), next, `${duration} at ${now.toISOString()}`)
    }
  }
})

test('dateAfter: no alignment, and the last day of short months', () => {
  const after = (text: string, now: string): string => {
    const duration = parseDuration(text)
    assert.ok(duration)
    return dateAfter(duration, new Date(now)).toISOString()
  }
  assert.equal(after('90m', '2026-11-22T13:30:15.250Z'), '2026-11-22T15:00:15.250Z')
  assert.equal(after('30d', '2026-11-22T13:30:15.250Z'), '2026-12-22T13:30:15.250Z')
  assert.equal(after('1mo', '2026-01-31T13:30:15.250Z'), '2026-02-28T13:30:15.250Z')
  assert.equal(after('1mo', '2028-01-31T00:00:00.000Z'), '2028-02-29T00:00:00.000Z')
  assert.equal(after('13mo', '2026-11-22T13:30:15.250Z'), '2027-12-22T13:30:15.250Z')
})
