import { isUtf8 } from 'node:buffer'
import type { Socket, SocketEvents } from './socket.ts'
import { frameBytes, FrameReader, mostControlBytes, opcodes, tooLarge, WebSocketError, type Frame } from './websocket-frames.ts'

export interface Message {
  readonly isText: boolean
  readonly bytes: Uint8Array
}

/** Why a connection ended: a close frame's code and reason, or 1006 for one that was cut. */
export interface Close {
  readonly code: number
  readonly reason: string
}

export interface WebSocketEvents {
  /** A promise: nothing more is read until it is done, so that a slow receiver slows down the sender. */
  message(message: Message): Promise<void> | undefined
  /** Comes once, and last. */
  closed(close: Close): void
}

export interface WebSocketOptions {
  readonly role: 'server' | 'client'
  readonly mostBytes: number
}

const encoder = new TextEncoder()
const mostFragments = 10_000
/** So long the other side may take to answer a close. */
const closeMs = 2000
/** A close frame without a code. */
export const noCode = 1005
const cutCode = 1006

/** One end of a WebSocket (RFC 6455) over a connection whose handshake is done. */
export class WebSocketConnection implements SocketEvents {
  readonly #socket: Socket
  readonly #events: WebSocketEvents
  readonly #isMasking: boolean
  readonly #mostBytes: number
  readonly #reader: FrameReader
  #fragments: Buffer[] = []
  #fragmentBytes = 0
  #isText: boolean | undefined
  /** A message is being worked on. */
  #isHeld = false
  #isClosing = false
  #isOver = false
  #drained: PromiseWithResolvers<void> | undefined
  #timer: NodeJS.Timeout | undefined
  /** When the other side was last heard of, on the clock of `performance.now()`. */
  lastHeardMs = performance.now()

  constructor(socket: Socket, events: WebSocketEvents, { role, mostBytes }: WebSocketOptions) {
    this.#socket = socket
    this.#events = events
    this.#isMasking = role === 'client'
    this.#mostBytes = mostBytes
    this.#reader = new FrameReader({ isMasked: role === 'server', mostBytes })
  }

  get isOpen(): boolean {
    return !this.#isClosing
  }

  /** Undefined: taken. A promise: the other side is slow, and it is kept when that has caught up. */
  send({ isText, bytes }: Message): Promise<void> | undefined {
    if (this.#isClosing) return undefined
    this.#write(isText ? opcodes.text : opcodes.binary, bytes)
    return this.#drained?.promise
  }

  ping(): void {
    if (!this.#isClosing && this.#drained === undefined) this.#write(opcodes.ping, new Uint8Array(0))
  }

  /** Says goodbye; the connection ends when the other side has answered, or after a moment. */
  close(code: number, reason: string): void {
    if (this.#isClosing) return
    this.#sayClose(code, reason)
    this.#giveUpLater()
    // What is still to come holds the answer.
    if (this.#isHeld) this.#socket.resume()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  data(bytes: Uint8Array): void {
    this.lastHeardMs = performance.now()
    this.#reader.push(bytes)
    this.#run()
  }

  drained(): void {
    const drained = this.#drained
    this.#drained = undefined
    drained?.resolve()
  }

  closed(): void {
    clearTimeout(this.#timer)
    this.#end({ code: cutCode, reason: '' })
  }

  #write(opcode: number, payload: Uint8Array): void {
    if (!this.#socket.write(frameBytes(opcode, payload, this.#isMasking))) this.#drained ??= Promise.withResolvers()
  }

  #sayClose(code: number, reason: string): void {
    this.#isClosing = true
    const payload = Buffer.alloc(mostControlBytes)
    payload.writeUInt16BE(code)
    // No character is cut in two.
    const { written } = encoder.encodeInto(reason, payload.subarray(2))
    this.#write(opcodes.close, payload.subarray(0, code === noCode ? 0 : 2 + written))
  }

  #finish(close: Close): void {
    this.#giveUpLater()
    // Before the socket, which may tell at once that it is closed.
    this.#end(close)
    this.#socket.end()
  }

  /** Who does not read what was written, or does not answer, is not waited for. */
  #giveUpLater(): void {
    this.#timer ??= setTimeout(() => this.#socket.destroy(), closeMs)
  }

  #end(close: Close): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#isClosing = true
    this.drained()
    this.#events.closed(close)
  }

  #run(): void {
    try {
      while (!this.#isOver && (!this.#isHeld || this.#isClosing)) {
        const frame = this.#reader.next()
        if (frame === undefined) return
        this.#take(frame)
      }
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error
      if (!this.#isClosing) this.#sayClose(error.code, error.message)
      this.#finish({ code: error.code, reason: error.message })
    }
  }

  #take(frame: Frame): void {
    switch (frame.opcode) {
      case opcodes.ping:
        // Who does not read its pongs gets no more of them.
        if (!this.#isClosing && this.#drained === undefined) this.#write(opcodes.pong, frame.payload)
        return
      case opcodes.pong:
        return
      case opcodes.close:
        return this.#takeClose(frame.payload)
      default:
        if (!this.#isClosing) this.#takeData(frame)
    }
  }

  #takeClose(payload: Buffer): void {
    const close = readClose(payload)
    if (!this.#isClosing) this.#sayClose(close.code, '')
    this.#finish(close)
  }

  #takeData({ opcode, isFinal, payload }: Frame): void {
    const isFirst = opcode !== opcodes.continuation
    if (isFirst === (this.#isText !== undefined)) throw new WebSocketError(1002, 'Fragments of a message stand together.')
    if (isFirst) this.#isText = opcode === opcodes.text
    this.#fragmentBytes += payload.length
    if (this.#fragmentBytes > this.#mostBytes) throw tooLarge(this.#mostBytes)
    if (this.#fragments.push(payload) > mostFragments) throw new WebSocketError(1009, 'A message has too many fragments.')
    if (isFinal) this.#deliver()
  }

  #deliver(): void {
    const [only] = this.#fragments
    const bytes = this.#fragments.length === 1 && only !== undefined ? only : Buffer.concat(this.#fragments)
    const isText = this.#isText ?? false
    this.#fragments = []
    this.#fragmentBytes = 0
    this.#isText = undefined
    if (isText && !isUtf8(bytes)) throw new WebSocketError(1007, 'A text is not UTF-8.')
    const work = this.#events.message({ isText, bytes })
    if (work !== undefined) void this.#hold(work)
  }

  async #hold(work: Promise<void>): Promise<void> {
    this.#isHeld = true
    this.#socket.pause()
    try {
      await work
    } catch (bug) {
      this.#socket.destroy()
      throw bug
    }
    this.#isHeld = false
    if (this.#isOver) return
    this.#socket.resume()
    this.#run()
  }
}

/** Codes that may stand in a close frame (RFC 6455 §7.4). */
const isSent = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, noCode, cutCode].includes(code)) || (code >= 3000 && code < 5000)

function readClose(payload: Buffer): Close {
  if (payload.length === 0) return { code: noCode, reason: '' }
  const code = payload.length === 1 ? 0 : payload.readUInt16BE()
  const reason = payload.subarray(2)
  if (!isSent(code)) throw new WebSocketError(1002, 'The code of a close is not one that is sent.')
  if (!isUtf8(reason)) throw new WebSocketError(1007, 'The reason of a close is not UTF-8.')
  return { code, reason: reason.toString('utf8') }
}
