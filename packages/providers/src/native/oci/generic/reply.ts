import {
  compact,
  openaiChatProtocol,
  fail,
  isObject,
  objectOf,
  objectsOf,
  parseJson,
  stringOf,
  type ChatReply,
  type EventSink,
  type JsonObject,
  type StreamReader,
  type Undo,
} from '@switchyard/wire'
import { failureIn } from '../errors.ts'
import { usageOf } from '../usage.ts'

const chat = openaiChatProtocol

/** `GenericChatResponse`: OpenAI's reply in Oracle's spelling. */
export function readReply(body: JsonObject, undo?: Undo): ChatReply {
  const failure = failureIn(body)
  if (failure !== undefined) throw failure
  const reply = objectOf(body['chatResponse'])
  if (reply === undefined) throw fail('bad_reply', 'OCI answered without a chatResponse.')
  const choices = objectsOf(reply['choices']).map((choice, at) => ({
    index: choice['index'] ?? at,
    message: messageOf(choice, callOf),
    finish_reason: finishOf(choice),
    logprobs: choice['logprobs'],
  }))
  const created = Math.floor(Date.parse(stringOf(reply['timeCreated']) ?? '') / 1000)
  const usage = usageOf(reply) ?? usageOf(objectsOf(reply['choices'])[0] ?? {})
  return chat.readReply(
    compact({
      id: stringOf(body['id']) ?? '',
      model: body['modelId'],
      created: Number.isNaN(created) ? undefined : created,
      choices,
      usage,
    }),
    undo,
  )
}

const finishOf = (choice: JsonObject): string | undefined => stringOf(choice['finishReason'])?.toLowerCase()

function messageOf(choice: JsonObject, call: (call: JsonObject, at: number) => JsonObject): JsonObject {
  const message = objectOf(choice['message']) ?? {}
  const text = objectsOf(message['content'])
    .map((part) => stringOf(part['text']) ?? '')
    .join('')
  const calls = objectsOf(message['toolCalls']).map(call)
  return compact({
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    reasoning_content: stringOf(message['reasoningContent']),
    refusal: stringOf(message['refusal']),
    tool_calls: calls.length === 0 ? undefined : calls,
  })
}

/** Some models call without ids, and a result must name one. */
const callOf = ({ id, name, arguments: input }: JsonObject): JsonObject => ({
  id: stringOf(id) ?? `call_${crypto.randomUUID()}`,
  type: 'function',
  function: { name, arguments: stringOf(input) ?? JSON.stringify(input ?? {}) },
})

/** The stream: one choice an event, Oracle's spelling again. The pieces of a call come without its id. */
export class GenericReader implements StreamReader {
  readonly #sink: EventSink
  readonly #reader: StreamReader
  /** Ids of the calls of each choice. */
  readonly #calls = new Map<unknown, string[]>()
  #over = false

  constructor(sink: EventSink, undo?: Undo) {
    this.#sink = sink
    this.#reader = chat.reader(sink, undo)
  }

  event(name: string, data: string): void {
    if (this.#over) return
    const event = parseJson(data)
    if (!isObject(event)) return this.#reader.event(name, data)
    const failure = failureIn(event)
    if (failure !== undefined) {
      this.#over = true
      return this.#sink.fail(failure)
    }
    this.#reader.event(name, JSON.stringify(this.#chunkOf(event)))
  }

  end(): void {
    if (!this.#over) this.#reader.end()
  }

  #chunkOf(event: JsonObject): JsonObject {
    const index = event['index'] ?? 0
    const hasChoice = event['message'] !== undefined || event['finishReason'] !== undefined
    const delta = messageOf(event, (call) => this.#pieceOf(call, index))
    const choices = hasChoice ? [{ index, delta, finish_reason: finishOf(event) ?? null }] : []
    return compact({ id: '', object: 'chat.completion.chunk', choices, usage: usageOf(event) })
  }

  /** A piece with another id, or with a name, begins the next call. */
  #pieceOf({ id: given, name, arguments: input }: JsonObject, choice: unknown): JsonObject {
    const ids = this.#calls.get(choice) ?? []
    this.#calls.set(choice, ids)
    const id = stringOf(given) ?? ''
    const begins = id === '' ? ids.length === 0 || (stringOf(name) ?? '') !== '' : !ids.includes(id)
    if (begins) ids.push(id === '' ? `call_${crypto.randomUUID()}` : id)
    const at = id === '' || begins ? ids.length - 1 : ids.indexOf(id)
    return {
      index: at,
      ...(begins ? { id: ids[at], type: 'function' } : {}),
      function: compact({ name: begins ? name : undefined, arguments: stringOf(input) ?? '' }),
    }
  }
}
