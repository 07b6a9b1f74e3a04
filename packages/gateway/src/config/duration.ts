/** Lengths of time as LiteLLM writes them, and when a budget of that length starts anew (facts §7.1, 2026-11-22). */
export interface Duration {
  readonly count: number
  readonly unit: 's' | 'm' | 'h' | 'd' | 'w' | 'mo'
}

const words: Readonly<Record<string, Duration>> = {
  hourly: { count: 1, unit: 'h' },
  daily: { count: 24, unit: 'h' },
  weekly: { count: 7, unit: 'd' },
  monthly: { count: 30, unit: 'd' },
}

const secondMs = 1000
const dayMs = 86_400_000
const unitMs = { s: secondMs, m: 60_000, h: 3_600_000, d: dayMs, w: 7 * dayMs } as const
/** A hundred years: more is a mistake, and dates stop at 275,760. */
const longestMs = 36_525 * dayMs

/** `30s`, `5m`, `2h`, `10d`, `2w`, `1mo`, `hourly`, `daily`, `weekly`, `monthly`; `undefined` for anything else. */
export function parseDuration(text: string): Duration | undefined {
  if (Object.hasOwn(words, text)) return words[text]
  const match = /^([1-9][0-9]{0,9})(s|m|h|d|w|mo)$/.exec(text)
  const count = Number(match?.[1])
  const unit = match?.[2]
  if (!isUnit(unit)) return undefined
  const roughMs = count * (unit === 'mo' ? 30 * dayMs : unitMs[unit])
  return roughMs <= longestMs ? { count, unit } : undefined
}

const isUnit = (text: string | undefined): text is Duration['unit'] =>
  text === 'mo' || (text !== undefined && Object.hasOwn(unitMs, text))

/**
 * The next start of a budget, in UTC and always after `now`. One day: midnight; seven days or a week: Monday; thirty
 * days or months: the first of a month; other days: midnight so many days ahead; hours and less: multiples of the
 * length since 1970, which for every length that divides a day are its multiples since midnight. Text that is no
 * duration counts as a day.
 */
export function nextReset(duration: string, now: Date): Date {
  const parsed = parseDuration(duration) ?? { count: 1, unit: 'd' }
  const { count, unit } = parsed
  switch (unit) {
    case 'mo':
      return firstOfMonth(now, count)
    case 'w':
      return afterDays(now, count * 7)
    case 'd':
      return afterDays(now, count)
    case 'h':
    case 'm':
    case 's': {
      const lengthMs = count * unitMs[unit]
      return new Date((Math.floor(now.getTime() / lengthMs) + 1) * lengthMs)
    }
  }
}

function afterDays(now: Date, days: number): Date {
  if (days === 30) return firstOfMonth(now, 1)
  if (days === 7) return midnight(now, 7 - ((now.getUTCDay() + 6) % 7))
  return midnight(now, days)
}

const midnight = (now: Date, daysAhead: number): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + daysAhead))

const firstOfMonth = (now: Date, monthsAhead: number): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + monthsAhead, 1))

/** The end of a life of that length (a key's, say): no alignment; a month later is the same day, or the month's last. */
export function dateAfter(duration: Duration, now: Date): Date {
  if (duration.unit !== 'mo') return new Date(now.getTime() + duration.count * unitMs[duration.unit])
  const lastDay = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + duration.count + 1, 0)).getUTCDate()
  const end = firstOfMonth(now, duration.count)
  end.setUTCDate(Math.min(now.getUTCDate(), lastDay))
  return new Date(end.getTime() + (now.getTime() % dayMs))
}
