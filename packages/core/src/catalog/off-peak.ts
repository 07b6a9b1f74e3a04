import { arrayOf, fail, isString, objectsOf } from '@switchyard/wire'
import type { JsonObject } from '@switchyard/wire'
import type { OffPeakWindow } from './prices.ts'

const minutesPerDay = 1440
const msPerMinute = 60_000

/** Zones without summer time in which a price list states its weekdays: minutes ahead of UTC. */
const zoneOffsets: Readonly<Record<string, number>> = { UTC: 0, 'Asia/Shanghai': 480, 'Asia/Singapore': 480, 'Asia/Tokyo': 540 }

type Span = readonly [from: number, to: number]

function readSpan(text: string): Span {
  const match = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(text)
  if (match === null) throw fail('bad_request', `off-peak hours must look like 10:00-16:00, not ${text}`)
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number)
  const to = toHour * 60 + toMinute
  return [fromHour * 60 + fromMinute, to === 0 ? minutesPerDay : to]
}

/** A span over midnight is two spans of the same weekday. */
const wholeSpans = ([from, to]: Span): readonly Span[] =>
  from < to
    ? [[from, to]]
    : [
        [from, minutesPerDay],
        [0, to],
      ]

const dayBefore = (weekday: number): number => (weekday === 1 ? 7 : weekday - 1)

/** Weekdays of a zone ahead of UTC begin on the UTC day before: spans are cut where the zone's day changes. */
function inUtc(weekdays: readonly number[], spans: readonly Span[], offset: number): readonly OffPeakWindow[] {
  const cut = minutesPerDay - offset
  const sameDay = spans.filter(([from]) => from < cut).map(([from, to]): Span => [from, Math.min(to, cut)])
  const nextDay = spans.filter(([, to]) => to > cut).map(([from, to]): Span => [Math.max(from, cut), to])
  const windows: OffPeakWindow[] = []
  if (sameDay.length > 0) windows.push({ weekdays, spans: sameDay })
  if (nextDay.length > 0) windows.push({ weekdays: weekdays.map(dayBefore), spans: nextDay })
  return windows
}

/** LiteLLM's `off_peak_pricing.windows`: `[{hours_utc: '00:00-06:00' | […], weekdays: [1..7]}]`. */
export function readOffPeak(pricing: JsonObject): readonly OffPeakWindow[] {
  const zone = isString(pricing['weekday_timezone']) ? pricing['weekday_timezone'] : 'UTC'
  const offset = zoneOffsets[zone]
  if (offset === undefined) throw fail('bad_request', `off-peak weekdays in the time zone ${zone} are not known; use UTC`)
  return objectsOf(pricing['windows']).flatMap((window) => {
    const hours = isString(window['hours_utc']) ? [window['hours_utc']] : arrayOf(window['hours_utc']).filter(isString)
    const weekdays = arrayOf(window['weekdays']).filter((day): day is number => typeof day === 'number')
    const spans = hours.flatMap((text) => wholeSpans(readSpan(text)))
    return inUtc(weekdays.length > 0 ? weekdays : [1, 2, 3, 4, 5, 6, 7], spans, offset)
  })
}

export function isOffPeak(windows: readonly OffPeakWindow[], nowMs: number): boolean {
  const now = new Date(nowMs)
  const weekday = now.getUTCDay() === 0 ? 7 : now.getUTCDay()
  const minute = Math.floor(nowMs / msPerMinute) % minutesPerDay
  return windows.some(
    ({ weekdays, spans }) => weekdays.includes(weekday) && spans.some(([from, to]) => minute >= from && minute < to),
  )
}
