import { gatewayFields, type Ask, type RequestBody } from '@switchyard/core'
import {
  dialects,
  fail,
  isObject,
  isString,
  lossesOf,
  objectOf,
  objectsOf,
  parseJson,
  type Block,
  type ChatRequest,
  type JsonObject,
  type Loss,
} from '@switchyard/wire'

const chat = dialects['openai-chat']
const responses = dialects['openai-responses']
const noTraits = { id: '', supports: new Set<string>(), lacks: new Set<string>() }

/** A request as Chat Completions have it. */
export interface ChatBody {
  readonly body: JsonObject
  /** Tools that take bare text, which a function has to take as its one argument. */
  readonly textTools: ReadonlySet<string>
  readonly losses: readonly Loss[]
}

/** Of a body in the words of Responses. */
export function fromResponses(ask: Ask): ChatBody {
  const asked = portable(ask.chat())
  // A chat's reply has no id that could be continued.
  if (asked.previousId !== undefined) {
    throw fail('bad_request', 'This route continues no responses: send the whole conversation as "input".', {
      param: 'previous_response_id',
    })
  }
  const textTools = textToolsIn(objectsOf(ask.body.json['tools']))
  const { body } = chat.writeRequest(withArguments(asked, textTools), noTraits)
  return { body: { ...body, ...steering(ask.body) }, textTools, losses: lossesOf(asked, chat.writes) }
}

/** Of a chat with tools as Responses have them; undefined where there are none, so that its bytes may pass. */
export function fromChat({ body: { json }, model }: Ask): ChatBody | undefined {
  const all = objectsOf(json['tools'])
  const flat = all.filter(isFlat)
  const choice = objectOf(json['tool_choice'])
  const flatChoice = choice !== undefined && isFlat(choice) ? { tool_choice: choice } : {}
  if (flat.length === 0 && !('tool_choice' in flatChoice)) return undefined
  const nested = all.filter((tool) => !isFlat(tool))
  const { tools: _tools, tool_choice: _choice, ...rest } = json
  const own = chat.readRequest({
    ...rest,
    ...(nested.length === 0 ? {} : { tools: nested }),
    ...('tool_choice' in flatChoice || json['tool_choice'] === undefined ? {} : { tool_choice: json['tool_choice'] }),
  })
  const more = portable(responses.readRequest({ model, input: '', tools: flat, ...flatChoice }))
  const toolChoice = own.toolChoice ?? more.toolChoice
  const asked = { ...own, tools: [...own.tools, ...more.tools], ...(toolChoice === undefined ? {} : { toolChoice }) }
  const textTools = textToolsIn(flat)
  return { body: chat.writeRequest(withArguments(asked, textTools), noTraits).body, textTools, losses: [] }
}

const portable = (request: ChatRequest): ChatRequest => responses.portable?.(request) ?? request

/** `{type, name}` instead of `{type, [type]: {name}}`. */
const isFlat = (tool: JsonObject): boolean =>
  (tool['type'] === 'function' || tool['type'] === 'custom') && isString(tool['name']) && !isObject(tool[tool['type']])

const textToolsIn = (tools: readonly JsonObject[]): ReadonlySet<string> =>
  new Set(tools.filter(({ type }) => type === 'custom').flatMap(({ name }) => (isString(name) ? [name] : [])))

/** Calls of text tools stand in the history as they were told to the client: bare text in the place of arguments. */
function withArguments(request: ChatRequest, textTools: ReadonlySet<string>): ChatRequest {
  const argued = (block: Block): Block =>
    block.type === 'call' && textTools.has(block.name) && !isString(objectOf(parseJson(block.input))?.['input'])
      ? { ...block, input: JSON.stringify({ input: block.input }) }
      : block
  return { ...request, turns: request.turns.map((turn) => ({ ...turn, blocks: turn.blocks.map(argued) })) }
}

/** What is said to the gateway. */
const steering = (body: RequestBody): JsonObject =>
  Object.fromEntries(body.names.filter((name) => gatewayFields.has(name)).map((name) => [name, body.field(name)]))
