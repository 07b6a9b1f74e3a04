import type { ModelTraits, Written } from '../../dialect.ts'
import type { ChatRequest, Tool, Turn } from '../../hub.ts'
import { objectOf, type JsonObject } from '../../json.ts'
import { adaptRequest } from './adapt-request.ts'
import { formatNote } from './read-request.ts'
import { defined, dialectId, note, wireFields } from './shape.ts'
import { writeCache, writeContent } from './write-blocks.ts'

/** A request that this dialect read is printed as it was said; any other is first put into this dialect's terms. */
export function writeRequest(request: ChatRequest, traits: ModelTraits): Written {
  if (request.extra?.dialect === dialectId) return { body: printRequest(request), undo: {} }
  const adapted = adaptRequest(request, traits)
  return { body: printRequest(adapted.request), undo: adapted.undo }
}

function printRequest(request: ChatRequest): JsonObject {
  const { model, sampling, extra } = request
  return {
    ...wireFields(extra),
    model,
    messages: request.turns.map(printTurn),
    ...defined({
      system: printSystem(request),
      max_tokens: sampling.maxTokens,
      temperature: sampling.temperature,
      top_p: sampling.topP,
      top_k: sampling.topK,
      stop_sequences: sampling.stop,
      stream: request.stream ? true : note(extra, '$stream') === false ? false : undefined,
      metadata: printMetadata(request),
      service_tier: request.serviceTier,
      tools: request.tools.length > 0 || note(extra, '$tools') === true ? request.tools.map(printTool) : undefined,
      tool_choice: printToolChoice(request),
      thinking: printThinking(request),
      ...printOutput(request),
    }),
  }
}

function printSystem({ system, extra }: ChatRequest): unknown {
  const shape = note(extra, '$system')
  if (system.length === 0 && shape === undefined) return undefined
  return writeContent(system, shape === 'string')
}

function printTurn({ role, blocks, extra }: Turn): JsonObject {
  return { ...wireFields(extra), role, content: writeContent(blocks, note(extra, '$string') === true) }
}

function printMetadata({ user, extra }: ChatRequest): JsonObject | undefined {
  const rest = objectOf(note(extra, '$metadata'))
  return user === undefined && rest === undefined ? undefined : { ...rest, ...defined({ user_id: user }) }
}

function printTool(tool: Tool): JsonObject {
  if (tool.hosted) return wireFields(tool.extra)
  const { name, description, schema, strict, cache, extra } = tool
  return {
    ...wireFields(extra),
    ...defined({ type: note(extra, '$type') }),
    name,
    ...defined({ description, strict, cache_control: cache === undefined ? undefined : writeCache(cache) }),
    input_schema: schema ?? { type: 'object', properties: {} },
  }
}

/** A wish about parallel calls needs a choice to stand in. */
function printToolChoice({ toolChoice, parallelTools, extra }: ChatRequest): JsonObject | undefined {
  const choice = toolChoice ?? (parallelTools === undefined ? undefined : { mode: 'auto' as const })
  if (choice === undefined) return undefined
  const disable = parallelTools === undefined ? undefined : !parallelTools
  const rest = { ...defined({ disable_parallel_tool_use: disable }), ...objectOf(note(extra, '$tool_choice')) }
  switch (choice.mode) {
    case 'auto':
      return { type: 'auto', ...rest }
    case 'required':
      return { type: 'any', ...rest }
    case 'none':
      return { type: 'none', ...objectOf(note(extra, '$tool_choice')) }
    case 'named':
      return { type: 'tool', name: choice.name, ...rest }
    case 'allowed':
      return { type: choice.required ? 'any' : 'auto', ...rest }
  }
}

function printThinking({ reasoning, extra }: ChatRequest): JsonObject | undefined {
  if (reasoning === undefined) return undefined
  const { adaptive, budget, summary } = reasoning
  const display = summary === 'auto' ? 'summarized' : summary === 'none' ? 'omitted' : summary
  const rest = { ...defined({ display }), ...objectOf(note(extra, '$thinking')) }
  if (adaptive === true) return { type: 'adaptive', ...rest }
  if (budget === undefined) return undefined
  return budget > 0 ? { type: 'enabled', budget_tokens: budget, ...rest } : { type: 'disabled', ...rest }
}

function printOutput({ reasoning, format, extra }: ChatRequest): { output_config?: JsonObject; output_format?: JsonObject } {
  const config = objectOf(note(extra, '$output_config'))
  const { place, rest } = formatNote(note(extra, '$format'))
  const wire = format?.type === 'schema' ? { type: 'json_schema', schema: format.schema, ...rest } : undefined
  const inConfig = place === 'output_config' ? wire : undefined
  const effort = reasoning?.effort
  const needsConfig = config !== undefined || effort !== undefined || inConfig !== undefined
  return defined({
    output_config: needsConfig ? { ...config, ...defined({ effort, format: inConfig }) } : undefined,
    output_format: inConfig === undefined ? wire : undefined,
  })
}
