import type { Tool, ToolChoice } from '../../hub.ts'
import { isObject, isString, objectOf, type JsonObject } from '../../json.ts'
import { defined, ownExtra } from './shape.ts'
import type { ToolNames } from './tool-names.ts'

/** Hosted tools of this dialect, by the beginning of their type; a date follows. */
const hostedPrefixes = [
  'web_search_2',
  'web_fetch_',
  'bash_',
  'text_editor_',
  'code_execution_',
  'computer_2',
  'memory_',
  'tool_search_tool_',
  'advisor_',
  'mcp_toolset',
]

const webSearch = 'web_search_20250305'

/** The tool as this dialect writes it; undefined when it has no counterpart. */
export function adaptTool(tool: Tool, names: ToolNames): Tool | undefined {
  if (tool.hosted) return adaptHosted(tool)
  const { name, description, schema, cache } = tool
  return {
    name: names.written(name),
    schema: objectSchema(schema),
    ...defined({ description, cache }),
    extra: ownExtra({ $type: 'custom' }),
  }
}

/** The API takes schemas of objects only. */
export function objectSchema(schema: JsonObject | undefined): JsonObject {
  if (schema === undefined) return { type: 'object', properties: {} }
  if (schema.type === 'object') return schema.properties === undefined ? { ...schema, properties: {} } : schema
  return { properties: {}, ...schema, type: 'object' }
}

const hosted = (fields: JsonObject): Tool => ({ name: String(fields.type), hosted: true, extra: ownExtra(fields) })

function adaptHosted(tool: Tool): Tool | undefined {
  const fields = tool.extra?.fields ?? {}
  if (hostedPrefixes.some((prefix) => tool.name.startsWith(prefix))) {
    const inner = objectOf(fields.function)
    if (inner === undefined) return hosted({ ...fields, type: tool.name })
    // LiteLLM's way to give a computer tool its screen: inside an OpenAI function.
    const { function: _function, ...rest } = fields
    return hosted({ ...rest, type: tool.name, name: inner.name, ...objectOf(inner.parameters) })
  }
  if (tool.name === 'web_search' || tool.name.startsWith('web_search_preview')) return webSearchTool(fields)
  return undefined
}

const searchesBySize: ReadonlyMap<unknown, number> = new Map([
  ['low', 1],
  ['medium', 5],
  ['high', 10],
])

/** OpenAI's `web_search_options` (chat) and `web_search` tool (Responses) as this dialect's search tool. */
export function webSearchTool(options: JsonObject): Tool {
  const location = objectOf(options.user_location)
  const place = objectOf(location?.approximate) ?? location
  const domains = objectOf(options.filters)?.allowed_domains
  return hosted({
    type: webSearch,
    name: 'web_search',
    ...defined({
      max_uses: searchesBySize.get(options.search_context_size),
      allowed_domains: Array.isArray(domains) ? domains : undefined,
      user_location: place === undefined ? undefined : { ...place, type: 'approximate' },
    }),
  })
}

/** OpenAI's `{type:'mcp'}` tools are the top-level `mcp_servers` here. */
export function mcpServers(tools: readonly Tool[]): readonly JsonObject[] {
  return tools.flatMap((tool) => {
    const fields = tool.hosted && tool.name === 'mcp' ? tool.extra?.fields : undefined
    return fields === undefined || !isString(fields.server_url) ? [] : [mcpServer(fields)]
  })
}

function mcpServer(fields: JsonObject): JsonObject {
  const bearer = objectOf(fields.headers)?.Authorization
  const token = isString(fields.authorization)
    ? fields.authorization
    : isString(bearer)
      ? bearer.replace(/^Bearer /i, '')
      : undefined
  const names = isObject(fields.allowed_tools) ? fields.allowed_tools.tool_names : fields.allowed_tools
  return {
    type: 'url',
    url: fields.server_url,
    name: fields.server_label,
    ...defined({
      authorization_token: token,
      tool_configuration: Array.isArray(names) ? { enabled: true, allowed_tools: names } : undefined,
    }),
  }
}

/** History with calls needs a tool list; this one stands for the tools that the client no longer sends. */
export const absentTool: Tool = {
  name: 'unavailable_tool',
  description: 'Stands for tools that are no longer available. Never call it.',
  schema: { type: 'object', properties: {} },
  extra: ownExtra({ $type: 'custom' }),
}

/** A choice among some tools is this dialect's choice among all, with the others left out of the list. */
export function adaptChoice(choice: ToolChoice | undefined, names: ToolNames): ToolChoice | undefined {
  if (choice?.mode === 'named') return { mode: 'named', name: names.written(choice.name) }
  if (choice?.mode === 'allowed') return { mode: choice.required ? 'required' : 'auto' }
  return choice
}

export const allowedTools = (tools: readonly Tool[], choice: ToolChoice | undefined): readonly Tool[] =>
  choice?.mode === 'allowed' ? tools.filter((tool) => choice.names.includes(tool.name)) : tools
