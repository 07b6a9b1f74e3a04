import type { Cancellation } from '@switchyard/core'
import type { Proxy } from '../upstream/proxy.ts'
import type { ClientConnection } from './client-connection.ts'

export interface Origin {
  readonly isTls: boolean
  readonly host: string
  readonly port: number
  /** The proxy that leads there. */
  readonly via?: Proxy
}

/** Opens a connection that is ready to be written to; rejects when it cannot. */
export type Connect = (origin: Origin, options: ConnectOptions) => Promise<ClientConnection>

export interface ConnectOptions {
  readonly idle: (connection: ClientConnection) => void
  readonly closed: (connection: ClientConnection) => void
  readonly signal: Cancellation
  readonly timeoutMs: number | undefined
}

interface Idle {
  readonly connection: ClientConnection
  readonly since: number
}

const mostIdle = 512
const idleMs = 30_000
const sweepMs = 5000

/** The connections to one origin that wait for a call. The last one used is used first, so that the others can go. */
export class ClientPool {
  readonly #origin: Origin
  readonly #connect: Connect
  readonly #waiting: Idle[] = []
  #sweeper: NodeJS.Timeout | undefined

  constructor(origin: Origin, connect: Connect) {
    this.#origin = origin
    this.#connect = connect
  }

  /** One that waits; undefined when none does. */
  take(): ClientConnection | undefined {
    for (let last = this.#waiting.pop(); last !== undefined; last = this.#waiting.pop()) {
      if (!last.connection.isClosed) return last.connection
    }
    return undefined
  }

  open(options: Pick<ConnectOptions, 'signal' | 'timeoutMs'>): Promise<ClientConnection> {
    return this.#connect(this.#origin, { ...options, idle: this.#put, closed: this.#drop })
  }

  readonly #put = (connection: ClientConnection): void => {
    if (this.#waiting.length >= mostIdle) return connection.destroy()
    this.#waiting.push({ connection, since: performance.now() })
    this.#sweeper ??= setInterval(() => this.sweep(performance.now()), sweepMs).unref()
  }

  readonly #drop = (connection: ClientConnection): void => {
    const index = this.#waiting.findIndex((idle) => idle.connection === connection)
    if (index >= 0) this.#waiting.splice(index, 1)
  }

  /** Closes what has waited too long. */
  sweep(now: number): void {
    const before = now - idleMs
    while (this.#waiting[0] !== undefined && this.#waiting[0].since < before) this.#waiting[0].connection.destroy()
    if (this.#waiting.length > 0) return
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }
}
