import type { NetSocket } from '../http1/net-socket.ts'
import type { Socket } from '../http1/socket.ts'
import { noCode, WebSocketConnection, type Close, type Message, type WebSocketEvents } from '../http1/websocket.ts'

export interface Limits {
  /** Without a message from either side. */
  readonly idleMs: number
  readonly totalMs: number
  /** A side that was not heard of for so long, in spite of our pings, is gone. */
  readonly silentMs: number
  readonly tickMs: number
  readonly pingMs: number
  /** How long the provider may take to say what a response used that was left. */
  readonly settleMs: number
}

/** A session ends before its permit counts as forgotten, after an hour; OpenAI's own limit is that hour. */
export const usualLimits: Limits = {
  idleMs: 900_000,
  totalMs: 3_540_000,
  silentMs: 60_000,
  tickMs: 1000,
  pingMs: 15_000,
  settleMs: 1000,
}

const mostBytes = 16 * 1024 * 1024

/** The client's end of a session, made when it is known who listens to it. */
export type ClientEnd = (events: WebSocketEvents) => WebSocketConnection

/** Of a connection whose handshake was answered just now. */
export const clientEnd =
  (socket: Socket): ClientEnd =>
  (events) =>
    new WebSocketConnection(socket, events, { role: 'server', mostBytes })

export interface PairEvents {
  clientSaid(message: Message): Promise<void> | undefined
  providerSaid(message: Message): Promise<void> | undefined
  clientLeft(close: Close): void
  providerLeft(close: Close): void
  /** It has lasted, or nothing was said, for too long; or the gateway shuts down. */
  over(reason: string): void
}

export interface PairParts {
  readonly client: ClientEnd
  readonly provider: NetSocket
  readonly limits: Limits
  readonly events: PairEvents
  /** The gateway shuts down, and nothing that was begun is waited for. */
  readonly mayGo: () => boolean
}

/** The two ends of a session: who is slow slows down the other, and who is gone is noticed. */
export class SocketPair {
  readonly client: WebSocketConnection
  readonly provider: WebSocketConnection
  readonly #parts: PairParts
  readonly #ticker: NodeJS.Timeout
  readonly #startMs = performance.now()
  #lastMessageMs = performance.now()
  #lastPingMs = performance.now()

  constructor(parts: PairParts) {
    this.#parts = parts
    const { events } = parts
    const noted = (say: (message: Message) => Promise<void> | undefined) => (message: Message) => {
      this.#lastMessageMs = performance.now()
      return say(message)
    }
    const fromProvider = {
      message: noted((message) => events.providerSaid(message)),
      closed: (close: Close) => events.providerLeft(close),
    }
    this.provider = new WebSocketConnection(parts.provider, fromProvider, { role: 'client', mostBytes })
    this.client = parts.client({
      message: noted((message) => events.clientSaid(message)),
      closed: (close) => events.clientLeft(close),
    })
    this.#ticker = setInterval(() => this.#tick(), parts.limits.tickMs)
  }

  get seconds(): number {
    return (performance.now() - this.#startMs) / 1000
  }

  /** From here on the provider is heard. */
  listen(): void {
    this.#parts.provider.listen(this.provider)
  }

  /** Nobody is watched any more. */
  stop(): void {
    clearInterval(this.#ticker)
  }

  #tick(): void {
    const { limits, events, mayGo } = this.#parts
    const now = performance.now()
    const pings = now - this.#lastPingMs > limits.pingMs
    if (pings) this.#lastPingMs = now
    for (const side of [this.client, this.provider]) {
      if (now - side.lastHeardMs > limits.silentMs) return side.destroy()
      if (pings) side.ping()
    }
    if (now - this.#startMs > limits.totalMs) events.over('The session has reached its longest time.')
    else if (now - this.#lastMessageMs > limits.idleMs) events.over('Nothing was said for too long.')
    else if (mayGo()) events.over('The gateway is shutting down.')
  }
}

/** Codes of applications are 3000 to 4999; what they mean is theirs to know. */
export const isGoodbye = (code: number): boolean => code === 1000 || code === 1001 || code === noCode || code >= 3000
