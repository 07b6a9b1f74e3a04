import type { Socket } from './socket.ts'

/** More than this does not wait for the end of the turn. */
const mostGathered = 64 * 1024

const dirty: StreamOutbox[] = []

function sendAll(): void {
  for (const outbox of dirty.splice(0)) outbox.send()
}

/**
 * What a streamed reply has to send. It is sent once a turn of the event loop, so that the head, pieces that came together and
 * the end are one write: each costs 8 µs (measured 2026-11-22).
 */
export class StreamOutbox {
  readonly #socket: Socket
  readonly #chunks: boolean
  #head: string
  #pieces: Uint8Array[] = []
  #length = 0
  #isDirty = false

  /** `chunks`: the body is sent as HTTP/1.1's chunks, else as it is. */
  constructor(socket: Socket, head: string, chunks: boolean) {
    this.#socket = socket
    this.#head = head
    this.#chunks = chunks
    this.#soon()
  }

  push(piece: Uint8Array): void {
    this.#pieces.push(piece)
    this.#length += piece.length
    if (this.#length > mostGathered) this.send()
    else this.#soon()
  }

  end(): void {
    this.#write(this.#chunks ? lastChunk : '')
  }

  send(): void {
    this.#isDirty = false
    this.#write('')
  }

  /** A zero is how the size of the next chunk may begin. */
  probe(): void {
    if (this.#chunks && this.#head === '') this.#socket.write(leadingZero)
  }

  /** The client has gone. */
  drop(): void {
    this.#head = ''
    this.#pieces = []
    this.#length = 0
  }

  #soon(): void {
    if (this.#isDirty) return
    this.#isDirty = true
    if (dirty.push(this) === 1) setImmediate(sendAll)
  }

  #write(last: string): void {
    const isFramed = this.#chunks && this.#length > 0
    const before = isFramed ? `${this.#head}${this.#length.toString(16)}\r\n` : this.#head
    const after = isFramed ? `\r\n${last}` : last
    const size = before.length + this.#length + after.length
    if (size === 0) return
    const bytes = Buffer.allocUnsafe(size)
    let at = bytes.write(before, 0, 'latin1')
    for (const piece of this.#pieces) {
      bytes.set(piece, at)
      at += piece.length
    }
    bytes.write(after, at, 'latin1')
    this.drop()
    this.#socket.write(bytes)
  }
}

const lastChunk = '0\r\n\r\n'
const leadingZero = Buffer.from('0', 'latin1')
