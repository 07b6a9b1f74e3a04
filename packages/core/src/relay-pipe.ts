import {
  concat,
  fail,
  isObject,
  parseJson,
  SseSlicer,
  type Slice,
  type ClientDialect,
  type Echo,
  type GatewayError,
  type StreamMeter,
  type Usage,
} from '@switchyard/wire'
import type { Pipe } from './pipe.ts'

const encoder = new TextEncoder()

/** What a relay needs of the dialect that it passes on. */
type Dialect = Pick<ClientDialect, 'meter' | 'writer'>

/** Same dialect on both sides: bytes pass as they came, in whole events; a meter reads along. */
export class RelayPipe implements Pipe {
  readonly #slicer: SseSlicer
  readonly #meter: StreamMeter
  readonly #dialect: Dialect
  readonly #echo: () => Echo
  readonly #hidesUsage: boolean
  #ready: Run[] = []
  /** The terminal event and all after it. */
  #held: Run[] = []
  #error: GatewayError | undefined
  #over = false
  started = false

  /** `hidesUsage`: leave out the usage event that we asked for and the client did not. */
  constructor(dialect: Dialect, echo: () => Echo, hidesUsage: boolean) {
    this.#dialect = dialect
    this.#echo = echo
    this.#hidesUsage = hidesUsage
    this.#meter = dialect.meter()
    this.#slicer = new SseSlicer((slice, event, data) => this.#slice(slice, event, data))
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
    this.#over = true
    this.#slicer.end()
    if (!this.finished && this.error === undefined) {
      this.#error = fail('bad_gateway', 'The provider ended the stream before its last event.', { code: 'stream_truncated' })
    }
  }

  take(): Uint8Array | undefined {
    if (this.#ready.length === 0) return undefined
    const runs = this.#ready
    this.#ready = []
    return joined(runs)
  }

  finish(): Uint8Array | undefined {
    return this.#held.length === 0 ? undefined : joined(this.#held)
  }

  failWith(error: GatewayError): Uint8Array {
    let text = ''
    this.#dialect.writer((piece) => (text += piece), this.#echo()).fail(error)
    return encoder.encode(text)
  }

  #slice(slice: Slice, event: string, data: string): void {
    const { characters } = this.#meter
    if (this.#over ? !isWhole(data) : !looksWhole(data)) return this.#torn()
    if (data !== '') this.#meter.event(event, data)
    if (this.error !== undefined || (this.#over && !this.finished)) return
    if (this.#hidesUsage && isUsageOnly(data)) return
    append(this.finished ? this.#held : this.#ready, slice)
    if (this.finished || this.#meter.characters > characters) this.started = true
  }

  /** The last bytes of a cut stream are no event; anywhere else the provider is at fault. */
  #torn(): void {
    if (!this.#over) this.#error ??= fail('bad_reply', 'The provider sent a stream event that is not JSON.')
  }
}

/** A full parse of every event would cost more than the relay: a torn object shows at its ends. */
function looksWhole(data: string): boolean {
  if (data === '' || data === '[DONE]') return true
  const text = data.charCodeAt(data.length - 1) === closing && data.charCodeAt(0) === opening ? data : data.trim()
  return text === '[DONE]' || (text.charCodeAt(0) === opening && text.charCodeAt(text.length - 1) === closing)
}

/** Bytes without a blank line behind them are an event only when they are all of one. */
const isWhole = (data: string): boolean => data.trim() === '[DONE]' || parseJson(data) !== undefined

const opening = 123
const closing = 125

/** OpenAI's extra event for `include_usage`: no choices, only usage. */
function isUsageOnly(data: string): boolean {
  if (!data.includes('"usage":') || !data.includes('"choices"')) return false
  const chunk = parseJson(data)
  return isObject(chunk) && Array.isArray(chunk['choices']) && chunk['choices'].length === 0 && isObject(chunk['usage'])
}

/** Events that stand side by side in one chunk: they go out as one piece, without copying. */
interface Run extends Slice {
  end: number
}

function append(runs: Run[], { bytes, start, end }: Slice): void {
  const last = runs.at(-1)
  if (last !== undefined && last.bytes === bytes && last.end === start) last.end = end
  else runs.push({ bytes, start, end })
}

function joined(runs: readonly Run[]): Uint8Array {
  const parts = runs.map(({ bytes, start, end }) => bytes.subarray(start, end))
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : concat(parts)
}
