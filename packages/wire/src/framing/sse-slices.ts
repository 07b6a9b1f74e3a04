import { Tail } from './tail.ts'

const LF = 10
const CR = 13

/** Where one complete event of a stream stands, terminator included. */
export interface Slice {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

export type SliceHandler = (slice: Slice, event: string, data: string) => void

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Longer pieces are searched as bytes, so that an event which comes in many pieces is not decoded with each of them. */
const maxDecoded = 64 * 1024

/**
 * Cuts a byte stream of server-sent events into whole events without changing a byte: what the relay forwards, holds
 * back or withholds. Every byte pushed comes out in order, in slices.
 */
export class SseSlicer {
  readonly #tail = new Tail()
  #first = true
  readonly #handle: SliceHandler
  readonly #maxEvent: number

  /** `maxEvent`: bytes that one unfinished event may hold before `push` throws a RangeError. */
  constructor(handle: SliceHandler, maxEvent = 16 * 1024 * 1024) {
    this.#handle = handle
    this.#maxEvent = maxEvent
  }

  push(chunk: Uint8Array): void {
    const searched = this.#tail.length
    const bytes = this.#tail.join(chunk)
    const text = bytes.length > maxDecoded ? '' : decoder.decode(bytes)
    // As many characters as bytes: an offset in the one is the same in the other.
    const isPlain = text.length === bytes.length && !text.includes('\r')
    const start = isPlain ? this.#sliceText(bytes, text) : this.#sliceBytes(bytes, searched)
    this.#tail.keep(bytes, start)
    if (this.#tail.length > this.#maxEvent) throw new RangeError('SSE event too long')
  }

  /** Ends the stream: an event that lacks only its blank line still counts. */
  end(): void {
    const rest = this.#tail.take()
    if (rest !== undefined) this.#slice({ bytes: rest, start: 0, end: rest.length })
  }

  /** Finds events in the text, where the runtime searches; answers where the last one ends. */
  #sliceText(bytes: Uint8Array, text: string): number {
    let start = 0
    for (let blank = text.indexOf('\n\n'); blank >= 0; blank = text.indexOf('\n\n', start)) {
      const slice = { bytes, start, end: blank + 2 }
      if (text.startsWith('data: ', start) && text.indexOf('\n', start) === blank) {
        this.#first = false
        this.#handle(slice, 'message', text.slice(start + 6, blank))
      } else this.#slice(slice)
      start = slice.end
    }
    return start
  }

  #sliceBytes(bytes: Uint8Array, searched: number): number {
    let start = 0
    let end = eventEnd(bytes, Math.max(0, searched - 3))
    for (; end >= 0; end = eventEnd(bytes, start)) {
      this.#slice({ bytes, start, end })
      start = end
    }
    return start
  }

  #slice(slice: Slice): void {
    let text = decoder.decode(slice.bytes.subarray(slice.start, slice.end))
    if (this.#first) {
      this.#first = false
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
    }
    if (text.startsWith('data: ') && text.indexOf('\n') === text.length - 2 && !text.includes('\r')) {
      return this.#handle(slice, 'message', text.slice(6, -2))
    }
    let event = ''
    let data: string | undefined
    for (const line of text.split(/\r\n|\n|\r/)) {
      const value = valueOf(line, 'data')
      if (value !== undefined) data = data === undefined ? value : `${data}\n${value}`
      else event = valueOf(line, 'event') ?? event
    }
    this.#handle(slice, event === '' ? 'message' : event, data ?? '')
  }
}

/** The value of a line of this field; a line without a colon is a field without a value. */
function valueOf(line: string, field: string): string | undefined {
  if (!line.startsWith(field)) return undefined
  const at = field.length
  if (line.length === at) return ''
  if (line.charCodeAt(at) !== 58) return undefined
  return line.slice(line.charCodeAt(at + 1) === 32 ? at + 2 : at + 1)
}

/**
 * The offset after the first blank line at or after `from`, or -1. A CR at the very end waits for the next byte, which may be its LF.
 */
function eventEnd(bytes: Uint8Array, from: number): number {
  for (let i = from; i < bytes.length - 1; i++) {
    const byte = bytes[i]
    if (byte !== LF && byte !== CR) continue
    let next = i + 1
    if (byte === CR && bytes[next] === LF) next++
    const second = bytes[next]
    if (second === LF) return next + 1
    if (second === CR) {
      if (next + 1 === bytes.length) return -1
      return bytes[next + 1] === LF ? next + 2 : next + 1
    }
  }
  return -1
}
