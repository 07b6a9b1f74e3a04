import { discard, readAll, type Deployment, type Incoming, type Outgoing } from '@switchyard/core'
import { fail, isGatewayError, type ErrorKind, type GatewayError } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { toldError } from '../pipeline/told-error.ts'
import type { PassBooks } from './books.ts'
import { replyHeaders } from './headers.ts'
import type { LinksBack } from './links.ts'
import { usageOfReply, type MeteredCall, type ReplyUsage } from './reply-usage.ts'

const maxErrorBytes = 1024 * 1024
const maxWholeBytes = 64 * 1024 * 1024

export interface Relay {
  readonly outgoing: Outgoing
  readonly deployment: Deployment | undefined
  readonly books: PassBooks
  /** Of a call whose usage is read. */
  readonly call: MeteredCall | undefined
  readonly requestBytes: number
  readonly links: LinksBack | undefined
  /** Reads a reply that is about a job. */
  readonly job: ((text: string) => Promise<void>) | undefined
  readonly timeoutMs: number
  /** The provider was sent the client's own credential: its judgement of that is the client's to hear. */
  readonly isClientsCredential: boolean
  /** An error's text without what the request carried that is the operator's. */
  readonly clean: (text: string) => string
}

/** Sends a request and passes on the reply as it comes; one row is settled before its end. */
export async function relay(context: Context, of: Relay): Promise<Response> {
  const { books, outgoing, deployment } = of
  const over = new AbortController()
  const signal = AbortSignal.any([context.request.signal, AbortSignal.timeout(of.timeoutMs), over.signal])
  try {
    const incoming = await send(context, outgoing, signal, deployment)
    books.answered(incoming.status)
    if (incoming.status >= 300) return await refused(context, of, incoming)
    return incoming.status === 204 ? await empty(context, of, incoming) : await passed(context, of, incoming, () => over.abort())
  } catch (cause) {
    const error = toFailure(context, cause)
    await books.settle(error.kind === 'client_closed' ? 'cancelled' : 'failure', undefined, error.kind)
    throw error
  }
}

async function send({ snapshot }: Context, outgoing: Outgoing, signal: AbortSignal, deployment?: Deployment): Promise<Incoming> {
  const connectMs = deployment?.timeouts.connectMs ?? snapshot.config.switchyard.connectTimeoutMs
  return snapshot.engine.transport.send(outgoing, { signal, ...(connectMs > 0 ? { connectTimeoutMs: connectMs } : {}) })
}

function toFailure({ request }: Context, cause: unknown): GatewayError {
  if (request.signal.aborted) return fail('client_closed', 'The client closed the connection.')
  if (isGatewayError(cause)) return cause
  if (cause instanceof DOMException && cause.name === 'TimeoutError')
    return fail('upstream_timeout', 'The target of this route did not answer in time.', {}, { cause })
  return fail('unreachable', 'The target of this route could not be reached.', { code: 'upstream_unreachable' }, { cause })
}

/** A refusal passes as it is, but for what it says of a credential that is not the client's. */
async function refused(context: Context, of: Relay, incoming: Incoming): Promise<Response> {
  const { status } = incoming
  if (status < 400) {
    await discard(incoming)
    throw fail('bad_gateway', `The target of this route answered with a redirect (${status}), which is never followed.`)
  }
  const text = new TextDecoder().decode(await readAll(incoming, maxErrorBytes))
  if ((status === 401 || status === 403) && !of.isClientsCredential)
    throw toldError(
      fail(status === 401 ? 'auth' : 'forbidden', of.clean(text).slice(0, 500), { upstreamStatus: status }),
      context.principal.kind === 'master',
    )
  const kind: ErrorKind = status === 429 ? 'rate_limited' : status >= 500 ? 'bad_gateway' : 'bad_request'
  await of.books.settle('failure', undefined, kind)
  const body = new TextEncoder().encode(of.clean(text))
  return context.gateway.makeResponse(body, replyHeaders(incoming.headers, context.callId), status)
}

/** A reply that may have no body, not even an empty one. */
async function empty({ gateway, callId }: Context, { books }: Relay, incoming: Incoming): Promise<Response> {
  await discard(incoming)
  await books.settle('success')
  return gateway.makeResponse(new Uint8Array(0), replyHeaders(incoming.headers, callId), incoming.status)
}

async function passed(context: Context, of: Relay, incoming: Incoming, abort: () => void): Promise<Response> {
  const plain = replyHeaders(incoming.headers, context.callId)
  const headers = of.links?.inHeaders(plain) ?? plain
  const { status } = incoming
  const type = headers['content-type'] ?? ''
  if (type.includes('json') && (of.job !== undefined || of.links?.inBody !== undefined))
    return context.gateway.makeResponse(await wholeReply(of, incoming, type), headers, status)
  const reader = of.call === undefined ? undefined : usageOfReply(of.call, type)
  return context.gateway.makeResponse(pieces({ of, incoming, reader, abort, context }), headers, status)
}

/** A reply that has to be read before it is passed on: for its links, or for the job that it is about. */
async function wholeReply(
  { books, call, links, job, requestBytes }: Relay,
  incoming: Incoming,
  type: string,
): Promise<Uint8Array> {
  const bytes = await readAll(incoming, maxWholeBytes)
  const text = new TextDecoder().decode(bytes)
  const reader = call === undefined ? undefined : usageOfReply(call, type)
  reader?.push(bytes)
  await job?.(text)
  await books.settle('success', reader?.usage(requestBytes))
  return links?.inBody === undefined ? bytes : new TextEncoder().encode(links.inBody(text))
}

interface Passing {
  readonly context: Context
  readonly of: Relay
  readonly incoming: Incoming
  readonly reader: ReplyUsage | undefined
  readonly abort: () => void
}

/** The reply's bytes. A metered stream keeps its last event back until its row is durable; any other reply its end. */
async function* pieces({ context, of, incoming, reader, abort }: Passing): AsyncGenerator<Uint8Array, void, void> {
  const { books, requestBytes } = of
  const held: Uint8Array[] = []
  let isWhole = false
  try {
    for await (const piece of incoming.body ?? []) {
      reader?.push(piece)
      if (reader?.finished) held.push(piece)
      else yield piece
    }
    isWhole = true
    const isBroken = reader?.failed ?? false
    await books.settle(isBroken ? 'failure' : 'success', reader?.usage(requestBytes), isBroken ? 'bad_gateway' : null)
    yield* held
  } catch (cause) {
    const error = toFailure(context, cause)
    await books.settle(error.kind === 'client_closed' ? 'cancelled' : 'failure', reader?.usage(requestBytes), error.kind)
    throw cause
  } finally {
    if (!isWhole) {
      abort()
      await books.settle('cancelled', reader?.usage(requestBytes), 'client_closed')
    }
  }
}
