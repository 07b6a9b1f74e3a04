import { sha256 } from '../../tools/fake-provider.ts'

export interface Sent {
  readonly path: string
  readonly headers: Headers
  readonly sha256: string
}

/** Stands between a client and the gateway and notes what the client really sent. */
export class Recorder {
  readonly sent: Sent[] = []
  readonly #server: Bun.Server<undefined>

  constructor(gatewayUrl: string) {
    this.#server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      idleTimeout: 0,
      fetch: async (request) => {
        const { pathname, search } = new URL(request.url)
        const body = new Uint8Array(await request.arrayBuffer())
        this.sent.push({ path: pathname, headers: request.headers, sha256: sha256(body) })
        const headers = new Headers(request.headers)
        headers.set('accept-encoding', 'identity')
        headers.delete('host')
        const { method } = request
        return fetch(gatewayUrl + pathname + search, { method, headers, ...(body.length > 0 ? { body } : {}) })
      },
    })
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`
  }

  async stop(): Promise<void> {
    await this.#server.stop(true)
  }
}
