import {
  compact,
  type ChatRequest,
  type JsonObject,
  type ModelTraits,
  type Reasoning,
  type Tool,
  type Written,
} from '@switchyard/wire'
import { writeMessages } from './messages.ts'
import { offeredTools } from '../../offered-tools.ts'
import { writeFormat, writeSettings } from './settings.ts'

/** The body of `POST /v2/chat`. */
export function writeRequest(request: ChatRequest, traits: ModelTraits): Written {
  const tools = offeredTools(request)
  const body = compact({
    model: request.model,
    messages: writeMessages(request),
    ...writeSettings(request),
    response_format: writeFormat(request.format, 'json_schema'),
    thinking: writeThinking(request.reasoning, traits),
    ...(tools.length === 0 ? {} : { tools: tools.map(writeTool), ...strictness(tools), tool_choice: writeChoice(request) }),
  })
  return { body, undo: {} }
}

const writeTool = ({ name, description, schema }: Tool): JsonObject => ({
  type: 'function',
  function: compact({ name, description, parameters: schema }),
})

/** Cohere holds calls to the schema for all tools or for none. */
const strictness = (tools: readonly Tool[]): JsonObject => (tools.some(({ strict }) => strict) ? { strict_tools: true } : {})

/** Without a word the model chooses. */
function writeChoice({ toolChoice }: ChatRequest): string | undefined {
  switch (toolChoice?.mode) {
    case 'none':
      return 'NONE'
    case 'required':
    case 'named':
      return 'REQUIRED'
    case 'allowed':
      return toolChoice.required ? 'REQUIRED' : undefined
    case 'auto':
    case undefined:
      return undefined
  }
}

/** Models that reason do so unless told not to, and take a budget; others refuse the parameter. */
function writeThinking(reasoning: Reasoning | undefined, { supports }: ModelTraits): JsonObject | undefined {
  if (reasoning === undefined || (supports.size > 0 && !supports.has('reasoning'))) return undefined
  const { effort, budget } = reasoning
  if (effort === 'none' || budget === 0) return { type: 'disabled' }
  return { type: 'enabled', ...(budget === undefined ? {} : { token_budget: budget }) }
}
