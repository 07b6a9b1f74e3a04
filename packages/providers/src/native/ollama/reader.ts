import { fail, isObject, isString, parseJson, type EventSink, type JsonObject, type StreamReader } from '@switchyard/wire'
import { BlockStream } from '../../block-stream.ts'
import { Thoughts, type Piece } from '../../thoughts.ts'
import { readError } from './errors.ts'
import { createdAt, endOf, saidIn, usageOf } from './reply.ts'

/** The streams of both routes: a JSON object a line, the last one `done`. Calls come whole. */
export class OllamaReader implements StreamReader {
  readonly #sink: EventSink
  readonly #blocks: BlockStream
  readonly #thoughts = new Thoughts(false)
  #started = false

  constructor(sink: EventSink) {
    this.#sink = sink
    this.#blocks = new BlockStream(sink)
  }

  event(_name: string, data: string): void {
    if (this.#blocks.over) return
    const line = parseJson(data)
    if (!isObject(line)) return this.#blocks.fail(fail('bad_reply', "Ollama's stream holds a line that is not a JSON object."))
    if (isString(line['error'])) return this.#blocks.fail(readError(0, line))
    if (!this.#started) this.#sink.event({ type: 'start', id: '', model: '', created: createdAt(line) })
    this.#started = true
    this.#content(line)
    if (line['done'] === true) this.#end(line)
  }

  end(): void {
    if (!this.#blocks.over) this.#blocks.fail(fail('bad_gateway', "Ollama's stream ended before the answer was finished."))
  }

  #content(line: JsonObject): void {
    const { thinking, content, calls, logprobs } = saidIn(line)
    this.#blocks.say('reasoning', thinking)
    this.#say(this.#thoughts.push(content))
    if (calls.length > 0) this.#say(this.#thoughts.end())
    for (const call of calls) {
      this.#blocks.begin({ ...call, input: '' })
      this.#blocks.more(call.input)
    }
    if (logprobs !== undefined) this.#sink.event({ type: 'logprobs', choice: 0, logprobs })
  }

  #say(pieces: readonly Piece[]): void {
    for (const { type, text } of pieces) this.#blocks.say(type, text)
  }

  #end(line: JsonObject): void {
    this.#say(this.#thoughts.end())
    const { stop, rawStop } = endOf(line, this.#blocks.hasCalls)
    this.#blocks.finish({ stop, rawStop, usage: usageOf(line) })
  }
}
