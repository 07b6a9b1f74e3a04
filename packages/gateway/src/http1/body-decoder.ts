import { ProtocolError, type BodyLength } from './fields.ts'

/** Takes the bytes of one body out of a connection's bytes, and leaves what follows it. */
export interface BodyDecoder {
  readonly done: boolean
  /** Gives the pieces of the body to `piece` and answers the bytes that belong to the next message. */
  feed(bytes: Uint8Array, piece: (bytes: Uint8Array) => void): Uint8Array
}

export const bodyDecoder = (length: BodyLength | 'close'): BodyDecoder => {
  if (length === 'close') return new UntilClosed()
  return length === 'chunked' ? new ChunkedDecoder() : new LengthDecoder(length)
}

const nothing = new Uint8Array(0)

class LengthDecoder implements BodyDecoder {
  #left: number
  constructor(length: number) {
    this.#left = length
  }

  get done(): boolean {
    return this.#left === 0
  }

  feed(bytes: Uint8Array, piece: (bytes: Uint8Array) => void): Uint8Array {
    if (bytes.length <= this.#left) {
      this.#left -= bytes.length
      if (bytes.length > 0) piece(bytes)
      return nothing
    }
    const own = bytes.subarray(0, this.#left)
    this.#left = 0
    if (own.length > 0) piece(own)
    return bytes.subarray(own.length)
  }
}

/** The end is the connection's. */
class UntilClosed implements BodyDecoder {
  readonly done = false

  feed(bytes: Uint8Array, piece: (bytes: Uint8Array) => void): Uint8Array {
    if (bytes.length > 0) piece(bytes)
    return nothing
  }
}

const CR = 13
const LF = 10
const longestLine = 4096
const mostTrailers = 16_384

type Phase = 'size' | 'data' | 'data-end' | 'trailer' | 'over'

/** RFC 9112 §7.1, strictly: CRLF only, hexadecimal sizes, extensions and trailers read over and bounded. */
class ChunkedDecoder implements BodyDecoder {
  #phase: Phase = 'size'
  #line = ''
  #left = 0
  #trailers = 0

  get done(): boolean {
    return this.#phase === 'over'
  }

  feed(bytes: Uint8Array, piece: (bytes: Uint8Array) => void): Uint8Array {
    let at = 0
    while (at < bytes.length && this.#phase !== 'over') {
      if (this.#phase === 'data') {
        const end = Math.min(bytes.length, at + this.#left)
        piece(bytes.subarray(at, end))
        this.#left -= end - at
        at = end
        if (this.#left === 0) this.#phase = 'data-end'
      } else at = this.#readLine(bytes, at)
    }
    return at === bytes.length ? nothing : bytes.subarray(at)
  }

  /** Sizes are short and mostly whole: their digits are read where they lie. */
  #readLine(bytes: Uint8Array, from: number): number {
    const end = bytes.indexOf(LF, from)
    const upTo = end < 0 ? bytes.length : end
    if (upTo - from + this.#line.length > longestLine) throw new ProtocolError(400, 'A line between chunks is too long.')
    for (let index = from; index < upTo; index++) this.#line += String.fromCharCode(bytes[index] ?? 0)
    if (end < 0) return upTo
    const line = this.#line
    this.#line = ''
    if (line.charCodeAt(line.length - 1) !== CR) throw new ProtocolError(400, 'A line between chunks ends without CR.')
    this.#take(line.slice(0, -1))
    return end + 1
  }

  #take(line: string): void {
    if (line.includes('\r')) throw new ProtocolError(400, 'A line between chunks holds a CR.')
    switch (this.#phase) {
      case 'size':
        this.#left = sizeOf(line)
        this.#phase = this.#left === 0 ? 'trailer' : 'data'
        return
      case 'data-end':
        if (line !== '') throw new ProtocolError(400, 'A chunk is longer than its size.')
        this.#phase = 'size'
        return
      case 'trailer':
        this.#trailers += line.length
        if (this.#trailers > mostTrailers) throw new ProtocolError(431, 'The trailers are too long.')
        if (line === '') this.#phase = 'over'
        return
      case 'data':
      case 'over':
    }
  }
}

function sizeOf(line: string): number {
  const digits = /^([0-9a-fA-F]{1,8})(?:[ \t]*;[^\0]*)?$/.exec(line)?.[1]
  if (digits === undefined) throw new ProtocolError(400, 'A chunk has no size.')
  return Number.parseInt(digits, 16)
}
