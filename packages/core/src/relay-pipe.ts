import {
  concat,
  fail,
  isObject,
  parseJson,
  SseSlicer,
  type ChatDialect,
  type Echo,
  type GatewayError,
  type StreamMeter,
  type Usage,
} from '@switchyard/wire'
import type { Pipe } from './pipe.ts'

const encoder = new TextEncoder()

/** Same dialect on both sides: bytes pass as they came, in whole events; a meter reads along. */
export class RelayPipe implements Pipe {
  readonly #slicer: SseSlicer
  readonly #meter: StreamMeter
  readonly #dialect: ChatDialect
  readonly #echo: () => Echo
  readonly #hidesUsage: boolean
  #ready: Uint8Array[] = []
  /** The terminal event and all after it. */
  #held: Uint8Array[] = []
  #error: GatewayError | undefined
  started = false

  /** `hidesUsage`: leave out the usage event that we asked for and the client did not. */
  constructor(dialect: ChatDialect, echo: () => Echo, hidesUsage: boolean) {
    this.#dialect = dialect
    this.#echo = echo
    this.#hidesUsage = hidesUsage
    this.#meter = dialect.meter()
    this.#slicer = new SseSlicer((bytes, event, data) => this.#slice(bytes, event, data))
  }

  get error(): GatewayError | undefined {
    return this.#error ?? this.#meter.error
  }
  get finished(): boolean {
    return this.#meter.finished
  }
  get usage(): Usage | undefined {
    return this.#meter.usage
  }
  get characters(): number {
    return this.#meter.characters
  }

  push(chunk: Uint8Array): void {
    try {
      this.#slicer.push(chunk)
    } catch (error) {
      this.#error = fail('bad_reply', 'The provider sent a stream event that is too long.', {}, { cause: error })
    }
  }

  end(): void {
    this.#slicer.end()
    if (!this.finished && this.error === undefined) {
      this.#error = fail('bad_gateway', 'The provider ended the stream before its last event.', { code: 'stream_truncated' })
    }
  }

  take(): Uint8Array | undefined {
    if (this.#ready.length === 0) return undefined
    const parts = this.#ready
    this.#ready = []
    return joined(parts)
  }

  finish(): Uint8Array | undefined {
    return this.#held.length === 0 ? undefined : joined(this.#held)
  }

  failWith(error: GatewayError): Uint8Array {
    let text = ''
    this.#dialect.writer((piece) => (text += piece), this.#echo()).fail(error)
    return encoder.encode(text)
  }

  #slice(bytes: Uint8Array, event: string, data: string): void {
    const { characters } = this.#meter
    if (data !== '') this.#meter.event(event, data)
    if (this.error !== undefined) return
    if (this.#hidesUsage && isUsageOnly(data)) return
    if (this.finished) this.#held.push(bytes)
    else this.#ready.push(bytes)
    if (this.finished || this.#meter.characters > characters) this.started = true
  }
}

/** OpenAI's extra event for `include_usage`: no choices, only usage. */
function isUsageOnly(data: string): boolean {
  if (!data.includes('"usage":') || !data.includes('"choices"')) return false
  const chunk = parseJson(data)
  return isObject(chunk) && Array.isArray(chunk['choices']) && chunk['choices'].length === 0 && isObject(chunk['usage'])
}

/** Slices of one chunk stand side by side in memory: they go out as one piece, without copying. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts
  const last = parts.at(-1)
  if (first === undefined || last === undefined) return new Uint8Array(0)
  if (parts.length === 1) return first
  let length = 0
  for (const part of parts) length += part.length
  const end = last.byteOffset + last.length
  if (first.buffer === last.buffer && end - first.byteOffset === length)
    return new Uint8Array(first.buffer, first.byteOffset, length)
  return concat(parts)
}
