import {
  fail,
  isObject,
  objectOf,
  objectsOf,
  parseJson,
  stringOf,
  type Block,
  type ChatReply,
  type EventSink,
  type JsonObject,
  type StreamReader,
} from '@switchyard/wire'
import { BlockStream } from '../../../block-stream.ts'
import { readError } from '../errors.ts'
import { failureOf, stopOf, usageOfMeta } from '../stop.ts'

/** The reply of `POST /v1/chat`. */
export function readReply(body: JsonObject): ChatReply {
  const text = stringOf(body['text'])
  if (text === undefined) throw fail('bad_reply', 'Cohere answered without a text.')
  const rawStop = stringOf(body['finish_reason'])
  const failure = failureOf(rawStop, undefined)
  if (failure !== undefined) throw failure
  const calls = objectsOf(body['tool_calls']).map(readCall)
  const usage = usageOfMeta(objectOf(body['meta']))
  const blocks: readonly Block[] = [...(text === '' && calls.length > 0 ? [] : [{ type: 'text', text } as const]), ...calls]
  return {
    id: stringOf(body['generation_id']) ?? '',
    model: '',
    created: 0,
    choices: [{ index: 0, blocks, stop: stopOf(rawStop, calls.length > 0), ...(rawStop === undefined ? {} : { rawStop }) }],
    ...(usage === undefined ? {} : { usage }),
  }
}

/** v1 gives calls no ids. */
const readCall = ({ name, parameters }: JsonObject): Block => ({
  type: 'call',
  id: `call_${crypto.randomUUID()}`,
  name: stringOf(name) ?? '',
  input: JSON.stringify(objectOf(parameters) ?? {}),
})

/** The stream of `POST /v1/chat`: calls come whole, and the last event repeats the reply. */
export class CohereV1Reader implements StreamReader {
  readonly #blocks: BlockStream

  constructor(sink: EventSink) {
    this.#blocks = new BlockStream(sink)
  }

  event(_name: string, data: string): void {
    if (this.#blocks.over) return
    const event = parseJson(data)
    if (!isObject(event)) return this.#blocks.fail(fail('bad_reply', "Cohere's stream holds a line that is not a JSON object."))
    switch (event['event_type']) {
      case 'stream-start':
        return this.#blocks.start(stringOf(event['generation_id']) ?? '')
      case 'text-generation':
        return this.#blocks.say('text', stringOf(event['text']) ?? '')
      case 'tool-calls-generation':
        return this.#calls(objectsOf(event['tool_calls']))
      case 'stream-end':
        return this.#end(event)
      case undefined:
        return this.#blocks.fail(readError(0, event))
      default:
    }
  }

  end(): void {
    if (!this.#blocks.over) this.#blocks.fail(fail('bad_gateway', "Cohere's stream ended before the answer was finished."))
  }

  #calls(calls: readonly JsonObject[]): void {
    for (const call of calls) {
      const block = readCall(call)
      if (block.type !== 'call') continue
      this.#blocks.begin({ ...block, input: '' })
      this.#blocks.more(block.input)
    }
  }

  #end(event: JsonObject): void {
    const rawStop = stringOf(event['finish_reason'])
    const failure = failureOf(rawStop, undefined)
    if (failure !== undefined) return this.#blocks.fail(failure)
    const usage = usageOfMeta(objectOf(objectOf(event['response'])?.['meta']))
    this.#blocks.finish({ stop: stopOf(rawStop, this.#blocks.hasCalls), rawStop, usage })
  }
}
