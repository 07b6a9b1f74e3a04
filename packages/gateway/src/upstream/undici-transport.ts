import type { Cancellation, Incoming, Outgoing, Transport, TransportOptions } from '@switchyard/core'
import { Readable } from 'node:stream'
import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici'
import { unframed } from './body-pieces.ts'
import { connectedTooLate, FreshOrigins, staleMs } from './connecting.ts'
import { noPlace } from './outgoing-room.ts'
import { isShort } from './short-reply.ts'
import { UndiciExchange } from './undici-exchange.ts'
import { unpack } from './unpack.ts'

const fresh = new FreshOrigins()

/**
 * The way out on Node: undici's pools, one of the two files that know this runtime (Node's own fetch costs eight times as
 * much, measured 2026-11-22). Redirects are never followed, only identity encoding is asked for, and what comes compressed
 * all the same is unpacked by us, in bounds.
 */
export const undiciTransport: Transport = {
  async send(outgoing: Outgoing, { signal, connectTimeoutMs = 0 }: TransportOptions): Promise<Incoming> {
    const isFresh = fresh.has(outgoing.url)
    const startMs = performance.now()
    const first = dispatch(poolsFor(connectTimeoutMs, 'kept'), outgoing, signal)
    const head = await first.head.catch((cause: unknown) => {
      if (codeOf(cause) === 'UND_ERR_CONNECT_TIMEOUT') throw connectedTooLate(connectTimeoutMs)
      if (codeOf(cause) === 'EMFILE') throw noPlace()
      const isStale =
        outgoing.pieces === undefined && isFresh && !first.hasBegun && isReset(cause) && performance.now() - startMs <= staleMs
      if (signal.aborted || !isStale) throw cause
      return dispatch(poolsFor(connectTimeoutMs, 'new'), outgoing, signal).head
    })
    fresh.answered(outgoing.url)
    return incomingOf(head)
  },
}

function incomingOf({ status, headers, exchange }: Awaited<UndiciExchange['head']>): Incoming {
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding !== 'identity') return { status, headers, body: unpack(exchange, encoding) }
  if (!isShort(headers)) return { status, headers, body: exchange }
  return { status, headers, body: exchange, whole: () => exchange.whole() }
}

function dispatch(pools: Dispatcher, outgoing: Outgoing, signal: Cancellation): UndiciExchange {
  const { url, method, headers } = outgoing
  const body = outgoing.body ?? streamOf(outgoing)
  const { origin, pathname, search } = new URL(url)
  const exchange = new UndiciExchange(signal)
  if (!signal.aborted) pools.dispatch({ origin, path: pathname + search, method, headers, body: body ?? null }, exchange)
  return exchange
}

function streamOf(outgoing: Outgoing): Readable | undefined {
  const pieces = unframed(outgoing)
  return pieces === undefined ? undefined : Readable.from(pieces, { objectMode: false })
}

/** Pools by connect timeout, of which a configuration has few. `new`: every call on a connection of its own. */
const pools = new Map<string, Dispatcher>()

function poolsFor(connectTimeoutMs: number, connections: 'kept' | 'new'): Dispatcher {
  const name = `${connections} ${connectTimeoutMs}`
  let found = pools.get(name)
  if (found === undefined) {
    found = makePools(connectTimeoutMs, connections)
    pools.set(name, found)
  }
  return found
}

function makePools(connectTimeoutMs: number, connections: 'kept' | 'new'): Dispatcher {
  const options = {
    // HTTP/1.1 as on the other runtime: streams that share one connection wait for each other's lost packets.
    allowH2: false,
    pipelining: connections === 'kept' ? 1 : 0,
    connect: { timeout: connectTimeoutMs },
    // Every call has its own clock; undici's would cut silent streams after five minutes.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
  }
  return hasProxy() ? new EnvHttpProxyAgent(options) : new Agent(options)
}

const hasProxy = (): boolean =>
  ['http_proxy', 'https_proxy'].some((name) => (process.env[name] ?? process.env[name.toUpperCase()] ?? '') !== '')

const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined)

const resets: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
const isReset = (cause: unknown): boolean => resets.has(codeOf(cause))
