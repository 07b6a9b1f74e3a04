import { ProtocolError } from './fields.ts'
import { readReplyHead, type ReplyHead } from './head.ts'
import { IncomingBody } from './incoming-body.ts'
import type { Socket, SocketEvents } from './socket.ts'

/** Of a reply (reliability facts U19). */
const mostHeadBytes = 64 * 1024
const headEnd = '\r\n\r\n'

export interface Reply {
  readonly head: ReplyHead
  readonly body: IncomingBody
}

/** The connection ended without an answer. `isUnanswered`: not a byte of one had come. */
export class ConnectionLost extends Error {
  readonly code = 'ECONNRESET'
  readonly isUnanswered: boolean
  constructor(isUnanswered: boolean, cause: unknown) {
    super('The connection was closed.', { cause })
    this.isUnanswered = isUnanswered
  }
}

export interface ClientOptions {
  /** The connection has nothing to do and may serve another call. */
  readonly idle: (connection: ClientConnection) => void
  readonly closed: (connection: ClientConnection) => void
}

/** One connection to a provider: a request, its reply, and then perhaps the next. */
export class ClientConnection implements SocketEvents {
  readonly #socket: Socket
  readonly #options: ClientOptions
  #pending: { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void } | undefined
  #head: Buffer | undefined
  #reply: Reply | undefined
  #isPaused = false
  /** What of the request is still to be sent. */
  #sending: 'rest' | 'pieces' | undefined
  #caughtUp: (() => void) | undefined
  /** Something came back for the request: the provider has begun with it. */
  #isHeard = false
  isClosed = false
  /** How many calls are over. Who began at an older count has no say over the connection any more. */
  served = 0

  constructor(socket: Socket, options: ClientOptions) {
    this.#socket = socket
    this.#options = options
  }

  /** Sends a request; resolves with the reply's head. Rejects with `ConnectionLost` or `ProtocolError`. */
  send(head: Buffer, body: Uint8Array | undefined): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(new ConnectionLost(true, undefined))
      this.#isHeard = false
      this.#pending = { resolve, reject }
      const isSent = this.#socket.write(head)
      this.#sending = (body === undefined ? isSent : this.#socket.write(body)) ? undefined : 'rest'
    })
  }

  /** The same with a body that is sent while it comes, no faster than the provider reads. */
  sendPieces(head: Buffer, pieces: AsyncIterable<Uint8Array>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#isHeard = false
      this.#pending = { resolve, reject }
      this.#sending = 'pieces'
      this.#socket.write(head)
      this.#sendAll(pieces).catch((error: unknown) => this.giveUp(error instanceof Error ? error : new Error(String(error))))
    })
  }

  async #sendAll(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of pieces) {
      if (this.isClosed) return
      if (!this.#socket.write(piece)) await new Promise<void>((resolve) => (this.#caughtUp = resolve))
      if (this.isClosed) return
    }
    this.#sending = undefined
  }

  #catchUp(): void {
    const caughtUp = this.#caughtUp
    this.#caughtUp = undefined
    caughtUp?.()
  }

  data(bytes: Uint8Array): void {
    this.#isHeard = true
    try {
      if (this.#reply !== undefined) this.#feed(this.#reply, bytes)
      else if (this.#pending === undefined) throw new ProtocolError(502, 'The provider spoke without being asked.')
      else this.#readHead(bytes)
    } catch (error) {
      this.giveUp(error instanceof Error ? error : new Error(String(error)))
    }
  }

  drained(): void {
    if (this.#sending === 'rest') this.#sending = undefined
    this.#catchUp()
  }

  closed(error: Error | undefined): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#catchUp()
    this.#options.closed(this)
    const lost = new ConnectionLost(!this.#isHeard, error)
    this.#pending?.reject(lost)
    this.#pending = undefined
    if (this.#reply?.head.length === 'close' && error === undefined) this.#reply.body.endWithConnection()
    else this.#reply?.body.fail(lost)
  }

  destroy(): void {
    this.#socket.destroy()
    this.closed(new Error('The connection was given up.'))
  }

  /** Ends the call with `error`, and the connection with it. */
  giveUp(error: Error): void {
    this.#pending?.reject(error)
    this.#pending = undefined
    this.#reply?.body.fail(error)
    this.destroy()
  }

  #readHead(bytes: Uint8Array): void {
    let rest = this.#head === undefined ? bufferOf(bytes) : Buffer.concat([this.#head, bytes])
    this.#head = undefined
    while (rest.length > 0) {
      const end = rest.indexOf(headEnd)
      if (end > mostHeadBytes || (end < 0 && rest.length > mostHeadBytes)) {
        throw new ProtocolError(502, 'The head of the reply is too large.')
      }
      if (end < 0) {
        this.#head = rest
        return
      }
      const head = readReplyHead(rest.toString('latin1', 0, end))
      rest = rest.subarray(end + headEnd.length)
      if (head.status === 101) throw new ProtocolError(502, 'The provider switched the protocol without being asked.')
      if (head.status >= 200) return this.#begin(head, rest)
    }
  }

  #begin(head: ReplyHead, rest: Uint8Array): void {
    const reply = { head, body: new IncomingBody(head.length, this.#resume) }
    const pending = this.#pending
    this.#reply = reply
    this.#pending = undefined
    pending?.resolve(reply)
    this.#feed(reply, rest)
  }

  #feed(reply: Reply, bytes: Uint8Array): void {
    const rest = reply.body.feed(bytes)
    if (rest.length > 0) return this.destroy()
    if (reply.body.complete) this.#finish(reply)
    else if (reply.body.full && !this.#isPaused) {
      this.#isPaused = true
      this.#socket.pause()
    }
  }

  /** A reply before the request was sent whole leaves a connection that nobody understands. */
  #finish({ head }: Reply): void {
    this.#reply = undefined
    this.served++
    this.#resume()
    if (head.keepAlive && this.#sending === undefined) this.#options.idle(this)
    else this.destroy()
  }

  readonly #resume = (): void => {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#socket.resume()
  }
}

const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
