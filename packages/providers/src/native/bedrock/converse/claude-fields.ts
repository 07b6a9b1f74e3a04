import {
  betasFor,
  anthropicMessagesProtocol,
  isString,
  objectOf,
  objectsOf,
  type ChatRequest,
  type JsonObject,
  type ModelTraits,
} from '@switchyard/wire'
import { unknownFields, type Special } from './passed-fields.ts'

/** Fields of Anthropic's body that Converse has places of its own for. */
const placed: ReadonlySet<string> = new Set(
  (
    'model messages system max_tokens temperature top_p stop_sequences stream metadata service_tier tools tool_choice ' +
    'output_format mcp_servers container'
  ).split(' '),
)

/** Anthropic's servers run the others, and Bedrock has none of them (native-wire facts §3.3 and recorded cases, 2026-11-22). */
const hostedHere = /^(?:bash|text_editor|computer|memory|tool_search_tool)_/

/** What Claude takes beside Converse's own fields, as its own API writes it: thinking, hosted tools, top_k, context edits. */
export function claudeFields(request: ChatRequest, client: ChatRequest, traits: ModelTraits): Special {
  const { body } = anthropicMessagesProtocol.writeRequest({ ...request, system: [], turns: [] }, traits)
  const additional: JsonObject = { ...unknownFields(client), ...ownUnknown(client) }
  for (const [name, value] of Object.entries(body)) if (!placed.has(name)) additional[name] = value
  const hosted = objectsOf(body['tools']).filter(({ type }) => isString(type) && hostedHere.test(type))
  if (hosted.length > 0) additional['tools'] = hosted
  const choice = parallelChoice(request, traits)
  if (choice !== undefined) additional['tool_choice'] = choice
  const betas = betasFor(additional)
  if (betas.length > 0) additional['anthropic_beta'] = betas
  const thinks = objectOf(body['thinking'])
  const active = thinks !== undefined && thinks['type'] !== 'disabled'
  return {
    additional,
    // Tokens of thinking are told on request only.
    ...(active ? { responsePaths: ['/usage/output_tokens_details'] } : {}),
    budgeted: thinks?.['type'] === 'enabled',
  }
}

/** What an Anthropic client wrote that the hub has no word for. */
function ownUnknown({ extra }: ChatRequest): JsonObject {
  const out: JsonObject = {}
  if (extra?.dialect !== 'anthropic-messages') return out
  for (const [name, value] of Object.entries(extra.fields)) if (!name.startsWith('$') && !placed.has(name)) out[name] = value
  return out
}

/** Converse has no word for calls one at a time; Claude's own choice stands beside it, without a type where that is chosen there. */
function parallelChoice({ parallelTools, toolChoice, tools }: ChatRequest, traits: ModelTraits): JsonObject | undefined {
  if (parallelTools !== false || tools.length === 0 || !traits.supports.has('parallel_tool_use_config')) return undefined
  return { ...(toolChoice === undefined ? { type: 'auto' } : {}), disable_parallel_tool_use: true }
}
