import type { RequestPath } from '../../dialect.ts'
import { restoreSignatures } from '../../carried-signature.ts'
import type { Block, ChatRequest, OutputFormat, Reasoning, Sampling, Turn } from '../../hub.ts'
import { objectOf, stringOf, type JsonObject } from '../../json.ts'
import { arrayAt, booleanAt, expected, numberAt, objectAt, optional, stringAt, stringsAt, wholeNumberAt } from './check.ts'
import { readContent } from './read-blocks.ts'
import { readToolChoice, readTools } from './read-tools.ts'
import { isClosed } from './schema.ts'
import { defined, extraOf, keptFields, ownExtra, restOf } from './shape.ts'

const known = new Set(
  (
    'model messages system max_tokens stream temperature top_p top_k stop_sequences metadata tools tool_choice thinking ' +
    'output_config output_format service_tier'
  ).split(' '),
)
const turnKnown = new Set(['role', 'content'])

export function readRequest(body: JsonObject, path?: RequestPath): ChatRequest {
  const request = readPrompt(body, path)
  const maxTokens = wholeNumberAt(body.max_tokens, 'max_tokens')
  return { ...request, sampling: { maxTokens, ...request.sampling } }
}

/** Everything but `max_tokens`, which only a request for an answer must have. */
export function readPrompt(body: JsonObject, path?: RequestPath): ChatRequest {
  const fields = keptFields(body, known)
  const stream = optional(booleanAt, body.stream, 'stream')
  if (stream === false) fields.$stream = false
  const names = new Map<string, string>()
  const serviceTier = optional(stringAt, body.service_tier, 'service_tier')
  return {
    model: body.model === undefined && path?.model !== undefined ? path.model : stringAt(body.model, 'model'),
    stream: stream ?? path?.stream ?? false,
    system: readSystem(body.system, fields, names),
    turns: restoreSignatures(readTurns(body.messages, names)),
    tools: readTools(body.tools, fields),
    ...readToolChoice(body.tool_choice, fields),
    ...readOutput(body, fields),
    sampling: readSampling(body),
    ...defined({ user: readUser(body.metadata, fields), serviceTier }),
    extra: ownExtra(fields),
  }
}

function readSystem(value: unknown, fields: JsonObject, names: Map<string, string>): readonly Block[] {
  if (value === undefined || value === null) return []
  const { blocks, notes } = readContent(value, 'system', names)
  fields.$system = notes.$string === true ? 'string' : 'list'
  return blocks
}

function readTurns(value: unknown, names: Map<string, string>): readonly Turn[] {
  const messages = arrayAt(value, 'messages')
  if (messages.length === 0) throw expected('messages', 'at least one message')
  return messages.map((item, index) => readTurn(item, `messages.${index}`, names))
}

function readTurn(value: unknown, path: string, names: Map<string, string>): Turn {
  const message = objectAt(value, path)
  const { role } = message
  if (role !== 'user' && role !== 'assistant' && role !== 'system')
    throw expected(`${path}.role`, "'user', 'assistant' or 'system'")
  const { blocks, notes } = readContent(message.content, `${path}.content`, names)
  return { role, blocks, ...defined({ extra: extraOf({ ...keptFields(message, turnKnown), ...notes }) }) }
}

function readSampling(body: JsonObject): Sampling {
  return defined({
    temperature: optional(numberAt, body.temperature, 'temperature'),
    topP: optional(numberAt, body.top_p, 'top_p'),
    topK: optional(wholeNumberAt, body.top_k, 'top_k'),
    stop: optional(stringsAt, body.stop_sequences, 'stop_sequences'),
  })
}

function readUser(value: unknown, fields: JsonObject): string | undefined {
  const metadata = optional(objectAt, value, 'metadata')
  if (metadata === undefined) return undefined
  const user = optional(stringAt, metadata.user_id, 'metadata.user_id')
  fields.$metadata = restOf(metadata, new Set(['user_id']))
  return user
}

/** Thinking, effort and format: three fields of the wire that share `output_config`. */
function readOutput(body: JsonObject, fields: JsonObject): { reasoning?: Reasoning; format?: OutputFormat } {
  const config = optional(objectAt, body.output_config, 'output_config')
  const effort = optional(stringAt, config?.effort, 'output_config.effort')
  const thinking = readThinking(body.thinking, fields)
  const configFormat = optional(objectAt, config?.format, 'output_config.format')
  const outputFormat = optional(objectAt, body.output_format, 'output_format')
  const inConfig = configFormat === undefined ? undefined : readFormat(configFormat, 'output_config', fields)
  const format = inConfig ?? (outputFormat === undefined ? undefined : readFormat(outputFormat, 'output_format', fields))
  if (config !== undefined) {
    fields.$output_config = restOf(config, new Set(inConfig === undefined ? ['effort'] : ['effort', 'format']))
  }
  if (outputFormat !== undefined && (format === undefined || inConfig !== undefined)) fields.output_format = outputFormat
  const reasoning = thinking === undefined && effort === undefined ? undefined : { ...thinking, ...defined({ effort }) }
  return defined({ reasoning, format })
}

const thinkingKnown = new Set(['type', 'budget_tokens', 'display'])

function readThinking(value: unknown, fields: JsonObject): Reasoning | undefined {
  const thinking = optional(objectAt, value, 'thinking')
  if (thinking === undefined) return undefined
  const kind = stringAt(thinking.type, 'thinking.type')
  if (kind !== 'enabled' && kind !== 'disabled' && kind !== 'adaptive') {
    fields.thinking = thinking
    return undefined
  }
  const rest = restOf(thinking, thinkingKnown)
  if (kind !== 'enabled' && thinking.budget_tokens !== undefined) rest.budget_tokens = thinking.budget_tokens
  if (Object.keys(rest).length > 0) fields.$thinking = rest
  const summary = summaryOf(optional(stringAt, thinking.display, 'thinking.display'))
  if (kind === 'adaptive') return { adaptive: true, ...defined({ summary }) }
  if (kind === 'disabled') return { budget: 0, ...defined({ summary }) }
  const budget = wholeNumberAt(thinking.budget_tokens, 'thinking.budget_tokens')
  if (budget === 0) throw expected('thinking.budget_tokens', 'a whole number above 0')
  return { budget, ...defined({ summary }) }
}

/** The wire says what is shown; the hub's words are OpenAI's. An unknown word passes. */
function summaryOf(display: string | undefined): string | undefined {
  return display === 'summarized' ? 'auto' : display === 'omitted' ? 'none' : display
}

/** Undefined for a format that the hub has no word for. The wire gives no name, and some dialects must have one. */
function readFormat(wire: JsonObject, place: 'output_config' | 'output_format', fields: JsonObject): OutputFormat | undefined {
  const path = place === 'output_config' ? 'output_config.format' : place
  if (stringAt(wire.type, `${path}.type`) !== 'json_schema') return undefined
  const schema = objectAt(wire.schema, `${path}.schema`)
  const { type: _type, schema: _schema, ...rest } = wire
  fields.$format = { place, rest }
  return {
    type: 'schema',
    name: stringOf(rest.name) ?? 'structured_output',
    schema,
    // A schema always binds here; the dialects that can say so take closed ones only.
    ...defined({ description: stringOf(rest.description), strict: isClosed(schema) ? true : undefined }),
  }
}

export const formatNote = (value: unknown): { place: string | undefined; rest: JsonObject } => {
  const format = objectOf(value)
  return { place: stringOf(format?.place), rest: objectOf(format?.rest) ?? {} }
}
