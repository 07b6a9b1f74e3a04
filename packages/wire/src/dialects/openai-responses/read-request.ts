import { restoreSignatures } from '../../carried-signature.ts'
import type { Block, ChatRequest, Sampling, Turn } from '../../hub.ts'
import { isString, objectOf, type JsonObject } from '../../json.ts'
import {
  defined,
  missing,
  optionalBoolean,
  optionalNumber,
  optionalObject,
  optionalObjects,
  optionalString,
  requiredString,
  wrong,
} from './check.ts'
import { ownExtra, ownFields, restFields } from './notes.ts'
import { readItems, withMessage } from './read-items.ts'
import { readReasoningSetting, readText, readTool, readToolChoice } from './read-settings.ts'

const known = new Set([
  'model',
  'stream',
  'instructions',
  'input',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'reasoning',
  'max_output_tokens',
  'temperature',
  'top_p',
  'top_logprobs',
  'user',
  'metadata',
  'service_tier',
  'store',
  'previous_response_id',
])

/** Fields that only this dialect has: they travel, but a wrong type is told here and not by the provider. */
const keptStrings = ['truncation', 'safety_identifier', 'prompt_cache_key', 'prompt_cache_retention']
const keptObjects = ['prompt', 'stream_options']

export function readRequest(body: JsonObject): ChatRequest {
  checkKept(body)
  const model = requiredString(body, 'model', '')
  const stream = optionalBoolean(body, 'stream', '')
  const choice = readToolChoice(body)
  const text = readText(body)
  const reasoning = readReasoningSetting(body)
  const input = readInput(body)
  return {
    model,
    stream: stream ?? false,
    system: input.system,
    turns: input.turns,
    tools: (optionalObjects(body, 'tools', '') ?? []).map((tool, index) => readTool(tool, `tools[${index}]`)),
    sampling: readSampling(body),
    ...defined<ChatRequest>({
      toolChoice: choice.value,
      parallelTools: optionalBoolean(body, 'parallel_tool_calls', ''),
      format: text.value,
      reasoning: reasoning.value,
      user: optionalString(body, 'user', ''),
      metadata: optionalObject(body, 'metadata', ''),
      serviceTier: optionalString(body, 'service_tier', ''),
      store: optionalBoolean(body, 'store', ''),
      previousId: optionalString(body, 'previous_response_id', ''),
    }),
    ...ownExtra({
      ...restFields(body, known),
      ...choice.kept,
      ...text.kept,
      ...reasoning.kept,
      ...input.kept,
      ...(stream === false ? { $stream: true } : {}),
      ...(Array.isArray(body['tools']) && body['tools'].length === 0 ? { $tools: true } : {}),
    }),
  }
}

function checkKept(body: JsonObject): void {
  for (const field of keptStrings) optionalString(body, field, '')
  for (const field of keptObjects) optionalObject(body, field, '')
  optionalBoolean(body, 'background', '')
  optionalNumber(body, 'max_tool_calls', '')
  const include = body['include']
  if (include !== undefined && include !== null && !(Array.isArray(include) && include.every(isString))) {
    throw wrong('include', 'an array of strings')
  }
}

function readSampling(body: JsonObject): Sampling {
  const include = body['include']
  const logprobs = Array.isArray(include) && include.includes('message.output_text.logprobs') ? true : undefined
  return defined<Sampling>({
    maxTokens: optionalNumber(body, 'max_output_tokens', ''),
    temperature: optionalNumber(body, 'temperature', ''),
    topP: optionalNumber(body, 'top_p', ''),
    topLogprobs: optionalNumber(body, 'top_logprobs', ''),
    logprobs,
  })
}

interface Input {
  readonly system: readonly Block[]
  readonly turns: readonly Turn[]
  readonly kept: JsonObject
}

function readInput(body: JsonObject): Input {
  const instructions = optionalString(body, 'instructions', '')
  const system: Block[] = instructions === undefined ? [] : [{ type: 'text', text: instructions }]
  const input = body['input']
  if (isString(input))
    return { system, turns: [{ role: 'user', blocks: [{ type: 'text', text: input }] }], kept: { $string: true } }
  if (input === undefined || input === null) {
    if (!hasOtherSource(body)) throw missing('input')
    return { system, turns: [], kept: { $noInput: true } }
  }
  if (!Array.isArray(input)) throw wrong('input', 'a string or an array of items')
  const turns = restoreSignatures(readItems(input, 'input'))
  let leading = 0
  for (const turn of turns) {
    if (turn.role !== 'system' || turn.blocks.length === 0) break
    system.push(...withMessage(turn.blocks, ownFields(turn.extra) ?? {}, leading))
    leading++
  }
  return { system, turns: turns.slice(leading), kept: {} }
}

/** Without input the model needs something else to answer to. */
const hasOtherSource = (body: JsonObject): boolean =>
  objectOf(body['prompt']) !== undefined ||
  isString(body['previous_response_id']) ||
  isString(body['conversation']) ||
  objectOf(body['conversation']) !== undefined
