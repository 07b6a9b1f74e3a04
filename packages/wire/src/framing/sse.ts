import { Tail } from './tail.ts'

/** Receives one server-sent event: its name (`message` when none was given) and its data lines joined by `\n`. */
export type SseHandler = (event: string, data: string) => void

const LF = 10
const CR = 13

/**
 * A push parser of server-sent events (WHATWG HTML §9.2). Chunks may split lines, CRLF pairs and UTF-8 sequences
 * anywhere. Complete lines are decoded in one go; the tail of a chunk waits for the next.
 */
export class SseParser {
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #tail = new Tail()
  #skipLf = false
  #first = true
  #event = ''
  #data: string | undefined
  readonly #handle: SseHandler
  readonly #maxLine: number

  /** `maxLine`: bytes that one unfinished line may hold before `push` throws a RangeError. */
  constructor(handle: SseHandler, maxLine = 16 * 1024 * 1024) {
    this.#handle = handle
    this.#maxLine = maxLine
  }

  push(chunk: Uint8Array): void {
    const scanFrom = this.#tail.length
    const bytes = this.#tail.join(chunk)
    let start = 0
    if (this.#skipLf && bytes.length > 0) {
      if (bytes[0] === LF) start = 1
      this.#skipLf = false
    }
    for (let i = Math.max(scanFrom, start); i < bytes.length; i++) {
      const byte = bytes[i]
      if (byte !== LF && byte !== CR) continue
      this.#line(this.#decoder.decode(bytes.subarray(start, i)))
      if (byte === CR) {
        if (i + 1 === bytes.length) this.#skipLf = true
        else if (bytes[i + 1] === LF) i++
      }
      start = i + 1
    }
    this.#tail.keep(bytes, start)
    if (this.#tail.length > this.#maxLine) throw new RangeError('SSE line too long')
  }

  /** True when a partial event or line is waiting: an end here is a cut, not an end. */
  get pending(): boolean {
    return this.#tail.length > 0 || this.#data !== undefined
  }

  /** Ends the stream. Providers often omit the last blank line, so a complete last line still counts. */
  end(): void {
    const rest = this.#tail.take()
    if (rest !== undefined) this.#line(this.#decoder.decode(rest))
    this.#dispatch()
  }

  #line(text: string): void {
    if (this.#first) {
      this.#first = false
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
    }
    if (text === '') return this.#dispatch()
    const colon = text.indexOf(':')
    if (colon === 0) return
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1)
    if (field === 'data') this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
    else if (field === 'event') this.#event = value
  }

  #dispatch(): void {
    const data = this.#data
    const event = this.#event
    this.#data = undefined
    this.#event = ''
    if (data !== undefined) this.#handle(event === '' ? 'message' : event, data)
  }
}

/** One event as bytes-to-be. `data` must not contain line breaks (JSON.stringify never writes any). */
export const sseEvent = (event: string, data: string): string => `event: ${event}\ndata: ${data}\n\n`
export const sseData = (data: string): string => `data: ${data}\n\n`
