import type { RequestPath } from '../../dialect.ts'
import { fail } from '../../errors.ts'
import type { Block, ChatRequest, Tool, ToolChoice, Turn } from '../../hub.ts'
import { arrayOf, isObject, isString, objectsOf, stringOf, type JsonObject } from '../../json.ts'
import { readAssistant } from './assistant-read.ts'
import { takeCache } from './cache-mark.ts'
import { problemError } from './check.ts'
import { extraOf, fieldsOf, given, isBoolean, isObjects, take } from './notes.ts'
import { isParts, readPart } from './parts.ts'
import { requestShape } from './request-shape.ts'
import { readFormat, readReasoning, reasoningFields, takeSampling, writeFormat } from './settings.ts'
import { readFunction, readFunctionCall, readTool, readToolChoice, writeToolChoice } from './tools.ts'

export function readRequest(body: JsonObject, path: RequestPath = {}): ChatRequest {
  const problem = requestShape(body)
  if (problem !== undefined) throw problemError(problem)
  const model = stringOf(body.model) ?? path.model
  if (model === undefined) throw fail('bad_request', "'model' must be a string: the model to call.", { param: 'model' })
  const { model: _model, messages, ...rest } = body
  const notes: JsonObject = {}
  takeNulls(rest, notes)
  const conversation = readMessages(objectsOf(messages))
  const settings = takeSettings(rest, notes)
  const sampling = takeSampling(rest, notes)
  return {
    model,
    ...conversation,
    ...settings,
    sampling,
    stream: settings.stream || path.stream === true,
    extra: extraOf(rest, notes),
  }
}

/** OpenAI's clients send `null` for what they leave out; that is no unknown field. */
function takeNulls(rest: JsonObject, notes: JsonObject): void {
  const nulls = Object.keys(rest).filter((key) => rest[key] === null && !key.startsWith('$'))
  for (const key of nulls) delete rest[key]
  if (nulls.length > 0) notes.$null = nulls
}

type Settings = Omit<ChatRequest, 'model' | 'system' | 'turns' | 'sampling' | 'extra'>

function takeSettings(rest: JsonObject, notes: JsonObject): Settings {
  const stream = take(rest, 'stream', isBoolean)
  if (stream === false) notes.$stream = false
  const options = take(rest, 'stream_options', isObject)
  if (options !== undefined) notes.$stream_options = options
  const tools = takeTools(rest, notes)
  const toolChoice = takeChoice(rest, notes)
  const format = readFormat(rest.response_format)
  if (format !== undefined) noteUnlessPlain(rest, notes, 'response_format', writeFormat(format))
  return {
    stream: stream === true,
    ...given('includeUsage', isBoolean(options?.include_usage) ? options.include_usage : undefined),
    tools,
    ...given('toolChoice', toolChoice),
    ...given('parallelTools', take(rest, 'parallel_tool_calls', isBoolean)),
    ...given('format', format),
    ...given('reasoning', takeReasoning(rest, notes)),
    ...given('user', take(rest, 'user', isString)),
    ...given('metadata', take(rest, 'metadata', isObject)),
    ...given('serviceTier', take(rest, 'service_tier', isString)),
    ...given('store', take(rest, 'store', isBoolean)),
  }
}

function takeTools(rest: JsonObject, notes: JsonObject): readonly Tool[] {
  const tools = take(rest, 'tools', isParts)
  const functions = take(rest, 'functions', isObjects)
  if (tools?.length === 0) notes.$tools = 'empty'
  return [...(tools ?? []).map(readTool), ...(functions ?? []).map(readFunction)]
}

function takeChoice(rest: JsonObject, notes: JsonObject): ToolChoice | undefined {
  const choice = readToolChoice(rest.tool_choice)
  if (choice !== undefined) {
    noteUnlessPlain(
      rest,
      notes,
      'tool_choice',
      writeToolChoice(choice, (name) => name),
    )
    return choice
  }
  const legacy = rest.tool_choice === undefined ? readFunctionCall(rest.function_call) : undefined
  if (legacy !== undefined) {
    notes.$function_call = rest.function_call
    delete rest.function_call
  }
  return legacy
}

function takeReasoning(rest: JsonObject, notes: JsonObject): ChatRequest['reasoning'] {
  const reasoning = readReasoning(rest)
  if (reasoning === undefined) return undefined
  const written: JsonObject = {}
  for (const field of reasoningFields) {
    if (rest[field] === undefined) continue
    written[field] = rest[field]
    delete rest[field]
  }
  notes.$reasoning = written
  return reasoning
}

/** Takes a field; when the plain way to write what it says differs from how it stood there, that is noted. */
function noteUnlessPlain(rest: JsonObject, notes: JsonObject, field: string, plain: unknown): void {
  if (!sameShape(rest[field], plain)) notes[`$${field}`] = rest[field]
  delete rest[field]
}

/** The writer reuses the values it was given, so a difference is a field more, a `null`, or another word. */
function sameShape(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameShape(item, b[i]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => sameShape(a[key], b[key]))
}

function readMessages(messages: readonly JsonObject[]): { readonly system: readonly Block[]; readonly turns: readonly Turn[] } {
  const system: Block[] = []
  const turns: Turn[] = []
  let legacyId = ''
  for (const [i, message] of messages.entries()) {
    const role = message.role
    if (role === 'system' || role === 'developer') {
      if (turns.length === 0) system.push(...leadingSystem(message, role))
      else turns.push(spokenTurn(message, 'system', role === 'developer' ? { $role: role } : {}))
    } else if (role === 'assistant') {
      turns.push(assistantTurn(message, () => (legacyId = `call_legacy_${i}`)))
    } else if (role === 'tool' || role === 'function') {
      turns.push(resultTurn(message, role === 'tool' ? stringOf(message.tool_call_id) : legacyId))
    } else {
      turns.push(spokenTurn(message, 'user', {}))
    }
  }
  return { system, turns }
}

interface Spoken {
  readonly blocks: readonly Block[]
  readonly rest: JsonObject
  readonly notes: JsonObject
}

/** The content of a message of text and media. A mark of the whole message marks its last block. */
function readSpoken(message: JsonObject): Spoken {
  const { role: _role, content, ...rest } = message
  const notes: JsonObject = { $content: isString(content) ? 'string' : 'parts' }
  const blocks = isString(content) ? [{ type: 'text', text: content } as const] : objectsOf(content).map(readPart)
  const last = blocks.at(-1)
  if (last === undefined || last.cache !== undefined || last.type === 'native') return { blocks, rest, notes }
  return { blocks: [...blocks.slice(0, -1), { ...last, ...takeCache(rest, notes) }], rest, notes }
}

/**
 * Leading system messages lose their turns in the hub: the first block of each notes what the message was, and the
 * blocks up to the next note belong to it.
 */
function leadingSystem(message: JsonObject, role: string): readonly Block[] {
  const { blocks, rest, notes } = readSpoken(message)
  const first: Block = blocks[0] ?? { type: 'text', text: '' }
  const $message = fieldsOf(rest, { ...notes, $role: role, ...(blocks.length === 0 ? { $content: 'none' } : {}) })
  return [{ ...first, extra: extraOf({}, { ...first.extra?.fields, $message }) }, ...blocks.slice(1)]
}

function spokenTurn(message: JsonObject, role: 'user' | 'system', more: JsonObject): Turn {
  const { blocks, rest, notes } = readSpoken(message)
  const name = take(rest, 'name', isString)
  return { role, blocks, ...given('name', name), extra: extraOf(rest, { ...notes, ...more }) }
}

function assistantTurn(message: JsonObject, idOfLegacy: () => string): Turn {
  const { blocks, rest, notes } = readAssistant(message, idOfLegacy)
  const name = take(rest, 'name', isString)
  const last = blocks.at(-1)
  const marked = last === undefined || last.cache !== undefined || last.type === 'native' ? {} : takeCache(rest, notes)
  const turn = { role: 'assistant', ...given('name', name), extra: extraOf(rest, notes) } as const
  return {
    ...turn,
    blocks: last === undefined || !('cache' in marked) ? blocks : [...blocks.slice(0, -1), { ...last, ...marked }],
  }
}

/** A tool's answer keeps the fields of its message: turns may be merged on the way. */
function resultTurn(message: JsonObject, callId = ''): Turn {
  const { role, content, ...rest } = message
  const notes: JsonObject = {
    $content: isString(content) ? 'string' : content === null ? 'null' : isParts(content) ? 'parts' : 'absent',
  }
  if (role === 'function') notes.$legacy = true
  else delete rest.tool_call_id
  const blocks = isString(content)
    ? content === ''
      ? []
      : [{ type: 'text', text: content } as const]
    : arrayOf(content).filter(isObject).map(readPart)
  const name = take(rest, 'name', isString)
  const isError = take(rest, 'is_error', isBoolean)
  if (isError !== undefined) notes.$is_error = true
  const cache = takeCache(rest, notes)
  const result: Block = {
    type: 'result',
    callId,
    ...given('name', name),
    content: blocks,
    ...given('isError', isError),
    ...cache,
    extra: extraOf(rest, { ...notes, ...(name === undefined ? {} : { $name: true }) }),
  }
  return { role: 'user', blocks: [result], extra: extraOf({}) }
}
