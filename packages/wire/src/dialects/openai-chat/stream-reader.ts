import type { StreamReader, Undo } from '../../dialect.ts'
import { fail, type GatewayError } from '../../errors.ts'
import type { EventSink } from '../../hub.ts'
import { isObject, isString, numberOf, parseJson, stringOf, type JsonObject } from '../../json.ts'
import { embeddedError } from './errors.ts'
import { extraOf } from './notes.ts'
import { choicesOf, ChoiceReader, type BlockNumbers } from './stream-choice.ts'
import { readUsage } from './usage.ts'

const chunkFields = new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'x_groq'])

/** Reads `chat.completion.chunk` events. The terminal event is the finish reason of every choice; `[DONE]` may be missing. */
export class ChatStreamReader implements StreamReader {
  readonly #sink: EventSink
  readonly #undo: Undo
  readonly #choices = new Map<number, ChoiceReader>()
  readonly #numbers: BlockNumbers = { next: 0 }
  #started = false
  #closed = false
  #tier: string | undefined

  constructor(sink: EventSink, undo: Undo = {}) {
    this.#sink = sink
    this.#undo = undo
  }

  event(name: string, data: string): void {
    if (this.#closed || data === '') return
    if (data === '[DONE]') return this.end()
    const chunk = parseJson(data)
    if (!isObject(chunk)) return this.#fail(fail('bad_reply', "The provider's stream holds an event that is not a JSON object."))
    if (name === 'error' || isObject(chunk.error) || (isString(chunk.error) && chunk.error !== ''))
      return this.#fail(embeddedError(chunk))
    this.#chunk(chunk)
  }

  end(): void {
    if (this.#closed) return
    for (const choice of this.#choices.values()) if (!choice.stopped && choice.emptyReason) choice.stop(undefined)
    const choices = [...this.#choices.values()]
    if (choices.length === 0 || choices.some((choice) => !choice.stopped)) {
      return this.#fail(fail('bad_gateway', "The provider's stream ended before the answer was finished."))
    }
    this.#closed = true
    this.#sink.end()
  }

  #fail(error: GatewayError): void {
    this.#closed = true
    this.#sink.fail(error)
  }

  #chunk(chunk: JsonObject): void {
    const choices = choicesOf(chunk)
    // Azure's first chunk has filter results, an empty id and no choice: it tells nothing yet.
    if (!this.#started && (choices.length > 0 || stringOf(chunk.id))) this.#start(chunk)
    for (const choice of choices) {
      if (isObject(choice.error)) return this.#fail(embeddedError(choice))
      this.#choice(numberOf(choice.index) ?? 0).read(choice)
    }
    this.#tier = stringOf(chunk.service_tier) ?? this.#tier
    if (isObject(chunk.usage) || isObject(chunk.x_groq)) this.#usage(chunk)
  }

  #start(chunk: JsonObject): void {
    this.#started = true
    const rest: JsonObject = {}
    for (const key in chunk) if (!chunkFields.has(key)) rest[key] = chunk[key]
    this.#sink.event({
      type: 'start',
      id: stringOf(chunk.id) ?? '',
      model: stringOf(chunk.model) ?? '',
      created: numberOf(chunk.created) ?? 0,
      extra: extraOf(rest),
    })
  }

  #usage(chunk: JsonObject): void {
    const usage = readUsage(this.#tier === undefined ? chunk : { ...chunk, service_tier: this.#tier })
    if (usage !== undefined) this.#sink.event({ type: 'usage', usage })
  }

  #choice(index: number): ChoiceReader {
    let choice = this.#choices.get(index)
    if (choice === undefined) {
      choice = new ChoiceReader(index, this.#sink, this.#numbers, this.#undo)
      this.#choices.set(index, choice)
    }
    return choice
  }
}
