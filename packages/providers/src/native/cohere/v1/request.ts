import {
  arrayOf,
  compact,
  isObject,
  objectOf,
  parseJson,
  stringOf,
  type Block,
  type ChatRequest,
  type JsonObject,
  type Tool,
  type Turn,
  type Written,
} from '@switchyard/wire'
import { offeredTools } from '../../../offered-tools.ts'
import { writeFormat, writeSettings } from '../settings.ts'

/** The body of `POST /v1/chat` (docs.cohere.com/v1/reference/chat, 2026-11-22): the last turn stands apart from the history. */
export function writeRequest(request: ChatRequest): Written {
  const turns = merged(request.turns.flatMap(historyOf(callsIn(request.turns))))
  const last = turns.at(-1)
  const tools = request.toolChoice?.mode === 'none' ? [] : offeredTools(request)
  const preamble = textOf(request.system)
  const body = compact({
    model: request.model,
    ...(last === undefined ? { message: '' } : lastTurn(last)),
    chat_history: turns.length > 1 ? turns.slice(0, -1) : undefined,
    ...writeSettings(request),
    preamble: preamble === '' ? undefined : preamble,
    response_format: writeFormat(request.format, 'schema'),
    tools: tools.length === 0 ? undefined : tools.map(writeTool),
  })
  return { body, undo: {} }
}

/** The results of one round of calls stand together, though clients give each a message of its own. */
function merged(turns: readonly JsonObject[]): readonly JsonObject[] {
  const out: JsonObject[] = []
  for (const turn of turns) {
    const before = out.at(-1)
    if (turn['role'] !== 'TOOL' || before?.['role'] !== 'TOOL') out.push(turn)
    else out[out.length - 1] = { ...before, tool_results: [...arrayOf(before['tool_results']), ...arrayOf(turn['tool_results'])] }
  }
  return out
}

/** Results of tools are answered without a message; anything else is what the user says. */
const lastTurn = ({ tool_results: results, message }: JsonObject): JsonObject =>
  results === undefined ? { message } : { message: '', tool_results: results }

type Calls = ReadonlyMap<string, JsonObject>

function callsIn(turns: readonly Turn[]): Calls {
  const calls = new Map<string, JsonObject>()
  for (const { blocks } of turns) for (const block of blocks) if (block.type === 'call') calls.set(block.id, writeCall(block))
  return calls
}

/** A turn as v1's history has it; results stand in turns of their own. */
const historyOf =
  (calls: Calls) =>
  ({ role, blocks }: Turn): JsonObject[] => {
    const message = textOf(blocks)
    if (role === 'system') return [{ role: 'SYSTEM', message }]
    if (role === 'assistant') {
      const made = blocks.flatMap((block) => (block.type === 'call' ? [writeCall(block)] : []))
      return [{ role: 'CHATBOT', message, ...(made.length === 0 ? {} : { tool_calls: made }) }]
    }
    const results = blocks.flatMap((block) => (block.type === 'result' ? [resultOf(block, calls)] : []))
    const tool = results.length === 0 ? [] : [{ role: 'TOOL', tool_results: results }]
    return message === '' && tool.length > 0 ? tool : [...tool, { role: 'USER', message }]
  }

const writeCall = ({ name, input }: Extract<Block, { type: 'call' }>): JsonObject => ({
  name,
  parameters: objectOf(parseJson(input)) ?? {},
})

function resultOf({ callId, name, content }: Extract<Block, { type: 'result' }>, calls: Calls): JsonObject {
  const text = textOf(content)
  const json = parseJson(text)
  return {
    call: calls.get(callId) ?? { name: name ?? callId, parameters: {} },
    outputs: [isObject(json) ? json : { result: text }],
  }
}

const textOf = (blocks: readonly Block[]): string =>
  blocks
    .map((block) => (block.type === 'text' ? block.text : ''))
    .filter((text) => text !== '')
    .join('\n')

/** v1 knows the top level of a schema only; what is below becomes words of the description. */
function writeTool({ name, description, schema }: Tool): JsonObject {
  const required = new Set(Array.isArray(schema?.['required']) ? schema['required'] : [])
  const definitions = Object.entries(objectOf(schema?.['properties']) ?? {}).map(([key, value]) => {
    const property = objectOf(value) ?? {}
    const type = stringOf(property['type']) ?? 'string'
    return [key, { description: stringOf(property['description']) ?? '', type, required: required.has(key) }] as const
  })
  return { name, description: description ?? '', parameter_definitions: Object.fromEntries(definitions) }
}
