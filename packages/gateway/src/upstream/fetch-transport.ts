import { bodyInit } from '../http/body-init.ts'
import type { Incoming, Outgoing, Transport, TransportOptions } from '@switchyard/core'

/** Replies up to this size with a declared length are read in one go. */
const wholeBytes = 8 * 1024 * 1024

/**
 * The way out on Bun: native fetch, one of the two files that know the runtime. Redirects are never followed, and only
 * identity encoding is asked for, so that no compressed bomb is unpacked.
 */
export const fetchTransport: Transport = {
  async send(outgoing: Outgoing, { signal }: TransportOptions): Promise<Incoming> {
    const { url, method, headers, body } = outgoing
    const response = await fetch(url, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body === undefined ? {} : { body: bodyInit(body) }),
    })
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
