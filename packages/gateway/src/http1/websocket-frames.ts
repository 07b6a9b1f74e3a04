import { randomFillSync } from 'node:crypto'

/** What RFC 6455 calls an opcode. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface Frame {
  readonly isFinal: boolean
  readonly opcode: number
  readonly payload: Buffer
}

/** Bytes that break the rules of RFC 6455. `code` is what the connection is closed with. */
export class WebSocketError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export const mostControlBytes = 125
const known: ReadonlySet<number> = new Set(Object.values(opcodes))

interface FrameHead {
  readonly isFinal: boolean
  readonly opcode: number
  readonly length: number
  readonly mask: Buffer | undefined
}

export interface FrameRules {
  /** Clients mask what they send, servers never do (RFC 6455 §5.1). */
  readonly isMasked: boolean
  readonly mostBytes: number
}

/** Cuts what comes into frames. */
export class FrameReader {
  readonly #rules: FrameRules
  readonly #chunks: Buffer[] = []
  #length = 0
  #head: FrameHead | undefined

  constructor(rules: FrameRules) {
    this.#rules = rules
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#chunks.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
    this.#length += bytes.length
  }

  /** Throws `WebSocketError`. Undefined: more bytes are needed. */
  next(): Frame | undefined {
    this.#head ??= this.#readHead()
    if (this.#head === undefined || this.#length < this.#head.length) return undefined
    const { isFinal, opcode, length, mask } = this.#head
    this.#head = undefined
    const payload = this.#take(length)
    if (mask !== undefined) applyMask(payload, mask)
    return { isFinal, opcode, payload }
  }

  #readHead(): FrameHead | undefined {
    if (this.#length < 2) return undefined
    const start = this.#peek(2)
    const [first = 0, second = 0] = start
    const isMasked = (second & 0x80) !== 0
    const short = second & 0x7f
    const opcode = first & 0x0f
    if ((first & 0x70) !== 0) throw new WebSocketError(1002, 'A reserved bit is set.')
    if (!known.has(opcode)) throw new WebSocketError(1002, 'The opcode is not known.')
    if (isMasked !== this.#rules.isMasked) throw new WebSocketError(1002, 'The frame is masked, or not, against the rules.')
    const isFinal = (first & 0x80) !== 0
    if (opcode >= opcodes.close && (!isFinal || short > mostControlBytes))
      throw new WebSocketError(1002, 'A control frame is whole and short.')
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
    const headBytes = 2 + lengthBytes + (isMasked ? 4 : 0)
    if (this.#length < headBytes) return undefined
    const head = this.#take(headBytes)
    const length = lengthBytes === 0 ? short : readLength(head, lengthBytes)
    if (length > this.#rules.mostBytes) throw tooLarge(this.#rules.mostBytes)
    return { isFinal, opcode, length, mask: isMasked ? head.subarray(headBytes - 4) : undefined }
  }

  #peek(count: number): Buffer {
    const [first] = this.#chunks
    if (first !== undefined && first.length >= count) return first.subarray(0, count)
    this.#join()
    return this.#peek(count)
  }

  #take(count: number): Buffer {
    if (count === 0) return Buffer.alloc(0)
    const taken: Buffer[] = []
    let missing = count
    while (missing > 0) {
      const first = this.#chunks.shift()
      if (first === undefined) break
      if (first.length > missing) this.#chunks.unshift(first.subarray(missing))
      taken.push(first.subarray(0, missing))
      missing -= Math.min(missing, first.length)
    }
    this.#length -= count
    const [only] = taken
    return taken.length === 1 && only !== undefined ? only : Buffer.concat(taken)
  }

  #join(): void {
    const whole = Buffer.concat(this.#chunks)
    this.#chunks.length = 0
    this.#chunks.push(whole)
  }
}

export const tooLarge = (mostBytes: number): WebSocketError =>
  new WebSocketError(1009, `A message may have at most ${mostBytes} bytes.`)

function readLength(head: Buffer, lengthBytes: number): number {
  if (lengthBytes === 2) return head.readUInt16BE(2)
  const length = head.readBigUInt64BE(2)
  return length > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(length)
}

function applyMask(payload: Buffer, mask: Uint8Array): void {
  for (let index = 0; index < payload.length; index++) payload[index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0)
}

/** One whole message, or one control frame. */
export function frameBytes(opcode: number, payload: Uint8Array, isMasked: boolean): Buffer {
  const { length } = payload
  const lengthBytes = length < 126 ? 0 : length < 0x1_00_00 ? 2 : 8
  const headBytes = 2 + lengthBytes + (isMasked ? 4 : 0)
  const bytes = Buffer.allocUnsafe(headBytes + length)
  bytes[0] = 0x80 | opcode
  bytes[1] = (isMasked ? 0x80 : 0) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127)
  if (lengthBytes === 2) bytes.writeUInt16BE(length, 2)
  if (lengthBytes === 8) bytes.writeBigUInt64BE(BigInt(length), 2)
  bytes.set(payload, headBytes)
  if (isMasked) {
    const mask = bytes.subarray(headBytes - 4, headBytes)
    randomFillSync(mask)
    applyMask(bytes.subarray(headBytes), mask)
  }
  return bytes
}
