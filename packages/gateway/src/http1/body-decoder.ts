import { ProtocolError, type BodyLength } from './fields.ts'

/** Takes the bytes of one body out of a connection's bytes, and leaves what follows it. */
export interface BodyDecoder {
  readonly done: boolean
  /** Gives what of the body is in `bytes` to `piece`, moved together in place, and answers the bytes of the next message. */
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
const mostDigits = 8

type Phase = 'size' | 'size-end' | 'extension' | 'data' | 'data-end' | 'trailer' | 'over'

/**
 * RFC 9112 §7.1, strictly: CRLF only, hexadecimal sizes, extensions and trailers read over and bounded. The data of all chunks
 * that came together is moved together, so that sixty small chunks are one piece.
 */
class ChunkedDecoder implements BodyDecoder {
  #phase: Phase = 'size'
  #left = 0
  #digits = 0
  /** Bytes of the line so far, behind the digits. */
  #line = 0
  #trailers = 0
  #hadCr = false

  get done(): boolean {
    return this.#phase === 'over'
  }

  feed(bytes: Uint8Array, piece: (bytes: Uint8Array) => void): Uint8Array {
    let start = 0
    let end = 0
    let at = 0
    while (at < bytes.length && this.#phase !== 'over') {
      if (this.#phase !== 'data') {
        this.#readByte(bytes[at++] ?? 0)
        continue
      }
      const upTo = Math.min(bytes.length, at + this.#left)
      if (end === start) [start, end] = [at, upTo]
      else {
        bytes.copyWithin(end, at, upTo)
        end += upTo - at
      }
      this.#left -= upTo - at
      at = upTo
      if (this.#left === 0) this.#phase = 'data-end'
    }
    if (end > start) piece(bytes.subarray(start, end))
    return at === bytes.length ? nothing : bytes.subarray(at)
  }

  #readByte(byte: number): void {
    if (byte === LF) {
      if (!this.#hadCr) throw new ProtocolError(400, 'A line between chunks ends without CR.')
      this.#hadCr = false
      return this.#endLine()
    }
    if (this.#hadCr) throw new ProtocolError(400, 'A line between chunks holds a CR.')
    if (byte === CR) this.#hadCr = true
    else if (this.#phase === 'size') this.#readSize(byte)
    else if (this.#phase === 'size-end') this.#readSizeEnd(byte)
    else if (this.#phase === 'data-end') throw new ProtocolError(400, 'A chunk is longer than its size.')
    else if (byte === 0 || ++this.#line > longestLine) throw new ProtocolError(400, 'A line between chunks is too long.')
  }

  #readSize(byte: number): void {
    const digit = hexValue(byte)
    if (digit >= 0) {
      this.#left = this.#left * 16 + digit
      if (++this.#digits > mostDigits) throw new ProtocolError(400, 'A chunk is too large.')
    } else if (this.#digits > 0) this.#readSizeEnd(byte)
    else throw new ProtocolError(400, 'A chunk has no size.')
  }

  /** Old servers pad their sizes with blanks. */
  #readSizeEnd(byte: number): void {
    if (byte === SEMICOLON) this.#phase = 'extension'
    else if ((byte === SPACE || byte === TAB) && ++this.#line <= longestLine) this.#phase = 'size-end'
    else throw new ProtocolError(400, 'A chunk has no size.')
  }

  #endLine(): void {
    const isEmpty = this.#line === 0
    this.#trailers += this.#line
    this.#line = 0
    switch (this.#phase) {
      case 'size':
      case 'size-end':
      case 'extension':
        if (this.#digits === 0) throw new ProtocolError(400, 'A chunk has no size.')
        this.#digits = 0
        this.#trailers = 0
        this.#phase = this.#left === 0 ? 'trailer' : 'data'
        return
      case 'data-end':
        this.#phase = 'size'
        return
      case 'trailer':
        if (this.#trailers > mostTrailers) throw new ProtocolError(431, 'The trailers are too long.')
        if (isEmpty) this.#phase = 'over'
        return
      case 'data':
      case 'over':
    }
  }
}

const SEMICOLON = 59
const SPACE = 32
const TAB = 9

function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const letter = byte | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
