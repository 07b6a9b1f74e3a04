import { readReplyHead } from './head.ts'
import type { SocketEvents } from './socket.ts'

const mostHeadBytes = 16 * 1024
const headEnd = '\r\n\r\n'

export interface TunnelOptions {
  /** From here on the connection leads to the host that was asked for. */
  readonly open: () => void
  readonly refused: (error: Error) => void
}

/** What a proxy answers to CONNECT (RFC 9110 §9.3.6). */
export class Tunnel implements SocketEvents {
  readonly #options: TunnelOptions
  #head = Buffer.alloc(0)
  #isOver = false

  constructor(options: TunnelOptions) {
    this.#options = options
  }

  data(bytes: Uint8Array): void {
    // The runtime goes on to show what the TLS connection in the tunnel is made of.
    if (this.#isOver) return
    this.#head = Buffer.concat([this.#head, bytes])
    const end = this.#head.indexOf(headEnd)
    if (end < 0 && this.#head.length <= mostHeadBytes) return
    this.#isOver = true
    const error = refusalIn(this.#head, end)
    if (error === undefined) this.#options.open()
    else this.#options.refused(error)
  }

  drained(): void {}

  closed(): void {
    this.#isOver = true
  }
}

function refusalIn(bytes: Buffer, end: number): Error | undefined {
  if (end < 0) return new Error('The proxy’s answer has no end.')
  try {
    const { status } = readReplyHead(bytes.toString('latin1', 0, end))
    if (status < 200 || status >= 300) return new Error(`The proxy refused to connect: ${status}.`)
    // In TLS the client speaks first: what comes before that did not come from the host.
    return bytes.length === end + headEnd.length ? undefined : new Error('The proxy spoke in place of the host.')
  } catch (cause) {
    return new Error('The proxy did not answer in HTTP/1.1.', { cause })
  }
}

/** A request for a way to this host. */
export function connectBytes(host: string, port: number, credentials: string | undefined): Buffer {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const more = credentials === undefined ? '' : `proxy-authorization: ${credentials}\r\n`
  return Buffer.from(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n${more}\r\n`, 'latin1')
}
