import {
  fail,
  isObject,
  numberOf,
  objectOf,
  objectsOf,
  parseJson,
  stringOf,
  type ChatReply,
  type EventSink,
  type JsonObject,
  type StreamReader,
} from '@switchyard/wire'
import { CohereV1Reader, readReply as readV1Reply } from '../../cohere/v1/reply.ts'
import { failureIn } from '../errors.ts'

/** `CohereChatResponse`: Cohere's v1 in Oracle's spelling. */
export function readReply(body: JsonObject): ChatReply {
  const failure = failureIn(body)
  if (failure !== undefined) throw failure
  const reply = objectOf(body['chatResponse'])
  if (reply === undefined) throw fail('bad_reply', 'OCI answered without a chatResponse.')
  const { text, finishReason, toolCalls } = reply
  const read = readV1Reply({ text: text ?? '', finish_reason: finishReason, tool_calls: toolCalls, ...metaOf(reply) })
  return { ...read, model: stringOf(body['modelId']) ?? '' }
}

/** Tokens where v1 has them. */
function metaOf({ usage }: JsonObject): JsonObject {
  const { promptTokens, completionTokens } = objectOf(usage) ?? {}
  if (numberOf(promptTokens) === undefined) return {}
  return { meta: { tokens: { input_tokens: promptTokens, output_tokens: completionTokens } } }
}

/** The stream: pieces of text, then an event with the reason of the end that repeats the whole. */
export class CohereReader implements StreamReader {
  readonly #sink: EventSink
  readonly #reader: CohereV1Reader
  #started = false
  #over = false

  constructor(sink: EventSink) {
    this.#sink = sink
    this.#reader = new CohereV1Reader(sink)
  }

  event(name: string, data: string): void {
    if (this.#over || data === '[DONE]') return
    const event = parseJson(data)
    if (!isObject(event)) return this.#reader.event(name, data)
    const failure = failureIn(event)
    if (failure !== undefined) {
      this.#over = true
      return this.#sink.fail(failure)
    }
    if (!this.#started) this.#say({ event_type: 'stream-start' })
    this.#started = true
    const calls = objectsOf(event['toolCalls'])
    if (calls.length > 0) this.#say({ event_type: 'tool-calls-generation', tool_calls: calls })
    const reason = stringOf(event['finishReason'])
    if (reason === undefined) this.#say({ event_type: 'text-generation', text: stringOf(event['text']) ?? '' })
    else this.#say({ event_type: 'stream-end', finish_reason: reason, response: metaOf(event) })
  }

  end(): void {
    if (!this.#over) this.#reader.end()
  }

  #say(event: JsonObject): void {
    this.#reader.event('message', JSON.stringify(event))
  }
}
