import { isObject, type JsonObject } from '@switchyard/wire'
import { until } from './until.ts'

/** A client that speaks WebSocket by the runtime's own class, and keeps what it hears. */
export class RealtimeClient {
  readonly events: JsonObject[] = []
  readonly #socket: WebSocket
  closed: { readonly code: number; readonly reason: string } | undefined

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const event: unknown = JSON.parse(String(data))
      if (isObject(event)) this.events.push(event)
    })
    socket.addEventListener('close', ({ code, reason }) => (this.closed = { code, reason }))
  }

  /** Resolves when the handshake is over; `protocol` is then what the server chose. */
  static async open(
    url: string,
    options: { readonly headers?: Record<string, string>; readonly protocols?: string[] },
  ): Promise<RealtimeClient> {
    const client = new RealtimeClient(socketTo(url.replace(/^http/, 'ws'), options))
    await until(() => client.#socket.readyState === WebSocket.OPEN || client.closed !== undefined)
    return client
  }

  get protocol(): string {
    return this.#socket.protocol
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  send(event: JsonObject | string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(typeof event === 'string' || event instanceof Uint8Array ? event : JSON.stringify(event))
  }

  /** The first event of this type that was heard, waited for; `count`: the one after as many others. */
  async heard(type: string, count = 1): Promise<JsonObject> {
    let found: JsonObject | undefined
    await until(() => {
      found = this.events.filter((event) => event['type'] === type)[count - 1]
      return found !== undefined || this.closed !== undefined
    })
    if (found === undefined) throw new Error(`closed with ${JSON.stringify(this.closed)} before "${type}" came`)
    return found
  }

  /** How the server closed. */
  async ended(): Promise<{ readonly code: number; readonly reason: string }> {
    await until(() => this.closed !== undefined)
    return this.closed ?? { code: 0, reason: '' }
  }

  close(code = 1000): void {
    this.#socket.close(code)
  }

  /** Goes without a goodbye. */
  cut(): void {
    if ('terminate' in this.#socket && typeof this.#socket.terminate === 'function') this.#socket.terminate()
  }
}

/** The runtime's own options, which the browser's type does not know. */
const socketTo = (url: string, options: object): WebSocket => Reflect.construct(WebSocket, [url, options])
