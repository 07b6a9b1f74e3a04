import type { CallResult } from '@switchyard/core'
import { formatLosses, formatUsd } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { isFieldText } from '../http1/fields.ts'
import type { KeptAnswer } from '../store/index.ts'
import { version } from '../version.ts'

/** Headers of the provider's reply that clients act on: request ids and rate limits. */
const passedOn = new Set(['x-request-id', 'request-id', 'openai-organization', 'openai-processing-ms', 'openai-version'])
const isPassedOn = (name: string): boolean =>
  passedOn.has(name) || name.startsWith('x-ratelimit-') || name.startsWith('anthropic-ratelimit-')

/** What is longer is no id and no limit: the provider's text must not become the client's burden (reliability facts U19). */
const longestValue = 1024

/**
 * What a reply tells about its call, under our names and LiteLLM's (facts §12). A stream's cost is not known when its
 * headers go out, so the header is absent rather than 0.
 */
export function callHeaders(context: Context, result: CallResult): Record<string, string> {
  const { callId, startedMs } = context
  const { deployment, costNano, attempts, fallbacks, group, losses, leftOut } = result
  const tookMs = performance.now() - startedMs
  const headers: Record<string, string> = {
    'x-content-type-options': 'nosniff',
    'x-switchyard-call-id': callId,
    'x-litellm-call-id': callId,
    'x-switchyard-version': version,
    'x-litellm-model-id': headerSafe(deployment.id),
    'x-litellm-model-group': headerSafe(group),
    'x-litellm-attempted-retries': String(attempts - 1 - fallbacks < 0 ? 0 : attempts - 1 - fallbacks),
    'x-litellm-attempted-fallbacks': String(fallbacks),
    'x-litellm-response-duration-ms': thousandths(tookMs),
    'x-litellm-overhead-duration-ms': thousandths(Math.max(0, tookMs - result.upstreamMs)),
  }
  if (costNano !== undefined) {
    const cost = formatUsd(costNano)
    headers['x-switchyard-response-cost'] = cost
    headers['x-litellm-response-cost'] = cost
  }
  if (losses.length > 0) headers['x-switchyard-loss'] = formatLosses(losses)
  if (leftOut.length > 0) headers['x-switchyard-dropped-beta'] = headerSafe(leftOut.join(','))
  for (const [name, value] of result.upstreamHeaders) {
    if (isPassedOn(name) && value.length <= longestValue) headers[name] = value
  }
  return headers
}

/** Of an answer that is given again: it is the first call's, and costs nothing more. */
export const replayHeaders = (callId: string, { contentType }: KeptAnswer): Record<string, string> => ({
  'x-content-type-options': 'nosniff',
  'x-switchyard-call-id': callId,
  'x-litellm-call-id': callId,
  'x-switchyard-version': version,
  'x-switchyard-idempotent-replay': 'true',
  'x-switchyard-response-cost': formatUsd(0),
  'x-litellm-response-cost': formatUsd(0),
  'content-type': contentType,
})

/** What `toFixed(3)` prints, at a fifth of its cost. */
function thousandths(value: number): string {
  const whole = Math.round(value * 1000)
  const rest = whole % 1000
  return `${(whole - rest) / 1000}.${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}`
}

/** Names are the operator's or the client's text, of any length: what a header may not hold is replaced. */
const headerSafe = (text: string): string =>
  text.length <= longestName && isFieldText(text) ? text : text.slice(0, longestName).replace(/[^\x20-\x7e]/g, '?')

const longestName = 256
