import type { Echo, Undo } from '../../dialect.ts'
import { fail } from '../../errors.ts'
import type { Block, ChatReply, ChatRequest, Choice } from '../../hub.ts'
import { isObject, isString, objectOf, stringOf, type JsonObject } from '../../json.ts'
import { withThoughts, type Usage } from '../../usage.ts'
import { readAssistant } from './assistant-read.ts'
import { writeAssistant, type AssistantStyle } from './assistant-write.ts'
import { embeddedError } from './errors.ts'
import { extraOf, fieldsOf, given, isNumber, ownFields, take, wireFields } from './notes.ts'
import { isParts } from './parts.ts'
import { readStop, writeStop } from './stop.ts'
import { isLegacyTool } from './tools.ts'
import { readUsage, writeUsage } from './usage.ts'

export function readReply(body: JsonObject, undo: Undo = {}): ChatReply {
  if (!isParts(body.choices)) {
    if (isObject(body.error) || isString(body.error)) throw embeddedError(body)
    throw fail('bad_reply', "The provider's reply has no list of choices.", { upstreamBody: body })
  }
  const usage = readUsage(body)
  const { choices: _choices, ...rest } = body
  const notes: JsonObject = {}
  if (rest.object === 'chat.completion') delete rest.object
  else notes.$object = rest.object ?? null
  if (usage !== undefined && isObject(rest.usage)) notes.$usage = take(rest, 'usage', isObject)
  const id = take(rest, 'id', isString)
  const model = take(rest, 'model', isString)
  const created = take(rest, 'created', isNumber)
  return {
    id: id ?? '',
    model: model ?? '',
    created: created ?? 0,
    choices: body.choices.map((choice, i) => readChoice(choice, i, undo)),
    ...given('usage', usage),
    extra: extraOf(rest, notes),
  }
}

function readChoice(choice: JsonObject, place: number, undo: Undo): Choice {
  const { message, ...rest } = choice
  const read = readAssistant(objectOf(message) ?? {}, () => `call_${crypto.randomUUID()}`)
  const blocks = read.blocks.map((block) => undone(block, undo))
  const index = take(rest, 'index', isNumber)
  const rawStop = take(rest, 'finish_reason', isString)
  const logprobs = take(rest, 'logprobs', isObject)
  const calls = blocks.some(isCall)
  const stop = readStop(rawStop, calls)
  const answered = read.blocks.some((block) => block.type === 'call' && block.name === undo.jsonTool)
  return {
    index: index ?? place,
    blocks,
    stop: answered && !calls && stop === 'tool' ? 'stop' : stop,
    ...given('rawStop', rawStop),
    ...given('logprobs', logprobs),
    extra: extraOf(rest, { $message: fieldsOf(read.rest, read.notes) }),
  }
}

const isCall = (block: Block): boolean =>
  block.type === 'call' || (block.type === 'native' && ownFields(block.extra)?.$call === true)

/** Gives a call its client's name again; the call that stood for a JSON schema is the answer's text. */
function undone(block: Block, undo: Undo): Block {
  if (block.type !== 'call') return block
  if (block.name === undo.jsonTool) return { type: 'text', text: block.input }
  const name = undo.toolNames?.get(block.name)
  return name === undefined ? block : { ...block, name }
}

export function writeReply(reply: ChatReply, echo: Echo): JsonObject {
  const own = ownFields(reply.extra)
  const object = own?.$object === undefined ? 'chat.completion' : own.$object
  const rest = wireFields(own)
  return {
    id: reply.id || `chatcmpl-${echo.callId}`,
    ...(object === null ? {} : { object }),
    created: reply.created || echo.now,
    model: echo.model,
    choices: reply.choices.map((choice) => writeChoice(choice, echo)),
    ...writtenUsage(own === undefined ? shownUsage(reply) : reply.usage, own, rest),
    ...(own === undefined ? given('service_tier', reply.usage?.serviceTier) : {}),
    ...rest,
  }
}

function shownUsage({ usage, choices }: ChatReply): Usage | undefined {
  if (usage === undefined) return undefined
  const thoughts = choices.flatMap(({ blocks }) => blocks.map((block) => (block.type === 'reasoning' ? block.text.length : 0)))
  return withThoughts(
    usage,
    thoughts.reduce((sum, length) => sum + length, 0),
  )
}

/** The provider's own usage object as long as it says what the hub says: it may hold figures that the hub has no name for. */
export function writtenUsage(usage: Usage | undefined, own: JsonObject | undefined, rest: JsonObject): JsonObject {
  if (usage === undefined) return {}
  const wire = own?.$usage
  const tier = stringOf(rest.service_tier)
  if (isObject(wire)) {
    const again = readUsage({ usage: wire, ...given('service_tier', tier) })
    if (JSON.stringify(again) === JSON.stringify(usage)) return { usage: wire }
  }
  return isObject(rest.x_groq) && !isObject(wire) && own !== undefined ? {} : { usage: writeUsage(usage) }
}

function writeChoice(choice: Choice, echo: Echo): JsonObject {
  const own = ownFields(choice.extra)
  const message = own?.$message
  const style = replyStyle(echo)
  const written = writeAssistant(choice.blocks, objectOf(message), style)
  return {
    index: choice.index,
    message: own === undefined ? { ...written, refusal: written.refusal ?? null } : written,
    ...(own === undefined ? { logprobs: choice.logprobs ?? null } : given('logprobs', choice.logprobs)),
    ...wireFields(own),
    ...finish(choice, own, style),
  }
}

function finish(choice: Choice, own: JsonObject | undefined, style: AssistantStyle): JsonObject {
  if (own !== undefined && choice.rawStop === undefined && 'finish_reason' in own) return {}
  return { finish_reason: writeStop(choice.stop, own === undefined ? undefined : choice.rawStop, style.legacyCalls === true) }
}

/** A reply may hold all that LiteLLM's clients know. */
export const replyStyle = (echo: Echo): AssistantStyle => ({
  reasoning: true,
  signatures: true,
  annotations: true,
  cache: false,
  legacyCalls: isLegacyClient(echo.request),
  emptyContent: null,
  numbersCalls: true,
  audioId: `audio_${echo.callId}`,
  now: echo.now,
})

/** A client that declared `functions` looks for `function_call`. */
export const isLegacyClient = (request: ChatRequest): boolean => request.tools.some(isLegacyTool)
