import {
  compact,
  isObject,
  objectOf,
  objectsOf,
  type ChatRequest,
  type JsonObject,
  type ModelTraits,
  type Written,
} from '@switchyard/wire'
import { writeRequest as writeV1Request } from '../../cohere/v1/request.ts'
import { limitOf } from '../generic/request.ts'

/** `CohereChatRequest`: Cohere's v1 in Oracle's spelling. */
export function writeRequest(request: ChatRequest, traits: ModelTraits): Written {
  const { body, undo } = writeV1Request(request)
  const format = objectOf(body['response_format'])
  const chatRequest = compact({
    apiFormat: 'COHERE',
    message: body['message'],
    chatHistory: body['chat_history'] === undefined ? undefined : objectsOf(body['chat_history']).map(writeTurn),
    toolResults: body['tool_results'],
    preambleOverride: body['preamble'],
    maxTokens: body['max_tokens'] ?? limitOf(traits),
    temperature: body['temperature'],
    topP: body['p'],
    topK: body['k'],
    seed: body['seed'],
    stopSequences: body['stop_sequences'],
    frequencyPenalty: body['frequency_penalty'],
    presencePenalty: body['presence_penalty'],
    documents: body['documents'],
    safetyMode: body['safety_mode'],
    citationQuality: body['citation_quality'],
    responseFormat: format === undefined ? undefined : compact({ type: 'JSON_OBJECT', schema: format['schema'] }),
    tools: body['tools'] === undefined ? undefined : objectsOf(body['tools']).map(writeTool),
    isStream: request.stream ? true : undefined,
    streamOptions: request.stream ? { isIncludeUsage: true } : undefined,
  })
  return { body: chatRequest, undo }
}

const writeTurn = ({ role, message, tool_calls: toolCalls, tool_results: toolResults }: JsonObject): JsonObject =>
  compact({ role, message, toolCalls, toolResults })

function writeTool({ name, description, parameter_definitions: definitions }: JsonObject): JsonObject {
  const parameters = Object.entries(isObject(definitions) ? definitions : {}).map(([key, value]) => {
    const { type, description: said, required } = objectOf(value) ?? {}
    return [key, { type, description: said, isRequired: required }] as const
  })
  return { name, description, parameterDefinitions: Object.fromEntries(parameters) }
}
