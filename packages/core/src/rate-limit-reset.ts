import type { ReplyHeaders } from './contracts.ts'
/**
 * When a rate limit is over, from the headers that providers send instead of Retry-After (reliability facts U13): each
 * `…ratelimit…reset…` beside a `…remaining…` that says whether this limit is the one that ran out. Milliseconds from now.
 */
export function rateLimitResetOf(headers: ReplyHeaders, nowMs: number): number | undefined {
  let waitMs: number | undefined
  for (const [name, value] of headers) {
    if (!name.includes('ratelimit') || !name.includes('reset')) continue
    const remaining = headers.get(name.replace('reset', 'remaining'))
    if (remaining !== null && Number(remaining) > 0) continue
    const ms = resetMs(value.trim(), nowMs)
    if (ms !== undefined) waitMs = Math.max(waitMs ?? 0, ms)
  }
  return waitMs
}

/** `6m0s` and `20ms` (Go's durations), an instant in words, seconds, or an instant in seconds or milliseconds since 1970. */
function resetMs(text: string, nowMs: number): number | undefined {
  if (text === '') return undefined
  const number = Number(text)
  if (Number.isFinite(number)) return Math.max(0, number > year2001S ? sinceEpochMs(number) - nowMs : number * 1000)
  if (duration.test(text)) return durationMs(text)
  const instant = Date.parse(text)
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - nowMs)
}

/** No limit is so many seconds long: larger numbers are instants. */
const year2001S = 1e9
const year2001Ms = year2001S * 1000
const sinceEpochMs = (instant: number): number => (instant > year2001Ms ? instant : instant * 1000)

const duration = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/
const part = /(\d+(?:\.\d+)?)(ms|[dhms])/g
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function durationMs(text: string): number {
  let sum = 0
  for (const [, amount, unit] of text.matchAll(part)) sum += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  return Math.round(sum)
}
