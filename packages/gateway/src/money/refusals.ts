import { fail, formatUsd, type GatewayError, type NanoUsd } from '@switchyard/wire'
import type { Budget } from '../store/index.ts'
import type { Principal } from './principal.ts'
import type { RateRefused } from './rates.ts'

/** The first sentence is LiteLLM's, which its clients match (litellm-proxy facts §1.3, 2026-11-22). */
export function overBudget(principal: Principal, budget: Budget, need: NanoUsd): GatewayError {
  const limit = budget.limit ?? 0
  const cost = `Current cost: ${formatUsd(budget.settled)}, Max budget: ${formatUsd(limit)}`
  const reserved =
    budget.leased > 0 && budget.settled < limit ? ` Reserved by running requests: ${formatUsd(budget.leased)}.` : ''
  const bound = budget.settled < limit ? ` This request may cost up to ${formatUsd(need)}.${reserved}` : ''
  const reset =
    budget.resetAt === null ? 'It does not reset by itself.' : `It resets at ${new Date(budget.resetAt).toISOString()}.`
  return fail('over_budget', `Budget has been exceeded! Key=${principal.label} ${cost}.${bound} ${reset}`, { code: '422' })
}

/** The first three sentences are LiteLLM's; the Retry-After is exact where LiteLLM always says 60. */
export function overRate(principal: Principal, refused: RateRefused, now: number): GatewayError {
  const { limit, remaining, retryAfterMs } = refused
  const facts = `Limit type: ${limit.unit}. Current limit: ${limit.limit}, Remaining: ${remaining}.`
  const message = `Rate limit exceeded for api_key: ${principal.payer.keyId}. ${facts}`
  if (retryAfterMs === undefined) {
    return fail('rate_limited', `${message} This request alone needs more than the limit: ask for fewer ${limit.unit}.`, {
      code: '429',
    })
  }
  const resets = new Date(now + retryAfterMs).toISOString()
  return fail('rate_limited', `${message} Limit resets at: ${resets}`, { code: '429', retryAfterMs })
}

/** There is no telling when a running request ends; a second is how soon trying again is worth it. */
export function overParallel(principal: Principal, limit: number): GatewayError {
  const message =
    `Rate limit exceeded for api_key: ${principal.payer.keyId}. Limit type: max_parallel_requests. ` +
    `Current limit: ${limit}, Remaining: 0. Wait until a running request ends.`
  return fail('rate_limited', message, { code: '429', retryAfterMs: 1000 })
}

export function refusedTopUp(principal: Principal, need: NanoUsd): GatewayError {
  const message =
    `Budget has been exceeded! Key=${principal.label} An attempt failed at a cost, and what is left does not pay for ` +
    `another one of up to ${formatUsd(need)}.`
  return fail('over_budget', message, { code: '422' })
}
