import { concat, fail, parseJson, type ErrorKind, type GatewayError } from '@switchyard/wire'
import type { Incoming, ReplyHeaders } from './contracts.ts'
import type { Prepared } from './prepare.ts'
import type { Deployment } from './deployment.ts'
import { rateLimitResetOf } from './rate-limit-reset.ts'
import { withoutSecrets } from './without-secrets.ts'

/** Bytes of a JSON reply that are read before it is given up (reliability facts U11). */
export const maxReplyBytes = 32 * 1024 * 1024
const maxErrorBytes = 1024 * 1024

const decoder = new TextDecoder()

/** The whole body. Throws `bad_reply` above `limit` bytes: memory is not the provider's to fill. */
export async function readAll(incoming: Incoming, limit: number): Promise<Uint8Array> {
  if (incoming.whole !== undefined) return incoming.whole()
  if (incoming.body === null) return new Uint8Array(0)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of incoming.body) {
    length += part.length
    if (length > limit) throw fail('bad_reply', `The provider's reply is larger than ${limit} bytes.`)
    parts.push(part)
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : concat(parts)
}

/** Reads an error reply into what it means. */
export async function readFailure(incoming: Incoming, deployment: Deployment, prepared: Prepared): Promise<GatewayError> {
  const { status } = incoming
  if (status >= 300 && status < 400) {
    await discard(incoming)
    return fail(
      'bad_gateway',
      `Provider "${deployment.provider.id}" answered with a redirect (${status}), which is never followed.`,
      {
        upstreamStatus: status,
      },
    )
  }
  const text = withoutSecrets(decoder.decode(await readAll(incoming, maxErrorBytes)), deployment)
  const body = parseJson(text) ?? text
  const error = deployment.provider.readError?.(status, body) ?? prepared.protocol.readError(status, body)
  const retryAfterMs = error.facts.retryAfterMs ?? waitOf(incoming, error.kind, Date.now())
  return fail(error.kind, error.message, {
    ...error.facts,
    upstreamStatus: status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

export async function discard(incoming: Incoming): Promise<void> {
  const iterator = incoming.body?.[Symbol.asyncIterator]()
  await iterator?.return?.()
}

function waitOf({ headers }: Incoming, kind: ErrorKind, nowMs: number): number | undefined {
  return retryAfterOf(headers, nowMs) ?? (kind === 'rate_limited' ? rateLimitResetOf(headers, nowMs) : undefined)
}

/** Retry-After in seconds or as a date, `retry-after-ms`; milliseconds from now, never negative. */
export function retryAfterOf(headers: ReplyHeaders, nowMs: number): number | undefined {
  const precise = numberIn(headers.get('retry-after-ms'))
  if (precise !== undefined) return Math.max(0, precise)
  const value = headers.get('retry-after')
  if (value === null) return undefined
  const seconds = numberIn(value)
  if (seconds !== undefined) return Math.max(0, seconds * 1000)
  const date = Date.parse(value)
  if (Number.isNaN(date)) return undefined
  // A date is of the provider's clock: where it tells the time, ours does not matter.
  const sent = Date.parse(headers.get('date') ?? '')
  return Math.max(0, date - (Number.isNaN(sent) ? nowMs : sent))
}

function numberIn(text: string | null): number | undefined {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : undefined
}
