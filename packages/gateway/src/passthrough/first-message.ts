import { fail } from '@switchyard/wire'
import type { Socket } from '../http1/socket.ts'
import type { Close, Message, WebSocketConnection, WebSocketEvents } from '../http1/websocket.ts'
import { asRefusal, closeOf } from '../realtime/refusals.ts'
import { clientEnd, type ClientEnd } from '../realtime/socket-pair.ts'

/** So long a client may take to say what it wants. */
const patienceMs = 30_000

/** Opens what a first message asks for, and answers who goes on with the client. */
export type OpenByMessage = (first: Message) => Promise<(client: ClientEnd) => void>

/** A client whose first message says where it is to be led. Nothing is asked of a provider before. */
export class FirstMessage {
  readonly client: WebSocketConnection
  readonly #open: OpenByMessage
  readonly #timer: NodeJS.Timeout
  #next: WebSocketEvents | undefined
  #closed: Close | undefined

  constructor(socket: Socket, open: OpenByMessage) {
    this.#open = open
    this.client = clientEnd(socket)({
      message: (message) => (this.#next === undefined ? this.#begin(message) : this.#next.message(message)),
      closed: (close) => this.#left(close),
    })
    this.#timer = setTimeout(() => this.client.close(1008, 'The first message did not come in time.'), patienceMs)
  }

  async #begin(first: Message): Promise<void> {
    clearTimeout(this.#timer)
    try {
      const lead = await this.#open(first)
      lead((events) => {
        this.#next = events
        return this.client
      })
    } catch (cause) {
      const { code, reason } = closeOf(asRefusal(cause))
      return this.client.close(code, reason)
    }
    // Who has left meanwhile has left what was opened for it, too.
    if (this.#closed !== undefined) this.#next?.closed(this.#closed)
    else await this.#next?.message(first)
  }

  #left(close: Close): void {
    clearTimeout(this.#timer)
    this.#closed = close
    this.#next?.closed(close)
  }
}

export const unnamedModel = (): Error => fail('bad_request', 'The first message names no model.', { param: 'model' })
