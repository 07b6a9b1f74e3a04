import { nativeSignal, type Incoming, type Outgoing, type Transport, type TransportOptions } from '@switchyard/core'

/** What of `fetch` is used: an own one may go through a proxy, or record. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>

export interface FetchInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
  readonly redirect: 'manual'
  readonly body?: Uint8Array<ArrayBuffer>
}

/** The way out on every runtime. Redirects are never followed: a key goes to the host that was named and nowhere else. */
export function fetchTransport(fetching: Fetch): Transport {
  return {
    async send(outgoing: Outgoing, { signal }: TransportOptions): Promise<Incoming> {
      const { url, method, headers, body } = outgoing
      const response = await fetching(url, {
        method,
        headers,
        signal: nativeSignal(signal),
        redirect: 'manual',
        ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      })
      return { status: response.status, headers: response.headers, body: response.body === null ? null : piecesOf(response.body) }
    },
  }
}

/** A reader instead of the stream's own iterator, which Safari and older edge runtimes lack. */
async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = body.getReader()
  let done = false
  try {
    for (;;) {
      const piece = await reader.read()
      done = piece.done
      if (piece.done) return
      yield piece.value
    }
  } finally {
    if (!done) await reader.cancel().catch(ignoreAborted)
  }
}

/** A body whose call was aborted is already closed. */
const ignoreAborted = (): undefined => undefined
