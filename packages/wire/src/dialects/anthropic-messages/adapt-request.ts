import type { ModelTraits, Undo } from '../../dialect.ts'
import type { ChatRequest, OutputFormat, Reasoning, Sampling, Tool, ToolChoice } from '../../hub.ts'
import { arrayOf, isObject, numberOf, objectOf, stringOf, type JsonObject } from '../../json.ts'
import { absentTool, adaptChoice, adaptTool, allowedTools, mcpServers, objectSchema, webSearchTool } from './adapt-tools.ts'
import { adaptBlocks, adaptTurns } from './adapt-turns.ts'
import { cleanSchema } from './schema.ts'
import { defined, ownExtra } from './shape.ts'
import { planThinking } from './thinking.ts'
import { ToolNames, type ToolNameRule } from './tool-names.ts'

/**
 * Puts a request of another dialect into this one's terms (native-wire facts §1, 2026-11-22). `rule`: for names of tools, where
 * another API stands before the models.
 */
export function adaptRequest(
  client: ChatRequest,
  traits: ModelTraits,
  rule?: ToolNameRule,
): { request: ChatRequest; undo: Undo } {
  const names = new ToolNames(toolNamesOf(client), rule)
  const turns = adaptTurns(client.turns, names, traits)
  const asked: ChatRequest = { ...client, turns, ...defined({ reasoning: client.reasoning ?? passedThinking(client) }) }
  const plan = planThinking(asked, traits)
  const tooling = adaptTooling(asked, names, plan.reasoning, traits)
  const request: ChatRequest = {
    model: client.model,
    stream: client.stream,
    system: adaptBlocks(client.system, names, 'system'),
    turns,
    tools: tooling.tools,
    sampling: adaptSampling(client.sampling, plan.maxTokens, plan.reasoning, traits),
    ...defined({
      toolChoice: tooling.choice,
      parallelTools: tooling.tools.length > 0 ? client.parallelTools : undefined,
      format: tooling.format,
      reasoning: plan.reasoning,
      user: userOf(client),
      serviceTier: tierOf(client.serviceTier),
    }),
    extra: ownExtra(passedFields(client)),
  }
  return { request, undo: defined({ toolNames: names.undo.size > 0 ? names.undo : undefined, jsonTool: tooling.jsonTool }) }
}

function* toolNamesOf({ tools, turns }: ChatRequest): Generator<string> {
  for (const tool of tools) if (!tool.hosted) yield tool.name
  for (const turn of turns) for (const block of turn.blocks) if (block.type === 'call') yield block.name
}

interface Tooling {
  readonly tools: readonly Tool[]
  readonly choice?: ToolChoice
  readonly format?: OutputFormat
  readonly jsonTool?: string
}

function adaptTooling(client: ChatRequest, names: ToolNames, reasoning: Reasoning | undefined, traits: ModelTraits): Tooling {
  const tools = allowedTools(client.tools, client.toolChoice).flatMap((tool) => adaptTool(tool, names) ?? [])
  const search = objectOf(clientFields(client).web_search_options)
  if (search !== undefined) tools.push(webSearchTool(search))
  const choice = tools.length > 0 ? adaptChoice(client.toolChoice, names) : undefined
  const { format } = client
  if (format?.type === 'schema') {
    const clean = traits.supports.has('native_structured_output') ? cleanSchema(format.schema) : undefined
    if (clean !== undefined) return { ...listed(client, tools, choice), format: { ...format, schema: clean } }
    return jsonTooling(format.schema, { tools, ...defined({ choice }) }, names, mayForce(reasoning, traits))
  }
  return listed(client, tools, choice)
}

function listed({ turns }: ChatRequest, tools: readonly Tool[], choice: ToolChoice | undefined): Tooling {
  const usesTools = turns.some((turn) => turn.blocks.some((block) => block.type === 'call' || block.type === 'result'))
  if (tools.length > 0 || !usesTools) return { tools, ...defined({ choice }) }
  return { tools: [absentTool], choice: { mode: 'none' } }
}

const mayForce = (reasoning: Reasoning | undefined, traits: ModelTraits): boolean =>
  reasoning?.adaptive !== true && (reasoning?.budget ?? 0) === 0 && !traits.lacks.has('forced_tool_use')

/**
 * A schema through a tool whose arguments are the answer. Beside the client's own tools the model must only call some
 * tool: forcing this one, as LiteLLM does, would make the others useless.
 */
function jsonTooling(schema: JsonObject, own: Tooling, names: ToolNames, force: boolean): Tooling {
  const name = names.written('json_tool_call')
  const tools: Tool[] = [{ name, schema: objectSchema(schema) }, ...own.tools]
  const others = own.tools.length > 0 && own.choice?.mode !== 'none'
  if (!force) return { tools, jsonTool: name }
  if (!others) return { tools, jsonTool: name, choice: { mode: 'named', name } }
  return { tools, jsonTool: name, choice: own.choice?.mode === 'named' ? own.choice : { mode: 'required' } }
}

/** Thinking leaves no say in sampling: the API refuses temperature, top_k and a low top_p beside it. */
function adaptSampling(sampling: Sampling, maxTokens: number, reasoning: Reasoning | undefined, traits: ModelTraits): Sampling {
  const stop = sampling.stop?.filter((word) => word.trim() !== '')
  const rest = { maxTokens, ...defined({ stop: stop !== undefined && stop.length > 0 ? stop : undefined }) }
  if (traits.lacks.has('sampling_params')) return rest
  const { temperature, topP, topK } = sampling
  const thinks = reasoning?.adaptive === true || (reasoning?.budget ?? 0) > 0
  if (thinks) return { ...rest, ...defined({ topP: topP !== undefined && topP >= 0.95 ? topP : undefined }) }
  return { ...rest, ...defined({ ...warmth(temperature, topP, traits), topK }) }
}

/**
 * Since Claude 4.1 models refuse temperature beside top_p (github.com/open-webui/pipelines pull 546, read 2026-11-22), and
 * Gemini CLI 0.61.0 sends both. A temperature of 1 says nothing. These are the older ones.
 */
const takesBoth = /claude-(?:instant|[23]|(?:opus|sonnet)-4(?:-0|[-@]20\d{6}|$))/

function warmth(given: number | undefined, topP: number | undefined, { id }: ModelTraits): Sampling {
  const temperature = given === undefined ? undefined : Math.min(1, given)
  if (temperature === undefined || topP === undefined || takesBoth.test(id)) return defined({ temperature, topP })
  return given === 1 ? { topP } : { temperature }
}

/** The API wants an opaque id here: an address or a phone number of a person is not sent on. */
const personal = /^\S+@\S+\.\S+$|^\+?[\d\s().-]{7,20}$/

function userOf({ user, metadata }: ChatRequest): string | undefined {
  const id = user ?? stringOf(metadata?.user_id)
  return id === undefined || personal.test(id.trim()) ? undefined : id
}

function tierOf(tier: string | undefined): string | undefined {
  return tier === 'auto' || tier === 'standard_only' ? tier : tier === 'default' ? 'standard_only' : undefined
}

/**
 * Parameters of this dialect that chat clients of LiteLLM send beside OpenAI's. They are named one by one: anything else
 * in another dialect's extra stays out.
 */
const passed = ['mcp_servers', 'context_management', 'container', 'speed', 'inference_geo'] as const

const clientFields = ({ extra }: ChatRequest): JsonObject => (extra?.dialect === 'openai-chat' ? extra.fields : {})

function passedFields(client: ChatRequest): JsonObject {
  const fields = clientFields(client)
  const out: JsonObject = {}
  for (const key of passed) if (fields[key] !== undefined && fields[key] !== null) out[key] = fields[key]
  const edits = compactionEdits(client.extra?.fields.context_management)
  if (edits !== undefined) out.context_management = { edits }
  const servers = [...arrayOf(out.mcp_servers), ...mcpServers(client.tools)]
  if (servers.length > 0) out.mcp_servers = servers
  return out
}

/** OpenAI's list of `{type:'compaction', compact_threshold}`; undefined for this dialect's own object. */
function compactionEdits(value: unknown): readonly JsonObject[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.filter(isObject).flatMap(({ type, compact_threshold }) => {
    if (type !== 'compaction') return []
    const threshold = numberOf(compact_threshold)
    const trigger = threshold === undefined ? {} : { trigger: { type: 'input_tokens', value: threshold } }
    return [{ type: 'compact_20260112', ...trigger }]
  })
}

function passedThinking(client: ChatRequest): Reasoning | undefined {
  const thinking = objectOf(clientFields(client).thinking)
  const budget = numberOf(thinking?.budget_tokens)
  switch (thinking?.type) {
    case 'adaptive':
      return { adaptive: true }
    case 'disabled':
      return { budget: 0 }
    case 'enabled':
      return budget === undefined || budget <= 0 ? undefined : { budget }
    default:
      return undefined
  }
}
