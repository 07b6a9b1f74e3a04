import { Tail } from './tail.ts'

/** One message of an AWS event stream: its string headers (`:message-type`, `:event-type` …) and its payload. */
export interface AwsMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Uint8Array
}

const preludeLength = 12
const checksumLength = 4
const maxMessage = 24 * 1024 * 1024

const decoder = new TextDecoder()

/**
 * A push parser of `application/vnd.amazon.eventstream`: total length, headers' length, their CRC-32, headers, payload, CRC-32 of it
 * all; big-endian (AWS SDK documentation, "event stream encoding", 2026-11-22). Throws a RangeError on bytes that are none.
 */
export class AwsEventStreamParser {
  readonly #tail = new Tail()
  readonly #handle: (message: AwsMessage) => void

  constructor(handle: (message: AwsMessage) => void) {
    this.#handle = handle
  }

  /** A message has begun and not ended: an end here is a cut. */
  get pending(): boolean {
    return this.#tail.length > 0
  }

  push(chunk: Uint8Array): void {
    const bytes = this.#tail.join(chunk)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    let start = 0
    while (bytes.length - start >= preludeLength) {
      const length = messageLength(view, bytes, start)
      if (bytes.length - start < length) break
      this.#handle(readMessage(bytes.subarray(start, start + length)))
      start += length
    }
    this.#tail.keep(bytes, start)
  }
}

function messageLength(view: DataView, bytes: Uint8Array, start: number): number {
  const length = view.getUint32(start)
  if (length < preludeLength + checksumLength || length > maxMessage) throw new RangeError('event stream: impossible length')
  if (crc32(bytes.subarray(start, start + 8)) !== view.getUint32(start + 8)) throw new RangeError('event stream: bad prelude')
  return length
}

function readMessage(message: Uint8Array): AwsMessage {
  const view = new DataView(message.buffer, message.byteOffset, message.length)
  const end = message.length - checksumLength
  if (crc32(message.subarray(0, end)) !== view.getUint32(end)) throw new RangeError('event stream: bad checksum')
  const headersEnd = preludeLength + view.getUint32(4)
  if (headersEnd > end) throw new RangeError('event stream: headers beyond the message')
  return { headers: readHeaders(view, message, headersEnd), payload: message.slice(headersEnd, end) }
}

const stringType = 7
const blobType = 6
/** Bytes of the values of fixed length, by type: booleans, integers, timestamp, UUID. */
const fixedLengths: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 0],
  [2, 1],
  [3, 2],
  [4, 4],
  [5, 8],
  [8, 8],
  [9, 16],
])

function readHeaders(view: DataView, message: Uint8Array, end: number): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  let at = preludeLength
  while (at < end) {
    const nameEnd = at + 1 + view.getUint8(at)
    const name = decoder.decode(message.subarray(at + 1, nameEnd))
    const type = view.getUint8(nameEnd)
    at = nameEnd + 1
    if (type === stringType || type === blobType) {
      const valueEnd = at + 2 + view.getUint16(at)
      if (type === stringType) headers[name] = decoder.decode(message.subarray(at + 2, valueEnd))
      at = valueEnd
      continue
    }
    const fixed = fixedLengths.get(type)
    if (fixed === undefined) throw new RangeError('event stream: unknown header type')
    at += fixed
  }
  return headers
}

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** CRC-32 of IEEE 802.3, unsigned. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}
