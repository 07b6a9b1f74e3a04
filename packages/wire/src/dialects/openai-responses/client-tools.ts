import type { Block, CallBlock, ChatRequest, NativeBlock, Tool, ToolChoice, Turn } from '../../hub.ts'
import { isString, objectOf, objectsOf, parseJson, stringOf, type JsonObject } from '../../json.ts'
import { readContent } from './content.ts'
import { dialect, ownFields } from './notes.ts'

/*
 * Tools that the client runs and that only this dialect has a form for (Codex 0.169 sends all three, 2026-11-22): `custom`
 * (free text instead of arguments), `namespace` (functions under a common name) and `tool_search` with `execution: client`,
 * whose answer brings more tools. Other dialects get a function for each, and their calls come back in the form that was meant.
 */

/** How a call is said to the client that gave the tool. */
export interface ClientTool {
  readonly kind: 'function' | 'custom' | 'search'
  /** Its name in other dialects, and here. */
  readonly name: string
  readonly ownName: string
  readonly namespace?: string
  readonly tool: JsonObject
}

const search = 'tool_search'

const joined = (namespace: string | undefined, name: string): string =>
  namespace === undefined ? name : `${namespace}${namespace.endsWith('_') ? '' : '__'}${name}`

/** The tools of one entry of `tools`: none for those that the provider hosts. */
function declaredIn(tool: JsonObject, namespace?: string): readonly ClientTool[] {
  const ownName = stringOf(tool['name']) ?? ''
  const named = { name: joined(namespace, ownName), ownName, tool, ...(namespace === undefined ? {} : { namespace }) }
  switch (tool['type']) {
    case 'custom':
      return [{ kind: 'custom', ...named }]
    case 'function':
      return [{ kind: 'function', ...named }]
    case 'namespace':
      return objectsOf(tool['tools']).flatMap((inner) => declaredIn(inner, ownName))
    case search:
      return tool['execution'] === 'client' ? [{ kind: 'search', name: search, ownName: search, tool }] : []
    default:
      return []
  }
}

const declared = (tool: Tool): readonly ClientTool[] => {
  const fields = tool.hosted === true ? ownFields(tool.extra) : undefined
  return fields === undefined ? [] : declaredIn({ ...fields, type: tool.name })
}

const foundBySearch = (turns: readonly Turn[]): readonly JsonObject[] =>
  turns.flatMap(({ blocks }) =>
    blocks.flatMap((block) =>
      block.type === 'native' && block.data['type'] === 'tool_search_output' ? objectsOf(block.data['tools']) : [],
    ),
  )

/** The tool behind a name that a model of another dialect called; undefined for a plain function. */
export function clientTool({ tools, turns }: ChatRequest, name: string): ClientTool | undefined {
  const given = tools.flatMap(declared).find((tool) => tool.name === name)
  return (
    given ??
    foundBySearch(turns)
      .flatMap((tool) => declaredIn(tool))
      .find((tool) => tool.name === name)
  )
}

/** The request in words that every dialect has. */
export function portable(request: ChatRequest): ChatRequest {
  const tools = request.tools.flatMap((tool) => {
    const own = declared(tool)
    return own.length === 0 ? [tool] : own.map(functionFor)
  })
  const names = new Set(tools.map((tool) => tool.name))
  const found = foundBySearch(request.turns).flatMap((tool) => declaredIn(tool).map(functionFor))
  const toolChoice = request.toolChoice ?? choiceOf(ownFields(request.extra)?.['tool_choice'])
  return {
    ...request,
    tools: [...tools, ...found.filter(({ name }) => !names.has(name) && names.add(name))],
    turns: request.turns.map((turn) => ({ ...turn, blocks: turn.blocks.map(portableBlock) })),
    ...(toolChoice === undefined ? {} : { toolChoice }),
  }
}

function choiceOf(value: unknown): ToolChoice | undefined {
  const choice = objectOf(value)
  const name = stringOf(choice?.['name'])
  return choice?.['type'] === 'custom' && name !== undefined ? { mode: 'named', name } : undefined
}

function functionFor({ kind, name, tool }: ClientTool): Tool {
  const description = stringOf(tool['description'])
  if (kind === 'custom') return { name, description: customDescription(description, tool), schema: textSchema }
  const schema = objectOf(tool['parameters'])
  return { name, ...(description === undefined ? {} : { description }), ...(schema === undefined ? {} : { schema }) }
}

const textSchema: JsonObject = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole text for the tool.' } },
  required: ['input'],
  additionalProperties: false,
}

/** Only this dialect's models are held to the grammar; the others are told. */
function customDescription(description: string | undefined, tool: JsonObject): string {
  const format = objectOf(tool['format'])
  const grammar = stringOf(format?.['definition'])
  const rule = grammar === undefined ? '' : `It must follow this ${stringOf(format?.['syntax']) ?? ''} grammar:\n${grammar}`
  return [description ?? '', 'The text goes unchanged into the argument `input`.', rule]
    .filter((part) => part !== '')
    .join('\n\n')
}

function portableBlock(block: Block): Block {
  if (block.type === 'native' && block.dialect === dialect) return portableItem(block)
  const namespace = block.type === 'call' ? stringOf(ownFields(block.extra)?.['namespace']) : undefined
  return block.type !== 'call' || namespace === undefined ? block : { ...block, name: joined(namespace, block.name) }
}

function portableItem(block: NativeBlock): Block {
  const { data } = block
  const id = stringOf(data['call_id'])
  if (id === undefined) return block
  switch (data['type']) {
    case 'custom_tool_call': {
      const name = joined(stringOf(data['namespace']), stringOf(data['name']) ?? '')
      return { type: 'call', id, name, input: JSON.stringify({ input: data['input'] }) }
    }
    case 'tool_search_call':
      return { type: 'call', id, name: search, input: JSON.stringify(data['arguments'] ?? {}) }
    case 'custom_tool_call_output':
      return { type: 'result', callId: id, content: readContent(data['output'], 'user', 'input.output') }
    case 'tool_search_output': {
      const names = objectsOf(data['tools']).flatMap((tool) => declaredIn(tool).map(({ name }) => name))
      return { type: 'result', callId: id, content: [{ type: 'text', text: JSON.stringify({ tools: names }) }] }
    }
    default:
      return block
  }
}

/** The text of a custom tool; what is not the object that was asked for is the model's own text. */
function customInput(input: string): string {
  const text = objectOf(parseJson(input))?.['input']
  return isString(text) ? text : input
}

/** The finished call as an item of the client's kind. */
export function clientCallItem({ kind, ownName: name, namespace }: ClientTool, block: CallBlock): JsonObject {
  const call = { call_id: block.id, ...(namespace === undefined ? {} : { namespace }) }
  switch (kind) {
    case 'custom':
      return { type: 'custom_tool_call', ...call, name, input: customInput(block.input) }
    case 'search':
      return { type: 'tool_search_call', ...call, execution: 'client', arguments: objectOf(parseJson(block.input)) ?? {} }
    case 'function':
      return { type: 'function_call', ...call, name, arguments: block.input === '' ? '{}' : block.input }
  }
}
