const LF = 10
const CR = 13

/** One complete event of a stream as it stands in the bytes, terminator included. */
export type SliceHandler = (bytes: Uint8Array, event: string, data: string) => void

/**
 * Cuts a byte stream of server-sent events into whole events without changing a byte: what the relay forwards, holds
 * back or withholds. Every byte pushed comes out in order, in slices.
 */
export class SseSlicer {
  #tail: Uint8Array | undefined
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #first = true
  readonly #handle: SliceHandler
  readonly #maxEvent: number

  /** `maxEvent`: bytes that one unfinished event may hold before `push` throws a RangeError. */
  constructor(handle: SliceHandler, maxEvent = 16 * 1024 * 1024) {
    this.#handle = handle
    this.#maxEvent = maxEvent
  }

  push(chunk: Uint8Array): void {
    const old = this.#tail
    const bytes = old === undefined ? chunk : join(old, chunk)
    let start = 0
    let from = old === undefined ? 0 : Math.max(0, old.length - 3)
    for (;;) {
      const end = eventEnd(bytes, from)
      if (end < 0) break
      this.#slice(bytes.subarray(start, end))
      start = from = end
    }
    this.#tail = start < bytes.length ? bytes.subarray(start) : undefined
    if (this.#tail !== undefined && this.#tail.length > this.#maxEvent) throw new RangeError('SSE event too long')
  }

  /** Ends the stream: an event that lacks only its blank line still counts. */
  end(): void {
    const rest = this.#tail
    this.#tail = undefined
    if (rest !== undefined) this.#slice(rest)
  }

  #slice(bytes: Uint8Array): void {
    let text = this.#decoder.decode(bytes)
    if (this.#first) {
      this.#first = false
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
    }
    if (text.startsWith('data: ') && text.indexOf('\n') === text.length - 2 && !text.includes('\r')) {
      return this.#handle(bytes, 'message', text.slice(6, -2))
    }
    let event = ''
    let data: string | undefined
    for (const line of text.split(/\r\n|\n|\r/)) {
      const value = valueOf(line, 'data')
      if (value !== undefined) data = data === undefined ? value : `${data}\n${value}`
      else event = valueOf(line, 'event') ?? event
    }
    this.#handle(bytes, event === '' ? 'message' : event, data ?? '')
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

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}
