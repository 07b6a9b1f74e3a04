import type { ModelTraits, Written } from '../../dialect.ts'
import type { Block, ChatRequest, Reasoning, ResultBlock, TextBlock, Turn } from '../../hub.ts'
import { isObject, isString, type JsonObject } from '../../json.ts'
import { writeAssistant, type AssistantStyle } from './assistant-write.ts'
import { writeCache } from './cache-mark.ts'
import { given, ownFields, wireFields } from './notes.ts'
import { isPlainText, writePart } from './parts.ts'
import { effortOf, readFormat, readReasoning, writeFormat, writeSampling } from './settings.ts'
import { isLegacyTool, readFunctionCall, readToolChoice, renamedTools, writeTool, writeToolChoice } from './tools.ts'

/**
 * Extensions that a compatible provider may refuse are written for blocks of another dialect only where the model's
 * traits name them: `reasoning_content`, `thinking_blocks`, `cache_control`. What came in our dialect goes out as it came.
 */
export function writeRequest(request: ChatRequest, traits: ModelTraits): Written {
  const own = ownFields(request.extra)
  const names = own === undefined ? renamedTools(request.tools) : undefined
  const style: AssistantStyle = {
    reasoning: traits.supports.has('reasoning_content'),
    signatures: traits.supports.has('thinking_blocks'),
    annotations: false,
    cache: traits.supports.has('cache_control'),
    ...given('names', names),
    emptyContent: '',
    audioId: '',
    now: 0,
  }
  const body: JsonObject = {
    model: request.model,
    messages: [...writeSystem(request.system, style), ...request.turns.flatMap((turn) => writeTurn(turn, style))],
    ...nullFields(own),
    ...wireFields(own),
    ...writeStream(request, own),
    ...writeSampling(request.sampling, own),
    ...writeTools(request, own, style),
    ...writeOptions(request, own, traits),
  }
  return { body, undo: names === undefined ? {} : { toolNames: new Map([...names].map(([from, written]) => [written, from])) } }
}

function nullFields(own: JsonObject | undefined): JsonObject {
  const out: JsonObject = {}
  if (Array.isArray(own?.$null)) for (const name of own.$null) if (isString(name)) out[name] = null
  return out
}

/** Other dialects always send usage with a stream, so for them it is asked for. */
function writeStream(request: ChatRequest, own: JsonObject | undefined): JsonObject {
  const { stream, includeUsage } = request
  const options: JsonObject = isObject(own?.$stream_options) ? { ...own.$stream_options } : {}
  const wanted = includeUsage ?? (own === undefined && stream ? true : undefined)
  if (wanted !== undefined) options.include_usage = wanted
  return {
    ...(stream || own?.$stream === false ? { stream } : {}),
    ...(wanted !== undefined || isObject(own?.$stream_options) ? { stream_options: options } : {}),
  }
}

function writeTools(request: ChatRequest, own: JsonObject | undefined, style: AssistantStyle): JsonObject {
  const nameOf = (name: string): string => style.names?.get(name) ?? name
  const tools: JsonObject[] = []
  const functions: JsonObject[] = []
  for (const tool of request.tools) {
    const written = writeTool(tool, nameOf(tool.name), style.cache)
    if (written !== undefined) (isLegacyTool(tool) ? functions : tools).push(written)
  }
  const callable = tools.length > 0 || own !== undefined
  return {
    ...(tools.length > 0 || own?.$tools === 'empty' ? { tools } : {}),
    ...(functions.length > 0 ? { functions } : {}),
    ...(callable ? writeChoice(request, own, nameOf) : {}),
  }
}

/** Without tools OpenAI refuses both fields. */
function writeChoice(request: ChatRequest, own: JsonObject | undefined, nameOf: (name: string) => string): JsonObject {
  const { toolChoice, parallelTools } = request
  const parallel = given('parallel_tool_calls', parallelTools)
  if (toolChoice === undefined) return parallel
  if (own?.$function_call !== undefined && same(readFunctionCall(own.$function_call), toolChoice)) {
    return { ...parallel, function_call: own.$function_call }
  }
  const noted = own?.$tool_choice
  return { ...parallel, tool_choice: same(readToolChoice(noted), toolChoice) ? noted : writeToolChoice(toolChoice, nameOf) }
}

function writeOptions(request: ChatRequest, own: JsonObject | undefined, traits: ModelTraits): JsonObject {
  const { format, reasoning, user, metadata, serviceTier, store } = request
  const noted = own?.$response_format
  return {
    ...(format === undefined ? {} : { response_format: same(readFormat(noted), format) ? noted : writeFormat(format) }),
    ...(reasoning === undefined ? {} : writeReasoning(reasoning, own, traits)),
    // OpenAI refuses more than 64 characters; Claude Code 2.1.330 sends 180 as `metadata.user_id`, the person first (2026-11-22).
    ...given('user', own === undefined ? user?.slice(0, 64) : user),
    ...given('metadata', metadata),
    ...given('service_tier', serviceTier),
    // Chat stores nothing unless told to, and many compatible providers refuse the word, which Codex always sends.
    ...given('store', own === undefined && store === false ? undefined : store),
  }
}

function writeReasoning(reasoning: Reasoning, own: JsonObject | undefined, traits: ModelTraits): JsonObject {
  const noted = own?.$reasoning
  if (isObject(noted) && same(readReasoning(noted), reasoning)) return noted
  return given('reasoning_effort', traits.lacks.has('reasoning') ? undefined : effortOf(reasoning, traits))
}

/** A note still holds when it reads as what the hub says now. */
const same = (noted: unknown, now: unknown): boolean => noted !== undefined && JSON.stringify(noted) === JSON.stringify(now)

/** Leading system blocks become one message, or again the messages that they came from. */
function writeSystem(system: readonly Block[], style: AssistantStyle): readonly JsonObject[] {
  const messages: JsonObject[] = []
  for (let i = 0; i < system.length;) {
    const note = ownFields(system[i]?.extra)?.$message
    let end = i + 1
    while (end < system.length && ownFields(system[end]?.extra)?.$message === undefined) end++
    const own = isObject(note) ? note : undefined
    messages.push(writeSpoken('system', system.slice(i, end), own, style))
    i = end
  }
  return messages
}

function writeTurn(turn: Turn, style: AssistantStyle): readonly JsonObject[] {
  const own = ownFields(turn.extra)
  const name = given('name', turn.name)
  if (turn.role === 'assistant') {
    const message = writeAssistant(turn.blocks, own, style)
    return [{ ...message, ...name, ...messageCache(turn.blocks, own) }]
  }
  if (turn.role === 'system') return [{ ...writeSpoken('system', turn.blocks, own, style), ...name }]
  const results = turn.blocks.filter((block) => block.type === 'result')
  const moved = results.flatMap((result) => (ownFields(result.extra) === undefined ? mediaOf(result) : []))
  const said = [...moved, ...turn.blocks.filter((block) => block.type !== 'result')]
  const messages = results.map((result) => writeResult(result, style))
  return results.length > 0 && said.length === 0 ? messages : [...messages, { ...writeSpoken('user', said, own, style), ...name }]
}

const mediaOf = (result: ResultBlock): readonly Block[] => result.content.filter((block) => block.type === 'media')

/** The mark of a whole message stands at its last block. */
const messageCache = (blocks: readonly Block[], own: JsonObject | undefined): JsonObject =>
  isObject(own?.$cache_control) && blocks.at(-1)?.cache !== undefined ? { cache_control: own.$cache_control } : {}

/** A system, developer or user message. */
function writeSpoken(role: string, blocks: readonly Block[], own: JsonObject | undefined, style: AssistantStyle): JsonObject {
  const content = own?.$content === 'none' && isEmpty(blocks) ? [] : writeContent(blocks, own, style, role === 'system')
  return { role: isString(own?.$role) ? own.$role : role, content, ...wireFields(own), ...messageCache(blocks, own) }
}

const isEmpty = (blocks: readonly Block[]): boolean => blocks.every((block) => block.type === 'text' && block.text === '')

/** One plain text is a string, except where a list stood; several blocks are parts. */
function writeContent(blocks: readonly Block[], own: JsonObject | undefined, style: AssistantStyle, listed = false): unknown {
  const only = blocks[0]
  const asString = own === undefined ? !listed || blocks.every(isBareText) : own.$content === 'string'
  if (only === undefined) return asString ? '' : []
  const marked = isObject(own?.$cache_control) ? false : style.cache && only.cache !== undefined
  if (asString && blocks.length === 1 && isPlainText(only) && !marked) return only.text
  return blocks.map((block) => writePart(block, style.cache)).filter((part) => part !== undefined)
}

const isBareText = (block: Block): boolean => isPlainText(block) && block.cache === undefined

/** OpenAI takes text only as a tool's answer: media of other dialects stand in the user message that follows. */
function writeResult(result: ResultBlock, style: AssistantStyle): JsonObject {
  const own = ownFields(result.extra)
  const legacy = own?.$legacy === true
  const written = own?.$content
  const message = {
    role: legacy ? 'function' : 'tool',
    ...(legacy ? {} : { tool_call_id: result.callId }),
    ...(own?.$name === true ? given('name', result.name) : {}),
    ...(own?.$is_error === true ? given('is_error', result.isError) : {}),
    ...wireFields(own),
    ...writeCache(result, style.cache),
  }
  if (own === undefined) return { ...message, content: textOf(result) }
  if (result.content.length === 0 && written !== 'parts' && written !== 'string') {
    return written === 'null' ? { ...message, content: null } : message
  }
  return { ...message, content: writeContent(result.content, own, style) }
}

function textOf(result: ResultBlock): string {
  const texts = result.content.filter((block): block is TextBlock => block.type === 'text').map((block) => block.text)
  return texts.length === 0 && mediaOf(result).length > 0 ? 'The result is in the next message.' : texts.join('\n')
}
