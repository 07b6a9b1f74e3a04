import type { Incoming, Outgoing, Transport, TransportOptions } from '@switchyard/core'
import { bodyInit } from '../http/body-init.ts'
import { unframed } from './body-pieces.ts'
import { watchConnect } from './connect-probe.ts'
import { connectedTooLate, FreshOrigins, staleMs } from './connecting.ts'
import { isShort } from './short-reply.ts'
import { unpack } from './unpack.ts'

const fresh = new FreshOrigins()

/**
 * The way out on Bun: native fetch, one of the two files that know this runtime. Redirects are never followed, only
 * identity encoding is asked for, and what comes compressed all the same is unpacked by us, in bounds.
 */
export const fetchTransport: Transport = {
  async send(outgoing: Outgoing, options: TransportOptions): Promise<Incoming> {
    const { connectTimeoutMs } = options
    const response =
      connectTimeoutMs === undefined
        ? await call(outgoing, options.signal)
        : await callInTime(outgoing, options.signal, connectTimeoutMs)
    const encoding = response.headers.get('content-encoding')
    if (encoding !== null && encoding !== 'identity') return packedReply(response, encoding)
    return isShort(response.headers) ? new ShortReply(response) : response
  },
}

const packedReply = ({ status, headers, body }: Response, encoding: string): Incoming => ({
  status,
  headers,
  body: body === null ? null : unpack(body, encoding),
})

/** Looking at a response's `body` makes a stream, which a reply that is read in one go never needs. */
class ShortReply implements Incoming {
  readonly status: number
  readonly headers: Headers
  readonly #response: Response
  constructor(response: Response) {
    this.#response = response
    this.status = response.status
    this.headers = response.headers
  }

  get body(): Incoming['body'] {
    return this.#response.body
  }

  async whole(): Promise<Uint8Array> {
    return new Uint8Array(await this.#response.arrayBuffer())
  }
}

function call(outgoing: Outgoing, signal: AbortSignal, keepalive = true): Promise<Response> {
  const { url, method, headers } = outgoing
  const body = outgoing.body ?? unframed(outgoing)
  return fetch(url, {
    method,
    headers,
    signal,
    redirect: 'manual',
    decompress: false,
    ...(keepalive ? {} : { keepalive }),
    ...(body === undefined ? {} : { body: bodyInit(body) }),
  })
}

async function callInTime(outgoing: Outgoing, signal: AbortSignal, timeoutMs: number): Promise<Response> {
  if (!fresh.has(outgoing.url)) return callProbed(outgoing, signal, timeoutMs)
  const startMs = performance.now()
  const response = await call(outgoing, signal).catch((cause: unknown) => {
    if (outgoing.pieces !== undefined || signal.aborted || !isReset(cause) || performance.now() - startMs > staleMs) throw cause
    return call(outgoing, signal, false)
  })
  fresh.answered(outgoing.url)
  return response
}

const isReset = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET'

async function callProbed(outgoing: Outgoing, signal: AbortSignal, timeoutMs: number): Promise<Response> {
  let giveUp: ((error: Error) => void) | undefined
  const late = new Promise<never>((_resolve, reject) => (giveUp = reject))
  const stop = watchConnect(outgoing.url, timeoutMs, () => giveUp?.(connectedTooLate(timeoutMs)))
  try {
    const response = await Promise.race([call(outgoing, signal), late])
    fresh.answered(outgoing.url)
    return response
  } finally {
    stop()
  }
}
