import { fail } from '@switchyard/wire'
import { idleForMs, type Guest } from '../http/connection-room.ts'
import { Upgrade, type HttpRequest } from '../http/listener.ts'
import { ProtocolError } from './fields.ts'
import { readRequestHead, type RequestHead } from './head.ts'
import { refusalBytes, ReplyWriter } from './reply-writer.ts'
import { ServerRequest } from './server-request.ts'
import type { ServerSocket, SocketEvents } from './socket.ts'
import { switchingBytes } from './websocket-handshake.ts'

const mostHeadBytes = 32 * 1024
/** Requests that a client sends ahead of its answers wait in its socket. */
const mostAhead = 64 * 1024
/** A head has to come within this time (reliability facts C3). */
const headMs = 10_000
/** What a client still sends behind the last answer is thrown away for so long: closed at once, it could lose the answer. */
const lingerMs = 5000
/** Connections with nothing to do are kept longer than the minute that load balancers keep theirs. */
const idleMs = 75_000
/** A client that reads nothing of what waits for it is given up. */
const stalledMs = 120_000

const headEnd = '\r\n\r\n'
const continueBytes = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1')

interface Exchange {
  readonly head: RequestHead
  readonly request: ServerRequest
}

export interface ConnectionOptions {
  readonly handle: (request: HttpRequest, ip: string | null) => Promise<Response>
  /** No further request is taken. */
  readonly isStopping: () => boolean
  readonly closed: () => void
}

/** One client's connection: reads a request, has it answered, and goes on with the next, in the order they came. */
export class ServerConnection implements SocketEvents, Guest {
  readonly #socket: ServerSocket
  readonly #options: ConnectionOptions
  readonly #writer: ReplyWriter
  /** Bytes that belong to no request yet. */
  #ahead: Buffer | undefined
  #isPaused = false
  #current: Exchange | undefined
  #isReplying = false
  #isClosing = false
  /** The client sends nothing more. */
  #isEnded = false
  #isGone = false
  /** Whose the connection is, after an upgrade. */
  #taker: SocketEvents | undefined
  /** When the first byte of an unfinished head came, or the lingering began. */
  #since: number | undefined
  /** Since when nothing was seen to happen, and what waited for the client then. */
  #quietSince: number | undefined
  #quietUnsent = 0
  /** The client sends its body when it is told to. */
  #owesContinue = false

  constructor(socket: ServerSocket, options: ConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.#writer = new ReplyWriter(socket)
  }

  get isBusy(): boolean {
    return this.#current !== undefined
  }

  data(bytes: Uint8Array): void {
    if (this.#taker !== undefined) return this.#taker.data(bytes)
    this.#quietSince = undefined
    if (this.#isClosing) return
    const { incoming } = this.#current?.request ?? {}
    if (incoming !== undefined && !incoming.complete) return this.#feed(bytes)
    this.#ahead = this.#ahead === undefined ? bufferOf(bytes) : Buffer.concat([this.#ahead, bytes])
    if (this.#current === undefined) this.#next()
    else if (this.#ahead.length > mostAhead) this.#pause()
  }

  drained(): void {
    this.#quietSince = undefined
    this.#taker?.drained()
    this.#writer.drained()
  }

  /**
   * A client that has said all it wants to may still read its answer (nc, scripts), or may have gone: its end looks the same. What
   * is sent to one that has gone comes back as a reset, so it is sent something that means nothing.
   */
  ended(): void {
    const current = this.#current
    if (this.#taker !== undefined || (current?.request.incoming?.complete === false && !this.#isClosing)) {
      return this.#socket.destroy()
    }
    this.#isEnded = true
    if (current === undefined) this.#finish()
    else if (current.head.takesChunks && this.#socket.unsent === 0) {
      if (this.#isReplying) this.#writer.probe()
      else this.#socket.write(continueBytes)
    }
  }

  closed(error?: Error): void {
    this.#isGone = true
    this.#taker?.closed(error)
    this.#current?.request.leave()
    this.#writer.close()
    this.#options.closed()
  }

  /** Called now and then: what takes too long is given up. */
  sweep(now: number): void {
    if (this.#since === undefined) this.#sweepQuiet(now)
    else if (this.#isClosing) {
      if (now - this.#since >= lingerMs) this.#close()
    } else if (now - this.#since >= headMs) {
      this.#refuse(new ProtocolError(408, 'The head of the request did not arrive in time.'))
    }
  }

  leaveIfIdle(now: number): boolean {
    const isUnfinished = !this.#isClosing && this.#since !== undefined
    if (this.#current !== undefined || isUnfinished || this.#socket.unsent > 0) return false
    const since = this.#isClosing ? (this.#since ?? now) : (this.#quietSince ??= now)
    const isIdle = now - since >= idleForMs
    if (isIdle) this.#socket.end()
    return isIdle
  }

  /** Closes now when nothing is being answered, and else when that is done. */
  stop(): void {
    if (this.#current === undefined && !this.#isClosing) this.#finish()
  }

  /** What was answered whole still goes out. */
  kill(): void {
    if (this.#isClosing && this.#current === undefined) this.#close()
    else this.#socket.destroy()
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

  /** Somebody waits for more of the request's body. */
  readonly #wanted = (): void => {
    if (this.#owesContinue) {
      this.#owesContinue = false
      this.#socket.write(continueBytes)
    }
    this.#resume()
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#socket.resume()
  }

  #sweepQuiet(now: number): void {
    const { unsent } = this.#socket
    const isWaiting = this.#taker === undefined && (this.#current === undefined || unsent > 0)
    if (!isWaiting || unsent !== this.#quietUnsent) this.#quietSince = undefined
    this.#quietUnsent = unsent
    if (!isWaiting) return
    this.#quietSince ??= now
    if (now - this.#quietSince < (unsent > 0 ? stalledMs : idleMs)) return
    if (unsent > 0) this.#socket.destroy()
    else this.#finish()
  }

  #next(): void {
    const bytes = withoutLeadingLines(this.#ahead)
    this.#ahead = undefined
    if (this.#isEnded && (bytes === undefined || !bytes.includes(headEnd))) return this.#finish()
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
    const request = new ServerRequest(head, this.#wanted)
    this.#current = { head, request }
    if (rest.length > 0) {
      if (request.incoming === undefined) this.#ahead = bufferOf(rest)
      else this.#feed(rest)
    }
    this.#owesContinue = head.expectsContinue && request.incoming?.complete === false
    void this.#answer(head, request)
  }

  /** What `handle` throws is a bug; the client's connection is closed, and the process says so. */
  async #answer(head: RequestHead, request: ServerRequest): Promise<void> {
    try {
      const response = await this.#options.handle(request, this.#socket.remoteAddress)
      this.#owesContinue = false
      if (response instanceof Upgrade) return this.#handOver(response)
      const isRead = request.incoming?.complete ?? true
      const isLast = this.#isClosing || this.#options.isStopping() || (this.#isEnded && this.#ahead === undefined)
      const keeps = head.keepAlive && isRead && !isLast
      this.#isReplying = true
      const isKept = await this.#writer.write(response, { isHead: head.method === 'HEAD', keeps, chunks: head.takesChunks })
      this.#isReplying = false
      this.#current = undefined
      if (this.#isGone) return
      if (!isKept || this.#options.isStopping()) this.#finish()
      else {
        this.#resume()
        this.#next()
      }
    } catch (bug) {
      this.#socket.destroy()
      throw bug
    }
  }

  /** The connection is busy until it ends. */
  #handOver({ fields, take }: Upgrade): void {
    this.#socket.write(switchingBytes(fields))
    const taker = take(this.#socket)
    this.#taker = taker
    if (this.#isGone) return taker.closed(undefined)
    if (this.#isEnded) return this.#socket.destroy()
    const ahead = this.#ahead
    this.#ahead = undefined
    this.#resume()
    if (ahead !== undefined) taker.data(ahead)
  }

  /** No further request is answered. The client closes when it has read that; one that does not is closed for. */
  #finish(): void {
    this.#isClosing = true
    this.#ahead = undefined
    this.#since = performance.now()
    this.#resume()
    if (this.#isEnded) this.#socket.end()
    else this.#socket.halfClose()
  }

  #close(): void {
    if (this.#socket.unsent > 0) this.#socket.destroy()
    else this.#socket.end()
  }

  #refuse({ status, message }: ProtocolError): void {
    this.#socket.write(refusalBytes(status, message))
    this.#finish()
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
