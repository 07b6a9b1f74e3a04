import { fail } from '@switchyard/wire'
import type { ListenOptions } from '../http/listener.ts'
import { ProtocolError } from './fields.ts'
import { readRequestHead, type RequestHead } from './head.ts'
import { refusalBytes, ReplyWriter } from './reply-writer.ts'
import { ServerRequest } from './server-request.ts'
import type { Socket, SocketEvents } from './socket.ts'

const mostHeadBytes = 32 * 1024
/** Requests that a client sends ahead of its answers wait in its socket. */
const mostAhead = 64 * 1024
/** A head has to come within this time. */
const headMs = 60_000
/** A refused body that still comes is thrown away for so long: a connection closed at once would take the answer with it. */
const lingerMs = 5000

const headEnd = '\r\n\r\n'
const continueBytes = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1')

interface Exchange {
  readonly head: RequestHead
  readonly request: ServerRequest
}

export interface ConnectionOptions {
  readonly handle: ListenOptions['handle']
  /** No further request is taken. */
  readonly isStopping: () => boolean
  readonly closed: () => void
}

/** One client's connection: reads a request, has it answered, and goes on with the next, in the order they came. */
export class ServerConnection implements SocketEvents {
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  readonly #writer: ReplyWriter
  /** Bytes that belong to no request yet. */
  #ahead: Buffer | undefined
  #isPaused = false
  #current: Exchange | undefined
  #isClosing = false
  #isGone = false
  /** When the first byte of an unfinished head came, or the lingering began. */
  #since: number | undefined

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.#writer = new ReplyWriter(socket)
  }

  get isBusy(): boolean {
    return this.#current !== undefined
  }

  data(bytes: Uint8Array): void {
    if (this.#isClosing) return
    const { incoming } = this.#current?.request ?? {}
    if (incoming !== undefined && !incoming.complete) return this.#feed(bytes)
    this.#ahead = this.#ahead === undefined ? bufferOf(bytes) : Buffer.concat([this.#ahead, bytes])
    if (this.#current === undefined) this.#next()
    else if (this.#ahead.length > mostAhead) this.#pause()
  }

  drained(): void {
    this.#writer.drained()
  }

  closed(): void {
    this.#isGone = true
    this.#current?.request.leave()
    this.#writer.close()
    this.#options.closed()
  }

  /** Called now and then: what takes too long is given up. */
  sweep(now: number): void {
    if (this.#since === undefined || now - this.#since < (this.#isClosing ? lingerMs : headMs)) return
    if (this.#isClosing) this.#socket.destroy()
    else this.#refuse(new ProtocolError(408, 'The head of the request did not arrive in time.'))
  }

  /** Closes now when nothing is being answered, and else when that is done. */
  stop(): void {
    if (this.#current === undefined) this.#socket.end()
  }

  kill(): void {
    this.#socket.destroy()
  }

  #feed(bytes: Uint8Array): void {
    const { incoming } = this.#current?.request ?? {}
    if (incoming === undefined) return
    try {
      const rest = incoming.feed(bytes)
      if (rest.length > 0) this.#ahead = bufferOf(rest)
      if (incoming.full) this.#pause()
    } catch (error) {
      // The handler sees a broken body and answers; what follows on this connection cannot be told apart any more.
      this.#isClosing = true
      incoming.fail(
        fail('bad_request', 'The request body is not sent as HTTP/1.1 says.', { param: 'request_body' }, { cause: error }),
      )
    }
  }

  #pause(): void {
    this.#isPaused = true
    this.#socket.pause()
  }

  readonly #resume = (): void => {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#socket.resume()
  }

  #next(): void {
    const bytes = withoutLeadingLines(this.#ahead)
    this.#ahead = undefined
    if (bytes === undefined) return
    const end = bytes.indexOf(headEnd)
    if (end > mostHeadBytes || (end < 0 && bytes.length > mostHeadBytes)) {
      return this.#refuse(new ProtocolError(431, 'The head of the request is too large.'))
    }
    if (end < 0) {
      if (hasBareLineFeed(bytes)) return this.#refuse(new ProtocolError(400, 'Lines of the head must end with CR and LF.'))
      this.#ahead = bytes
      this.#since ??= performance.now()
      return
    }
    this.#since = undefined
    try {
      this.#begin(readRequestHead(bytes.toString('latin1', 0, end)), bytes.subarray(end + headEnd.length))
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#refuse(error)
    }
  }

  #begin(head: RequestHead, rest: Uint8Array): void {
    const request = new ServerRequest(head, this.#resume)
    this.#current = { head, request }
    if (rest.length > 0) {
      if (request.incoming === undefined) this.#ahead = bufferOf(rest)
      else this.#feed(rest)
    }
    if (head.expectsContinue && request.incoming?.complete === false) this.#socket.write(continueBytes)
    void this.#answer(head, request)
  }

  /** What `handle` throws is a bug; the client's connection is closed, and the process says so. */
  async #answer(head: RequestHead, request: ServerRequest): Promise<void> {
    try {
      const response = await this.#options.handle(request, this.#socket.remoteAddress)
      const isRead = request.incoming?.complete ?? true
      const keeps = head.keepAlive && isRead && !this.#isClosing && !this.#options.isStopping()
      const isKept = await this.#writer.write(response, { isHead: head.method === 'HEAD', keeps, chunks: head.takesChunks })
      this.#current = undefined
      if (this.#isGone) return
      if (!isKept || this.#options.isStopping()) this.#finish(isRead)
      else {
        this.#resume()
        this.#next()
      }
    } catch (bug) {
      this.#socket.destroy()
      throw bug
    }
  }

  #finish(isRead: boolean): void {
    this.#isClosing = true
    this.#since = performance.now()
    this.#resume()
    if (isRead) this.#socket.end()
    else this.#writer.finishWriting()
  }

  #refuse({ status, message }: ProtocolError): void {
    this.#isClosing = true
    this.#ahead = undefined
    this.#since = performance.now()
    this.#socket.write(refusalBytes(status, message))
    this.#socket.end()
  }
}

const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

/** Empty lines before a request line are read over (RFC 9112 §2.2). */
function withoutLeadingLines(bytes: Buffer | undefined): Buffer | undefined {
  let at = 0
  while (bytes !== undefined && bytes[at] === 13 && bytes[at + 1] === 10) at += 2
  const rest = at === 0 ? bytes : bytes?.subarray(at)
  return rest === undefined || rest.length === 0 ? undefined : rest
}

function hasBareLineFeed(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) if (bytes[at - 1] !== 13) return true
  return false
}
