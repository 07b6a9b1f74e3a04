import { fail, type GatewayError } from '@switchyard/wire'
import type { RouterSettings } from './settings.ts'

export interface RetryQuestion {
  readonly error: GatewayError
  readonly group: string
  /** Attempts made on this group so far. */
  readonly attempts: number
  /** Retries that the request or the deployment asks for. */
  readonly wanted: number | undefined
  /** Another deployment of the group could be tried. */
  readonly othersLeft: boolean
  readonly random: () => number
}

/** How long to wait before the next attempt on the same group, in milliseconds; undefined: do not retry. */
export function retryDelay(question: RetryQuestion, settings: RouterSettings): number | undefined {
  const { error, attempts, othersLeft } = question
  if (!mayRetry(error, othersLeft) || attempts > retriesFor(question, settings)) return undefined
  if (othersLeft) return 0
  const jitter = question.random() * maxJitterMs
  const asked = error.facts.retryAfterMs
  if (asked !== undefined && asked > 0) return asked <= maxRetryAfterMs ? asked + jitter : undefined
  return Math.min(maxDelayMs, Math.max(settings.retryAfterMs, baseDelayMs * 2 ** (attempts - 1))) + jitter
}

// LiteLLM's figures (1.106.2, facts §9.3).
const baseDelayMs = 500
const maxDelayMs = 8000
const maxJitterMs = 750
const maxRetryAfterMs = 60_000

function retriesFor({ error, group, wanted }: RetryQuestion, settings: RouterSettings): number {
  return wanted ?? settings.groupRetryPolicy.get(group)?.[error.kind] ?? settings.retryPolicy[error.kind] ?? settings.retries
}

/** A call that was made and could not be written down. Another attempt could cost a second time, and not be written either. */
export const ledgerTrouble = (cause: unknown): GatewayError =>
  fail(
    'unavailable',
    'The call could not be written to the ledger, so its reply is withheld. Try again later.',
    { type: ledgerType, code: '503', retryAfterMs: 1000 },
    { cause },
  )

const ledgerType = 'ledger_unavailable'

/** The `type` of what is refused because this gateway has no room for it. */
export const overloadedType = 'gateway_overloaded'

/** Trouble of our own, no deployment's: another attempt would meet it too, and may cost money. */
export const isOurTrouble = ({ facts }: GatewayError): boolean =>
  facts.type === ledgerType || facts.type === overloadedType || facts.code === 'gateway_bug'

function mayRetry(error: GatewayError, othersLeft: boolean): boolean {
  if (isOurTrouble(error)) return false
  if (error.kind === 'auth' || error.kind === 'forbidden') return othersLeft
  return error.retryable
}
