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
    const length = response.headers.has('content-encoding')
      ? Number.NaN
      : Number(response.headers.get('content-length') ?? Number.NaN)
    return {
      status: response.status,
      headers: response.headers,
      body: response.body,
      ...(length <= wholeBytes ? { whole: async () => new Uint8Array(await response.arrayBuffer()) } : {}),
    }
  },
}

const call = ({ url, method, headers, body }: Outgoing, signal: AbortSignal): Promise<Response> =>
  fetch(url, { method, headers, signal, redirect: 'manual', ...(body === undefined ? {} : { body: bodyInit(body) }) })

async function callInTime(outgoing: Outgoing, signal: AbortSignal, timeoutMs: number): Promise<Response> {
  let giveUp: ((error: Error) => void) | undefined
  const late = new Promise<never>((_resolve, reject) => (giveUp = reject))
  const answered = probe.watch(outgoing.url, timeoutMs, () =>
    giveUp?.(
      fail('unreachable', `The provider could not be connected to within ${timeoutMs / 1000} seconds.`, {
        code: 'connect_timeout',
      }),
    ),
  )
  try {
    return await Promise.race([call(outgoing, signal), late])
  } finally {
    answered()
  }
}
