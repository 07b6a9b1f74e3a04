import { compact, type ChatRequest, type JsonObject, type Sampling, type Tool, type Written } from '@switchyard/wire'
import { offeredTools } from '../../offered-tools.ts'
import { unknownFields } from '../../passed-fields.ts'
import { writeMessages } from './messages.ts'

/** The body of `POST /chat/completions` (github.com/ai-forever/gigachat src/gigachat/models/chat.py, 2026-11-22). */
export function writeRequest(request: ChatRequest): Written {
  const { jsonTool, ...functions } = writeFunctions(request)
  const body = compact({
    model: request.model,
    messages: writeMessages(request),
    max_tokens: request.sampling.maxTokens,
    n: request.sampling.n,
    reasoning_effort: levelOf(request.reasoning?.effort),
    ...writeHeat(request.sampling),
    stream: request.stream ? true : undefined,
    ...functions,
    ...unknownFields(request),
  })
  return { body, undo: jsonTool === undefined ? {} : { jsonTool } }
}

/** A temperature of 0 is refused: the likeliest words are had by `top_p` (native-wire facts §18, 2026-11-22). */
const writeHeat = ({ temperature, topP }: Sampling): JsonObject =>
  temperature === 0 ? { top_p: 0 } : { temperature, top_p: topP }

/** There are three levels. */
function levelOf(effort: string | undefined): string | undefined {
  switch (effort) {
    case undefined:
    case 'none':
      return undefined
    case 'minimal':
      return 'low'
    case 'xhigh':
    case 'max':
      return 'high'
    default:
      return effort
  }
}

interface Functions {
  readonly functions?: readonly JsonObject[]
  readonly function_call?: string | JsonObject
  /** The function that stands for the answer's schema. */
  readonly jsonTool?: string
}

function writeFunctions(request: ChatRequest): Functions {
  const { toolChoice, format } = request
  const tools = toolChoice?.mode === 'none' ? [] : offeredTools(request)
  if (format?.type === 'schema') {
    const { name, schema, description = 'The answer' } = format
    const functions = [...tools.map(writeTool), { name, description, parameters: schema }]
    return { functions, function_call: tools.length === 0 ? { name } : 'auto', jsonTool: name }
  }
  if (tools.length === 0) return {}
  const named = toolChoice?.mode === 'named' ? { name: toolChoice.name } : undefined
  return { functions: tools.map(writeTool), ...(toolChoice === undefined ? {} : { function_call: named ?? 'auto' }) }
}

const writeTool = ({ name, description, schema }: Tool): JsonObject =>
  compact({ name, description, parameters: schema ?? { type: 'object', properties: {} } })
