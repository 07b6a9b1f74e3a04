type Peer = Bun.ServerWebSocket

/** What a vendor does with what it hears on a WebSocket. */
export interface SocketVendor {
  readonly opened?: (peer: Peer) => void
  readonly heard?: (peer: Peer, message: string | Buffer) => void
}

/** A vendor's WebSockets, by the runtime's own. */
export class FakeSockets {
  /** Handshakes that came. */
  readonly seen: { readonly url: string; readonly headers: Headers }[] = []
  /** Messages that came. */
  readonly heard: (string | Buffer)[] = []
  /** How they were closed by the gateway. */
  readonly closes: { readonly code: number; readonly reason: string }[] = []
  /** Handshakes are answered with this status instead. */
  refuses: number | undefined
  vendor: SocketVendor = {}
  readonly #peers = new Set<Peer>()
  readonly #server: Bun.Server<undefined>

  constructor() {
    this.#server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request, server) => {
        this.seen.push({ url: request.url, headers: request.headers })
        if (this.refuses !== undefined) return new Response('the words of the vendor', { status: this.refuses })
        return server.upgrade(request) ? undefined : new Response('no WebSocket', { status: 400 })
      },
      websocket: {
        backpressureLimit: 1024 * 1024 * 1024,
        open: (peer) => {
          this.#peers.add(peer)
          this.vendor.opened?.(peer)
        },
        message: (peer, message) => {
          this.heard.push(message)
          this.vendor.heard?.(peer, message)
        },
        close: (peer, code, reason) => {
          this.#peers.delete(peer)
          this.closes.push({ code, reason })
        },
      },
    })
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#server.port}`
  }

  get sessions(): number {
    return this.#peers.size
  }

  /** Bytes that the gateway has not taken yet. */
  get unsent(): number {
    return [...this.#peers].reduce((sum, peer) => sum + peer.getBufferedAmount(), 0)
  }

  say(message: string | Uint8Array<ArrayBuffer>): void {
    for (const peer of this.#peers) peer.send(message)
  }

  leave(code: number, reason = ''): void {
    for (const peer of this.#peers) peer.close(code, reason)
  }

  reset(): void {
    for (const list of [this.seen, this.heard, this.closes]) list.length = 0
    this.refuses = undefined
    this.vendor = {}
  }

  async stop(): Promise<void> {
    await this.#server.stop(true)
  }
}
