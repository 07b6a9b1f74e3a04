import type { Incoming, Outgoing, Transport, TransportOptions } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import { bodyInit } from '../http/body-init.ts'
import { ConnectProbe } from './connect-probe.ts'
import { unpack } from './unpack.ts'

/** Replies up to this size with a declared length are read in one go. */
const wholeBytes = 8 * 1024 * 1024

const probe = new ConnectProbe()

/**
 * The way out on Bun: native fetch, one of the two files that know the runtime. Redirects are never followed, only
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

function isShort(headers: Headers): boolean {
  const length = headers.get('content-length')
  return length !== null && Number(length) <= wholeBytes
}

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

const call = ({ url, method, headers, body }: Outgoing, signal: AbortSignal, keepalive = true): Promise<Response> =>
  fetch(url, {
    method,
    headers,
    signal,
    redirect: 'manual',
    decompress: false,
    ...(keepalive ? {} : { keepalive }),
    ...(body === undefined ? {} : { body: bodyInit(body) }),
  })

async function callInTime(outgoing: Outgoing, signal: AbortSignal, timeoutMs: number): Promise<Response> {
  if (!probe.isFresh(outgoing.url)) return callProbed(outgoing, signal, timeoutMs)
  const startMs = performance.now()
  const response = await call(outgoing, signal).catch((cause: unknown) => {
    if (signal.aborted || !isReset(cause) || performance.now() - startMs > staleMs) throw cause
    return call(outgoing, signal, false)
  })
  probe.answered(outgoing.url)
  return response
}

/**
 * A connection of the pool that the provider was just closing fails at once and without an answer: the call is made again on
 * a new one (reliability facts U16; Bun 1.4.5 failed 196 of 500 such calls, 2026-11-22). What fails later may have been read.
 */
const staleMs = 300
const isReset = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET'

async function callProbed(outgoing: Outgoing, signal: AbortSignal, timeoutMs: number): Promise<Response> {
  let giveUp: ((error: Error) => void) | undefined
  const late = new Promise<never>((_resolve, reject) => (giveUp = reject))
  const stop = probe.watch(outgoing.url, timeoutMs, () =>
    giveUp?.(
      fail('unreachable', `The provider could not be connected to within ${timeoutMs / 1000} seconds.`, {
        code: 'connect_timeout',
      }),
    ),
  )
  try {
    const response = await Promise.race([call(outgoing, signal), late])
    probe.answered(outgoing.url)
    return response
  } finally {
    stop()
  }
}
