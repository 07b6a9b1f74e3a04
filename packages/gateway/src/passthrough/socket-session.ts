import { fail, type GatewayError } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import type { NetSocket } from '../http1/net-socket.ts'
import type { Close, Message, WebSocketConnection } from '../http1/websocket.ts'
import { asRefusal, closeOf, providerLost } from '../realtime/refusals.ts'
import { isGoodbye, SocketPair, usualLimits, type ClientEnd } from '../realtime/socket-pair.ts'
import { withoutFields } from './key-fields.ts'
import type { Account } from './socket-account.ts'

export interface SocketParts {
  readonly context: Context
  readonly account: Account
  readonly provider: NetSocket
  readonly client: ClientEnd
  readonly keyFields: readonly string[]
}

/** A provider's WebSocket as it is: its messages pass, and what they say of its use is read along. */
export class SocketSession {
  readonly #parts: SocketParts
  readonly #pair: SocketPair
  #isEnding = false

  constructor(parts: SocketParts) {
    this.#parts = parts
    this.#pair = new SocketPair({
      ...parts,
      limits: usualLimits,
      mayGo: () => parts.context.gateway.draining,
      events: {
        clientSaid: (message) => this.#clientSaid(message),
        providerSaid: (message) => this.#providerSaid(message),
        clientLeft: (close) => this.#left(close, 'client'),
        providerLeft: (close) => this.#left(close, 'provider'),
        over: (reason) => void this.#end(undefined, { code: 1001, reason }),
      },
    })
    this.#pair.listen()
  }

  get client(): WebSocketConnection {
    return this.#pair.client
  }

  #clientSaid(message: Message): Promise<void> | undefined {
    if (this.#isEnding) return undefined
    const { account, keyFields } = this.#parts
    try {
      const clean = withoutFields(message, keyFields)
      account.sent(clean)
      return this.#forward(this.#pair.provider, clean)
    } catch (cause) {
      return this.#refuse(cause)
    }
  }

  #providerSaid(message: Message): Promise<void> | undefined {
    this.#parts.account.said(message)
    return this.#forward(this.#pair.client, message)
  }

  #forward(to: WebSocketConnection, message: Message): Promise<void> | undefined {
    return this.#parts.account.isDue ? this.#payAndForward(to, message) : to.send(message)
  }

  async #payAndForward(to: WebSocketConnection, message: Message): Promise<void> {
    try {
      await this.#parts.account.pay()
    } catch (cause) {
      if (to === this.#pair.provider) this.#parts.account.withdraw()
      return this.#refuse(cause)
    }
    await to.send(message)
  }

  #refuse(cause: unknown): Promise<void> {
    const error = asRefusal(cause)
    return this.#end(error, closeOf(error))
  }

  #left({ code, reason }: Close, who: 'client' | 'provider'): void {
    if (isGoodbye(code)) return void this.#end(undefined, { code, reason })
    const error = who === 'client' ? fail('client_closed', 'The client closed the connection.') : providerLost(code)
    // 1006 says that there was no close frame, so it stands in none.
    void this.#end(error, code === 1006 ? { code: 1011, reason: '' } : { code, reason })
  }

  /** The row is durable before the client hears of the end. */
  async #end(error: GatewayError | undefined, { code, reason }: Close): Promise<void> {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#pair.stop()
    this.#pair.provider.close(error === undefined ? code : 1000, '')
    const { account, context } = this.#parts
    const status = error === undefined ? 'success' : error.kind === 'client_closed' ? 'cancelled' : 'failure'
    try {
      await account.settle(status, error?.kind ?? null)
    } catch (cause) {
      context.gateway.log.error('a passed session could not be written to the ledger', { callId: context.callId, error: cause })
      return this.#pair.client.close(1011, 'The ledger cannot be written.')
    }
    this.#pair.client.close(code, reason)
  }
}
