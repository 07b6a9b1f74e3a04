import {
  compact,
  isObject,
  type ChatRequest,
  type JsonObject,
  type ModelTraits,
  type Tool,
  type ToolChoice,
  type Undo,
} from '@switchyard/wire'
import { cachePoint } from './cache-point.ts'
import type { Family } from './families.ts'

interface Tooling {
  /** In Claude's terms. */
  readonly request: ChatRequest
  readonly client: ChatRequest
  readonly family: Family
  readonly traits: ModelTraits
  readonly undo: Undo
}

/** The tools, the choice among them, and the format of the answer. */
export function writeTooling(of: Tooling): { toolConfig?: JsonObject; outputConfig?: JsonObject } {
  const outputConfig = outputOf(of)
  const chosen = of.family.tools === false ? [] : toolsOf(of)
  const tools = [...chosen.flatMap((tool) => writeTool(tool, of)), ...searchOf(of)]
  const toolConfig =
    tools.length === 0 ? undefined : compact({ tools, toolChoice: chosen.length === 0 ? undefined : choiceOf(of, chosen) })
  return { ...(toolConfig === undefined ? {} : { toolConfig }), ...(outputConfig === undefined ? {} : { outputConfig }) }
}

/** Hosted tools are Claude's, and stand in its own fields. */
function toolsOf({ request, family }: Tooling): readonly Tool[] {
  const tools = request.tools.filter((tool) => !tool.hosted)
  const { toolChoice } = request
  // A prompt with calls in it needs the tools whatever is chosen.
  if (toolChoice?.mode === 'none' && !hasCalls(request)) return []
  if (toolChoice?.mode === 'named' && family.forces === 'any') return tools.filter(({ name }) => name === toolChoice.name)
  return tools
}

/** A wish to search, whichever dialect has said it: it has no settings here. */
function searchOf({ request: { tools, toolChoice }, family: { searches } }: Tooling): JsonObject[] {
  const wished = toolChoice?.mode !== 'none' && tools.some(({ hosted, name }) => hosted === true && name.startsWith('web_search'))
  return wished && searches !== undefined ? [{ systemTool: { name: searches } }] : []
}

const hasCalls = ({ turns }: ChatRequest): boolean =>
  turns.some(({ blocks }) => blocks.some(({ type }) => type === 'call' || type === 'result'))

function writeTool(tool: Tool, { client, family, traits, undo }: Tooling): JsonObject[] {
  const schema = tool.schema ?? { type: 'object', properties: {} }
  // The answer's schema needs some description.
  const description = tool.description ?? (tool.name === undo.jsonTool ? tool.name : undefined)
  const spec = compact({
    name: tool.name,
    description: description === '' ? undefined : description,
    inputSchema: { json: schemaFor(schema, family, tool.name === undo.jsonTool) },
  })
  const mark = family.cachesTools ? cachePoint(tool.cache, client, traits) : undefined
  return mark === undefined ? [{ toolSpec: spec }] : [{ toolSpec: spec }, mark]
}

/** Closed objects are refused by some vendors' models (recorded cases, 2026-11-22): what only shapes an answer stays open. */
const schemaFor = (schema: JsonObject, family: Family, isAnswer: boolean): JsonObject =>
  family.plainSchemas ? plainSchema(schema) : isAnswer && !family.claude ? opened(schema) : schema

function opened(schema: JsonObject): JsonObject {
  const { additionalProperties: _, ...rest } = schema
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, openedPart(value)]))
}

const openedPart = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(openedPart) : isObject(value) ? opened(value) : value

/** Nova takes no other keyword at the top of a tool's schema (Nova user guide, "Defining a tool"). */
function plainSchema({ properties, required, $defs }: JsonObject): JsonObject {
  return compact({ type: 'object', properties: properties ?? {}, required, $defs })
}

function choiceOf({ request, client, family, traits, undo }: Tooling, tools: readonly Tool[]): JsonObject | undefined {
  const { toolChoice } = request
  if (toolChoice === undefined || toolChoice.mode === 'none') return undefined
  const forced = toolChoice.mode !== 'auto'
  if (forced && (family.forces === 'none' || traits.lacks.has('tool_choice'))) return undefined
  // A schema's tool is forced only where the catalog is sure that it may be.
  const ours = undo.jsonTool !== undefined && client.toolChoice === undefined
  if (ours && traits.supports.size > 0 && !traits.supports.has('tool_choice')) return undefined
  return writeChoice(toolChoice, family, tools)
}

function writeChoice(choice: ToolChoice, family: Family, tools: readonly Tool[]): JsonObject {
  switch (choice.mode) {
    case 'named':
      return family.forces === 'tool' && tools.some(({ name }) => name === choice.name)
        ? { tool: { name: choice.name } }
        : { any: {} }
    case 'required':
      return { any: {} }
    default:
      return { auto: {} }
  }
}

function outputOf({ request, client }: Tooling): JsonObject | undefined {
  const { format } = request
  if (format?.type !== 'schema') return undefined
  const name = client.format?.type === 'schema' ? client.format.name : 'response'
  const schema = isObject(format.schema) ? JSON.stringify(format.schema) : '{}'
  return {
    textFormat: { type: 'json_schema', structure: { jsonSchema: compact({ schema, name, description: format.description }) } },
  }
}
