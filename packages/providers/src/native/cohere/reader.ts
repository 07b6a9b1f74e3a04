import {
  fail,
  isObject,
  objectOf,
  objectsOf,
  parseJson,
  stringOf,
  type EventSink,
  type JsonObject,
  type StreamReader,
} from '@switchyard/wire'
import { BlockStream } from '../../block-stream.ts'
import { citationsOf } from './citations.ts'
import { readError } from './errors.ts'
import { readCall } from './reply.ts'
import { failureOf, stopOf, usageOf } from './stop.ts'

/**
 * The stream of `POST /v2/chat` (docs.cohere.com/v2/docs/streaming, 2026-11-22). A text block stays open until the next
 * begins: its citations follow it.
 */
export class CohereReader implements StreamReader {
  readonly #blocks: BlockStream

  constructor(sink: EventSink) {
    this.#blocks = new BlockStream(sink)
  }

  event(_name: string, data: string): void {
    if (this.#blocks.over || data === '[DONE]') return
    const event = parseJson(data)
    if (!isObject(event)) return this.#blocks.fail(fail('bad_reply', "Cohere's stream holds an event that is not a JSON object."))
    const type = stringOf(event['type'])
    const delta = objectOf(event['delta']) ?? {}
    if (type === 'message-start') this.#blocks.start(stringOf(event['id']) ?? '')
    else if (type === 'message-end') this.#end(delta)
    else if (type === undefined || type === 'error') this.#blocks.fail(readError(0, event))
    else this.#content(type, objectOf(delta['message']) ?? {})
  }

  end(): void {
    if (!this.#blocks.over) this.#blocks.fail(fail('bad_gateway', "Cohere's stream ended before the answer was finished."))
  }

  #content(type: string, message: JsonObject): void {
    const blocks = this.#blocks
    const content = objectOf(message['content']) ?? {}
    switch (type) {
      case 'content-start':
        blocks.begin(isThinking(content) ? { type: 'reasoning', text: '' } : { type: 'text', text: '' })
        return blocks.more(textOf(content))
      case 'content-delta':
        return blocks.say(isThinking(content) ? 'reasoning' : 'text', textOf(content))
      case 'tool-plan-delta':
        return blocks.say('reasoning', stringOf(message['tool_plan']) ?? '')
      case 'tool-call-start':
        return blocks.begin(readCall(callIn(message)))
      case 'tool-call-delta':
        return blocks.more(stringOf(objectOf(callIn(message)['function'])?.['arguments']) ?? '')
      case 'citation-start':
        return blocks.cite(itemsOf(message['citations']).flatMap(citationsOf))
      default:
    }
  }

  #end(delta: JsonObject): void {
    const rawStop = stringOf(delta['finish_reason'])
    const failure = failureOf(rawStop, stringOf(delta['error']))
    if (failure !== undefined) return this.#blocks.fail(failure)
    const stop = stopOf(rawStop, this.#blocks.hasCalls)
    this.#blocks.finish({ stop, rawStop, usage: usageOf(objectOf(delta['usage'])) })
  }
}

const isThinking = (content: JsonObject): boolean => content['type'] === 'thinking' || stringOf(content['thinking']) !== undefined

const textOf = (content: JsonObject): string => stringOf(content['thinking']) ?? stringOf(content['text']) ?? ''

/** One object, or a list of them. */
const itemsOf = (value: unknown): readonly JsonObject[] => (isObject(value) ? [value] : objectsOf(value))

const callIn = (message: JsonObject): JsonObject => itemsOf(message['tool_calls'])[0] ?? {}
