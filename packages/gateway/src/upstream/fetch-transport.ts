import type { Incoming, Outgoing, Transport, TransportOptions } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import { bodyInit } from '../http/body-init.ts'
import { ConnectProbe } from './connect-probe.ts'

/** Replies up to this size with a declared length are read in one go. */
const wholeBytes = 8 * 1024 * 1024

const probe = new ConnectProbe()

/**
 * The way out on Bun: native fetch, one of the two files that know the runtime. Redirects are never followed, and only
 * identity encoding is asked for, so that no compressed bomb is unpacked.
 */
export const fetchTransport: Transport = {
  async send(outgoing: Outgoing, options: TransportOptions): Promise<Incoming> {
    const { connectTimeoutMs } = options
    const response =
      connectTimeoutMs === undefined
        ? await call(outgoing, options.signal)
        : await callInTime(outgoing, options.signal, connectTimeoutMs)
    return isShort(response.headers) ? new ShortReply(response) : response
  },
}

function isShort(headers: Headers): boolean {
  const length = headers.get('content-length')
  return length !== null && Number(length) <= wholeBytes && !headers.has('content-encoding')
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

const call = ({ url, method, headers, body }: Outgoing, signal: AbortSignal): Promise<Response> =>
  fetch(url, { method, headers, signal, redirect: 'manual', ...(body === undefined ? {} : { body: bodyInit(body) }) })

async function callInTime(outgoing: Outgoing, signal: AbortSignal, timeoutMs: number): Promise<Response> {
  if (!probe.isFresh(outgoing.url)) return callProbed(outgoing, signal, timeoutMs)
  const response = await call(outgoing, signal)
  probe.answered(outgoing.url)
  return response
}

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
