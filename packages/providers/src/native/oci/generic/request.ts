import {
  arrayOf,
  compact,
  openaiChatProtocol,
  isString,
  objectOf,
  objectsOf,
  stringOf,
  type ChatRequest,
  type JsonObject,
  type ModelTraits,
  type Written,
} from '@switchyard/wire'

/** OCI writes 600 tokens where nobody says how many (its API reference, `GenericChatRequest`, 2026-11-22). */
export const usualLimit = 4096

/** `GenericChatRequest`: OpenAI's body in Oracle's spelling. */
export function writeRequest(request: ChatRequest, traits: ModelTraits): Written {
  const { body, undo } = openaiChatProtocol.writeRequest(request, traits)
  const { sampling } = request
  const chatRequest = compact({
    apiFormat: 'GENERIC',
    messages: objectsOf(body['messages']).map(writeMessage),
    [countsThinking(traits) ? 'maxCompletionTokens' : 'maxTokens']: sampling.maxTokens ?? limitOf(traits),
    temperature: sampling.temperature,
    topP: sampling.topP,
    topK: sampling.topK,
    stop: sampling.stop,
    seed: sampling.seed,
    numGenerations: sampling.n,
    frequencyPenalty: sampling.frequencyPenalty,
    presencePenalty: sampling.presencePenalty,
    logProbs: sampling.logprobs === true ? (sampling.topLogprobs ?? 0) : undefined,
    logitBias: sampling.logitBias,
    reasoningEffort: effortOf(request),
    responseFormat: writeFormat(request),
    tools: request.tools.length === 0 ? undefined : objectsOf(body['tools']).map(writeTool),
    toolChoice: writeChoice(body['tool_choice']),
    isParallelToolCalls: request.parallelTools,
    isStream: request.stream ? true : undefined,
    streamOptions: request.stream ? { isIncludeUsage: true } : undefined,
  })
  return { body: chatRequest, undo }
}

/** OpenAI's models that think refuse the other limit. */
const countsThinking = ({ id }: ModelTraits): boolean => /^openai\.(gpt-5|o\d)/.test(id)

export const limitOf = ({ maxOutput }: ModelTraits): number => Math.min(usualLimit, maxOutput ?? usualLimit)

function effortOf({ reasoning }: ChatRequest): string | undefined {
  const effort = reasoning?.effort ?? (reasoning?.budget === 0 ? 'none' : undefined)
  return effort === 'disable' ? 'NONE' : effort?.toUpperCase()
}

function writeMessage(message: JsonObject): JsonObject {
  const role = stringOf(message['role'])?.toUpperCase()
  const content = contentOf(message['content'])
  const calls = objectsOf(message['tool_calls']).map(writeCall)
  return compact({
    role,
    // After calls an empty content confuses the model (Oracle's SDK reference, `AssistantMessage`, 2026-11-22).
    content: content.length === 0 && calls.length > 0 ? undefined : content,
    toolCalls: calls.length === 0 ? undefined : calls,
    toolCallId: message['tool_call_id'],
    name: message['name'],
  })
}

const contentOf = (content: unknown): JsonObject[] =>
  isString(content)
    ? content === ''
      ? []
      : [{ type: 'TEXT', text: content }]
    : objectsOf(arrayOf(content)).flatMap((part) => partOf(part))

function partOf(part: JsonObject): JsonObject[] {
  if (part['type'] === 'text') return [{ type: 'TEXT', text: part['text'] }]
  const image = objectOf(part['image_url'])
  if (image === undefined) return []
  const detail = stringOf(image['detail'])?.toUpperCase()
  return [{ type: 'IMAGE', imageUrl: { url: image['url'], ...(detail === undefined ? {} : { detail }) } }]
}

function writeCall({ id, function: called }: JsonObject): JsonObject {
  const { name, arguments: input } = objectOf(called) ?? {}
  return { id, type: 'FUNCTION', name, arguments: input }
}

function writeTool({ function: declared }: JsonObject): JsonObject {
  const { name, description, parameters } = objectOf(declared) ?? {}
  return { type: 'FUNCTION', ...compact({ name, description, parameters }) }
}

function writeChoice(choice: unknown): JsonObject | undefined {
  if (isString(choice)) return { type: choice.toUpperCase() }
  const name = objectOf(objectOf(choice)?.['function'])?.['name']
  return name === undefined ? undefined : { type: 'FUNCTION', name }
}

function writeFormat({ format }: ChatRequest): JsonObject | undefined {
  switch (format?.type) {
    case 'text':
      return { type: 'TEXT' }
    case 'json':
      return { type: 'JSON_OBJECT' }
    case 'schema': {
      const { name, schema, description, strict } = format
      return { type: 'JSON_SCHEMA', jsonSchema: compact({ name, description, schema, isStrict: strict }) }
    }
    case undefined:
      return undefined
  }
}
