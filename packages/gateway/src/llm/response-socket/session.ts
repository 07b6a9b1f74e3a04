import { manners } from '@switchyard/core'
import { fail, type GatewayError } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { publicError } from '../../http/errors.ts'
import type { RequestHeaders } from '../../http/listener.ts'
import type { Socket } from '../../http1/socket.ts'
import type { Message, WebSocketConnection } from '../../http1/websocket.ts'
import { identify } from '../../pipeline/identify.ts'
import { clientEnd, usualLimits } from '../../realtime/socket-pair.ts'
import { uuidv7 } from '../../uuid.ts'
import { readTurn, runTurn, type Remembered } from './turn.ts'

/** What may wait for the response that is being made. */
const most = { waiting: 16, bytes: 16 * 1024 * 1024 }
const encoder = new TextEncoder()

/** One client's connection: its events are answered one after the other, each by a call of its own. */
export class ResponseSession {
  readonly client: WebSocketConnection
  readonly #context: Context
  readonly #headers: RequestHeaders
  readonly #left = new AbortController()
  readonly #ticker: NodeJS.Timeout
  readonly #startMs = performance.now()
  #lastPingMs = performance.now()
  #waiting: Uint8Array[] = []
  #isBusy = false
  #last: Remembered | undefined

  constructor(context: Context, socket: Socket) {
    this.#context = context
    this.#headers = headersOfCalls(context.request.headers)
    this.client = clientEnd(socket)({
      message: (message) => this.#heard(message),
      closed: () => this.#closed(),
    })
    this.#ticker = setInterval(() => this.#tick(), usualLimits.tickMs)
  }

  #heard({ bytes }: Message): undefined {
    const size = this.#waiting.reduce((sum, one) => sum + one.length, 0)
    if (this.#waiting.length >= most.waiting || size > most.bytes) {
      this.#refuse(fail('rate_limited', 'Too many events wait for the response that is being made.'))
      return
    }
    this.#waiting.push(bytes)
    if (!this.#isBusy) void this.#work()
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    for (let next = this.#waiting.shift(); next !== undefined && this.client.isOpen; next = this.#waiting.shift()) {
      await this.#serve(next)
    }
    this.#isBusy = false
  }

  async #serve(bytes: Uint8Array): Promise<void> {
    const callId = uuidv7()
    const last = this.#last
    try {
      const context = await this.#contextOf(callId, bytes)
      const turn = readTurn(context, bytes, last)
      // OpenAI forgets what a response that fails continued (its guide, 2026-11-22).
      if (turn.ask.continues !== undefined) this.#last = undefined
      const remembered = await runTurn(context, turn, (event) => this.#tell(event))
      this.#last = remembered ?? last
    } catch (cause) {
      const { log } = this.#context.gateway
      this.#refuse(publicError(cause, (bug) => log.error('a response over WebSocket failed', { callId, error: bug })))
    }
  }

  /** As if the event had come as a request of its own: the key may have been blocked, the configuration changed. */
  async #contextOf(callId: string, bytes: Uint8Array): Promise<Context> {
    const { gateway, route, request, ip } = this.#context
    const { snapshot } = gateway
    const headers = this.#headers
    const principal = await identify({ gateway, snapshot, route, headers, queryKey: null, ip })
    const { signal } = this.#left
    const turn = { url: request.url, headers, method: 'POST', signal, body: null, bytes: () => Promise.resolve(bytes) }
    return { ...this.#context, snapshot, principal, callId, startedMs: performance.now(), request: turn }
  }

  #tell(event: string): Promise<void> | undefined {
    return this.client.send({ isText: true, bytes: encoder.encode(event) })
  }

  #refuse(error: GatewayError): void {
    const told = { type: 'error', status: error.status, ...manners('openai-responses').writeError(error) }
    void this.#tell(JSON.stringify(told))
  }

  #closed(): void {
    clearInterval(this.#ticker)
    this.#waiting = []
    this.#left.abort()
  }

  #tick(): void {
    const now = performance.now()
    if (now - this.client.lastHeardMs > usualLimits.silentMs) return this.client.destroy()
    if (now - this.#lastPingMs > usualLimits.pingMs) {
      this.#lastPingMs = now
      this.client.ping()
    }
    if (this.#isBusy) return
    if (this.#context.gateway.draining) return this.client.close(1001, 'The gateway is shutting down.')
    if (now - this.#startMs <= usualLimits.totalMs) return
    const code = 'websocket_connection_limit_reached'
    this.#refuse(fail('bad_request', 'This connection has reached its longest time. Open a new one.', { code }))
    this.client.close(1000, code)
  }
}

/** The beta interface that clients name (Codex: `responses_websockets=…`) is this connection; providers are asked without one. */
function headersOfCalls(headers: RequestHeaders): RequestHeaders {
  const own = new Headers()
  for (const [name, value] of headers) if (name !== 'openai-beta') own.append(name, value)
  return own
}
