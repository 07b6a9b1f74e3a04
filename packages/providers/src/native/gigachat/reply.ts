import {
  openaiChatProtocol,
  isObject,
  numberOf,
  objectOf,
  objectsOf,
  parseJson,
  type ChatReply,
  type EventSink,
  type JsonObject,
  type StreamReader,
  type Undo,
} from '@switchyard/wire'

const chat = openaiChatProtocol

export const readReply = (body: JsonObject, undo?: Undo): ChatReply => chat.readReply(asOpenAi(body), undo)

/** OpenAI's stream with GigaChat's calls in it. */
export function streamReader(sink: EventSink, undo?: Undo): StreamReader {
  const reader = chat.reader(sink, undo)
  return {
    event: (name, data) => {
      const chunk = parseJson(data)
      reader.event(name, isObject(chunk) ? JSON.stringify(asOpenAi(chunk)) : data)
    },
    end: () => reader.end(),
  }
}

/** A reply or a chunk as OpenAI would write it. */
function asOpenAi(body: JsonObject): JsonObject {
  const choices = objectsOf(body['choices'])
  const usage = objectOf(body['usage'])
  return {
    ...body,
    ...(choices.length === 0 ? {} : { choices: choices.map(openAiChoice) }),
    ...(usage === undefined ? {} : { usage: openAiUsage(usage) }),
  }
}

const stops: Readonly<Record<string, string>> = { function_call: 'tool_calls', blacklist: 'content_filter' }

function openAiChoice(choice: JsonObject): JsonObject {
  const { finish_reason: reason, message, delta } = choice
  return {
    ...choice,
    ...(isObject(message) ? { message: openAiMessage(message) } : {}),
    ...(isObject(delta) ? { delta: openAiMessage(delta) } : {}),
    ...(typeof reason === 'string' ? { finish_reason: stops[reason] ?? reason } : {}),
  }
}

/** There is one call at most, it comes whole, and its arguments are an object. */
function openAiMessage(message: JsonObject): JsonObject {
  const { function_call: call, functions_state_id: _state, ...rest } = message
  if (!isObject(call)) return rest
  const input = call['arguments']
  const made = { name: call['name'], arguments: typeof input === 'string' ? input : JSON.stringify(input ?? {}) }
  return { ...rest, tool_calls: [{ index: 0, id: `call_${crypto.randomUUID()}`, type: 'function', function: made }] }
}

function openAiUsage({ precached_prompt_tokens: cached, ...usage }: JsonObject): JsonObject {
  const read = numberOf(cached)
  return read === undefined ? usage : { ...usage, prompt_tokens_details: { cached_tokens: read } }
}
