import { fail } from '@switchyard/wire'
import type { Cancellation, Incoming, Outgoing, Transport, TransportOptions } from '@switchyard/core'
import { bunConnect } from '../http1/bun-connect.ts'
import { ConnectionLost, type ClientConnection, type Reply } from '../http1/client-connection.ts'
import { ClientPool, type Origin } from '../http1/client-pool.ts'
import { fieldName, isFieldText } from '../http1/fields.ts'
import type { IncomingBody } from '../http1/incoming-body.ts'
import { abortReason, staleMs } from './connecting.ts'
import { declaredLength, framed } from './body-pieces.ts'
import { outgoingRoom } from './outgoing-room.ts'
import { proxyFor } from './proxy.ts'
import { isShort } from './short-reply.ts'
import { unpack } from './unpack.ts'

/**
 * The way out on Bun: HTTP/1.1 on Bun's sockets, one of the two files that know this runtime. Redirects are never followed,
 * only identity encoding is asked for, and what comes compressed all the same is unpacked by us, in bounds.
 */
export const socketTransport: Transport = {
  async send(outgoing: Outgoing, { signal, connectTimeoutMs }: TransportOptions): Promise<Incoming> {
    if (signal.aborted) throw abortReason(signal)
    const { pool, path, before, hostLines } = placeOf(outgoing.url)
    const head = headOf(outgoing, before + path, hostLines)
    const options = { signal, timeoutMs: connectTimeoutMs }
    // A body that comes but once cannot be sent again, as a stale connection would need it.
    if (outgoing.pieces !== undefined) return exchange(await pool.open(options), { head, outgoing, signal })
    const waiting = pool.take()
    if (waiting === undefined) return exchange(await pool.open(options), { head, outgoing, signal })
    const startMs = performance.now()
    try {
      return await exchange(waiting, { head, outgoing, signal })
    } catch (cause) {
      const isStale = cause instanceof ConnectionLost && cause.isUnanswered && performance.now() - startMs <= staleMs
      if (!isStale || signal.aborted) throw cause
      return exchange(await pool.open(options), { head, outgoing, signal })
    }
  },
}

interface Sending {
  readonly head: string
  readonly outgoing: Outgoing
  readonly signal: Cancellation
}

async function exchange(connection: ClientConnection, { head, outgoing, signal }: Sending): Promise<Incoming> {
  const { body, pieces } = outgoing
  if (signal.aborted) {
    connection.destroy()
    throw abortReason(signal)
  }
  // When the reply has come the connection may serve another call already, whatever becomes of this one.
  const { served } = connection
  const onAbort = (): void => {
    if (connection.served === served) connection.giveUp(abortReason(signal))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  const isJoined = body !== undefined && body.length <= joinedBytes
  try {
    const reply =
      pieces === undefined
        ? await connection.send(isJoined ? joined(head, body) : bytesOf(head), isJoined ? undefined : body)
        : await connection.sendPieces(bytesOf(head), framed(pieces, declaredLength(outgoing)))
    return incomingOf(reply, connection, () => signal.removeEventListener('abort', onAbort))
  } catch (cause) {
    signal.removeEventListener('abort', onAbort)
    // A reply that nobody can read would keep the connection open.
    if (connection.served === served) connection.destroy()
    throw cause
  }
}

/** Small enough to be copied behind its head, so that one packet carries both. */
const joinedBytes = 64 * 1024

const bytesOf = (head: string): Buffer => Buffer.from(head, 'latin1')

function joined(head: string, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(head.length + body.length)
  bytes.write(head, 0, 'latin1')
  bytes.set(body, head.length)
  return bytes
}

function incomingOf({ head, body }: Reply, connection: ClientConnection, over: () => void): Incoming {
  const { status, fields } = head
  const whole = body.received()
  if (whole !== undefined) over()
  const pieces = whole === undefined ? new ReplyPieces(body, connection, over) : onePiece(whole)
  const encoding = fields.get('content-encoding')
  if (encoding !== null && encoding !== 'identity') return { status, headers: fields, body: unpack(pieces, encoding) }
  if (whole !== undefined) return { status, headers: fields, body: pieces, whole: () => Promise.resolve(whole) }
  return { status, headers: fields, body: pieces, ...(isShort(fields) ? { whole: () => readAll(pieces) } : {}) }
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  if (bytes.length > 0) yield bytes
}

async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const piece of pieces) parts.push(piece)
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
}

type Step = IteratorResult<Uint8Array, undefined>
const ended: Step = { done: true, value: undefined }

/** A reply's body as it comes. Who stops reading early gives the connection up. */
class ReplyPieces implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #body: IncomingBody
  readonly #connection: ClientConnection
  readonly #over: () => void
  constructor(body: IncomingBody, connection: ClientConnection, over: () => void) {
    this.#body = body
    this.#connection = connection
    this.#over = over
  }

  /** Without `async`: what has come already costs one promise, and every piece of every stream passes here. */
  next(): Promise<Step> {
    try {
      const value = this.#body.takeNow()
      if (value !== undefined) return Promise.resolve({ done: false, value })
      if (!this.#body.ended) return this.#body.arrival().then(() => this.next())
    } catch (cause) {
      return Promise.reject(cause)
    }
    this.#over()
    return Promise.resolve(ended)
  }

  return(): Promise<Step> {
    this.#over()
    if (!this.#body.complete) this.#connection.destroy()
    return Promise.resolve(ended)
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** Where the requests to one origin go. */
interface Place {
  readonly pool: ClientPool
  /** What stands before the path in a request line: a proxy that sends requests on has to read the host there. */
  readonly before: string
  readonly hostLines: string
}

/** Addresses come from deployments, of which a configuration has few; their paths may name any model. */
const places = new Map<string, Place>()
const mostPlaces = 2000

outgoingRoom.onFull(() => {
  for (const { pool } of places.values()) pool.sweep(Number.POSITIVE_INFINITY)
})

function placeOf(url: string): Place & { readonly path: string } {
  const slash = url.indexOf('/', 8)
  const origin = slash < 0 ? url : url.slice(0, slash)
  let known = places.get(origin)
  if (known === undefined) {
    if (places.size >= mostPlaces) places.clear()
    known = makePlace(new URL(origin))
    places.set(origin, known)
  }
  const { pool, before, hostLines } = known
  return { pool, before, hostLines, path: slash < 0 ? '/' : pathOf(url, slash) }
}

function makePlace(url: URL): Place {
  const { protocol, hostname, port, host } = url
  if (protocol !== 'http:' && protocol !== 'https:')
    throw fail('bad_request', `Providers are called by http or https, not "${protocol}".`)
  const isTls = protocol === 'https:'
  const via = proxyFor(url, (name) => process.env[name])
  const origin: Origin = {
    isTls,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isTls ? 443 : 80) : Number(port),
    ...(via === undefined ? {} : { via }),
  }
  const isSentOn = via !== undefined && !isTls
  const credentials = isSentOn && via.credentials !== undefined ? `proxy-authorization: ${via.credentials}\r\n` : ''
  return {
    pool: new ClientPool(origin, bunConnect),
    before: isSentOn ? `http://${host}` : '',
    hostLines: `host: ${host}\r\n${credentials}`,
  }
}

/** Paths are sent as they were written where that is possible; what may not stand in a request line is escaped. */
function pathOf(url: string, slash: number): string {
  const path = url.slice(slash)
  if (/^[!-~]*$/.test(path) && !path.includes('#')) return path
  const parsed = new URL(url)
  return parsed.pathname + parsed.search
}

function headOf(outgoing: Outgoing, target: string, hostLines: string): string {
  const { method, headers } = outgoing
  let head = `${method} ${target} HTTP/1.1\r\n${hostLines}`
  for (const sent in headers) {
    const value = headers[sent]
    if (value === undefined) continue
    const name = fieldName(sent)
    if (name === undefined || !isFieldText(value)) throw badHeader(sent)
    if (!ours.has(name)) head += `${name}: ${value}\r\n`
  }
  return `${head}${framingOf(outgoing)}\r\n`
}

/** What the connection says itself. */
const ours: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'proxy-authorization'])

function framingOf(outgoing: Outgoing): string {
  const { method, body, pieces } = outgoing
  const length = pieces === undefined ? body?.length : declaredLength(outgoing)
  if (pieces !== undefined && length === undefined) return 'transfer-encoding: chunked\r\n'
  return length === undefined && method === 'GET' ? '' : `content-length: ${length ?? 0}\r\n`
}

const badHeader = (name: string): Error =>
  fail(
    'bad_request',
    `The header "${name.slice(0, 64).replace(/[^\w-]/g, '?')}" for the provider holds characters that no header may hold.`,
  )
