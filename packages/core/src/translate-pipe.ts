import {
  fail,
  isObject,
  parseJson,
  SseParser,
  type EventSink,
  type GatewayError,
  type JsonObject,
  type ProviderDialect,
  type StreamEvent,
  type StreamReader,
  type Undo,
  type Usage,
} from '@switchyard/wire'
import type { Pipe } from './pipe.ts'

const encoder = new TextEncoder()

export interface Translation {
  readonly from: Pick<ProviderDialect, 'reader'>
  /** Makes the sink that prints the client's dialect. */
  readonly writer: (out: (text: string) => void) => EventSink
  readonly undo: Undo
  /** Mends chunks of a provider that deviates from its dialect. */
  readonly mend?: (chunk: JsonObject) => JsonObject
  /** Another reader of the same events: the SDK's collector, the store of replies. */
  readonly also?: EventSink
}

/** Two dialects: frame → reader → hub events → writer → bytes. Nothing is promised to the client before content is seen. */
export class TranslatePipe implements Pipe {
  readonly #parser: SseParser
  readonly #reader: StreamReader
  readonly #writer: EventSink
  readonly #also: EventSink | undefined
  #text = ''
  #error: GatewayError | undefined
  #usage: Usage | undefined
  #over = false
  started = false
  finished = false
  characters = 0

  constructor({ from, writer, undo, mend, also }: Translation) {
    this.#writer = writer((text) => (this.#text += text))
    this.#also = also
    this.#reader = from.reader(
      { event: (event) => this.#event(event), fail: (error) => (this.#error ??= error), end: () => (this.finished = true) },
      undo,
    )
    this.#parser = new SseParser((name, data) => this.#reader.event(name, mend === undefined ? data : mended(data, mend)))
  }

  get error(): GatewayError | undefined {
    return this.#error
  }
  get usage(): Usage | undefined {
    return this.#usage
  }

  push(chunk: Uint8Array): void {
    try {
      this.#parser.push(chunk)
    } catch (error) {
      this.#error ??= fail('bad_reply', 'The provider sent a stream that cannot be understood.', {}, { cause: error })
    }
  }

  end(): void {
    if (this.#over) return
    this.#over = true
    this.#parser.end()
    this.#reader.end()
  }

  take(): Uint8Array | undefined {
    if (this.#text === '') return undefined
    const bytes = encoder.encode(this.#text)
    this.#text = ''
    return bytes
  }

  finish(): Uint8Array | undefined {
    this.#writer.end()
    this.#also?.end()
    return this.take()
  }

  failWith(error: GatewayError): Uint8Array {
    this.#writer.fail(error)
    this.#also?.fail(error)
    return this.take() ?? new Uint8Array(0)
  }

  #event(event: StreamEvent): void {
    if (event.type === 'start' || event.type === 'usage') this.#usage = event.usage ?? this.#usage
    else if (event.type !== 'ping') this.started = true
    if (event.type === 'block-delta') this.characters += event.text.length
    this.#writer.event(event)
    this.#also?.event(event)
  }
}

/** Data that is no JSON object (`[DONE]`) stays as it is. */
function mended(data: string, mend: (chunk: JsonObject) => JsonObject): string {
  const chunk = parseJson(data)
  return isObject(chunk) ? JSON.stringify(mend(chunk)) : data
}
