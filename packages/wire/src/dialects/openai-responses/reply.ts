import type { Echo, Undo } from '../../dialect.ts'
import { fail, isGatewayError } from '../../errors.ts'
import type { Block, ChatReply, Choice, StopReason } from '../../hub.ts'
import { arrayOf, isObject, isString, numberOf, objectOf, stringOf, type JsonObject } from '../../json.ts'
import { responseHead, statusFields } from './echo.ts'
import { readInBandError } from './errors.ts'
import { dialect, ownExtra, ownFields, restFields, wireObject } from './notes.ts'
import { writeOutput } from './output-items.ts'
import { readItem, readMessage, withMessage } from './read-items.ts'
import { withThoughts, type Usage } from '../../usage.ts'
import { readUsage, sameUsage, writeUsage } from './usage.ts'

const known = new Set(['id', 'model', 'created_at', 'output', 'usage', 'status', 'incomplete_details'])

export function readReply(body: JsonObject, undo?: Undo): ChatReply {
  if (body['status'] === 'failed') throw readInBandError(objectOf(body['error']) ?? {})
  if (!Array.isArray(body['output'])) {
    throw isObject(body['error']) ? readInBandError(body) : fail('bad_reply', 'The provider sent a response without output.')
  }
  const blocks = body['output'].flatMap((item, index) => readOutputItem(item, index, undo))
  const usage = readUsage(body)
  const logprobs = logprobsOf(blocks)
  const stopped = readStop(
    body,
    blocks.some((block) => block.type === 'call'),
  )
  return {
    ...readHead(body),
    choices: [{ index: 0, blocks, ...stopped, ...(logprobs === undefined ? {} : { logprobs }) }],
    ...(usage === undefined ? {} : { usage }),
  }
}

/** The response without its output, which is what a stream begins with. */
export function readHead(
  body: JsonObject,
): Pick<ChatReply, 'id' | 'model' | 'created'> & { readonly extra: NonNullable<ChatReply['extra']> } {
  const created = numberOf(body['created_at'])
  return {
    id: stringOf(body['id']) ?? '',
    model: stringOf(body['model']) ?? '',
    created: created ?? 0,
    ...ownExtra({
      ...restFields(body, known),
      $usage: body['usage'],
      ...(created === undefined ? { $noCreated: true } : {}),
    }),
  }
}

/** Read as strictly as a request's item; what cannot be understood travels whole, for this dialect's clients. */
export function readOutputItem(given: unknown, index: number, undo: Undo | undefined): Block[] {
  if (!isObject(given)) return []
  const item = repaired(given, index)
  const path = `output[${index}]`
  try {
    if (item['type'] !== 'message') return [renamed(readItem(item, path), undo)]
    const { blocks, fields } = readMessage(item, path, 'assistant')
    if (blocks.length > 0) return withMessage(blocks, fields, index)
  } catch (error) {
    if (!isGatewayError(error)) throw error
  }
  return [{ type: 'native', dialect, data: item }]
}

/** Compatible servers send arguments as an object, or a call without a `call_id`; a lost call would stop an agent. */
function repaired(item: JsonObject, index: number): JsonObject {
  if (item['type'] !== 'function_call') return item
  const { arguments: given, call_id: callId, id } = item
  if (isString(given) && isString(callId)) return item
  const input = isString(given) ? given : given === undefined || given === null ? '{}' : JSON.stringify(given)
  return { ...item, arguments: input, call_id: stringOf(callId) ?? stringOf(id) ?? `call_${index}` }
}

export function renamed(block: Block, undo: Undo | undefined): Block {
  if (block.type !== 'call') return block
  const name = undo?.toolNames?.get(block.name)
  return name === undefined ? block : { ...block, name }
}

/** The choice's logprobs in the form of chat completions, for the dialects that have one object for all. */
function logprobsOf(blocks: readonly Block[]): JsonObject | undefined {
  const all: unknown[] = []
  for (const block of blocks) {
    if (block.type === 'text') for (const entry of arrayOf(ownFields(block.extra)?.['logprobs'])) all.push(entry)
  }
  return all.length === 0 ? undefined : { content: all }
}

/** Status and reason as they came are kept: they are written again while the stop they meant still holds. */
export function readStop(
  body: JsonObject,
  called: boolean,
): Pick<Choice, 'stop'> & { readonly rawStop?: string; readonly extra: NonNullable<Choice['extra']> } {
  const status = stringOf(body['status'])
  const reason = stringOf(objectOf(body['incomplete_details'])?.['reason'])
  const stop = stopOf(status, reason, called)
  const rawStop = reason ?? status
  const kept: JsonObject = { $stop: stop }
  for (const field of ['status', 'incomplete_details']) if (body[field] !== undefined) kept[field] = body[field]
  return { stop, ...(rawStop === undefined ? {} : { rawStop }), ...ownExtra(kept) }
}

function stopOf(status: string | undefined, reason: string | undefined, called: boolean): StopReason {
  if (status === 'incomplete') return reason === 'content_filter' ? 'filter' : 'length'
  if (status === 'queued' || status === 'in_progress') return 'pause'
  return called ? 'tool' : 'stop'
}

export function writeReply(reply: ChatReply, echo: Echo): JsonObject {
  const [choice] = reply.choices
  // A stream says its response twice: the later one is whole.
  const last = objectOf(ownFields(choice?.extra)?.['$response'])
  const output = choice === undefined ? [] : writeOutput(choice, echo)
  const usage = usageField(reply.usage, last?.['$usage'] ?? ownFields(reply.extra)?.['$usage'], output)
  const head = responseHead(reply, echo)
  const { id, model } = head
  return {
    ...head,
    ...(last === undefined ? {} : wireObject(last, { id, model })),
    ...(choice === undefined ? statusFields('stop') : stopFields(choice)),
    output,
    ...(usage === undefined ? {} : { usage }),
  }
}

/** The provider's own usage object where it still says what the hub says, for it may hold more detail. */
export function usageField(usage: Usage | undefined, raw: unknown, output: readonly JsonObject[]): unknown {
  if (usage === undefined) return raw
  const before = isObject(raw) ? readUsage({ usage: raw }) : undefined
  const { serviceTier: _tier, ...now } = { ...usage, webSearches: 0 }
  return before !== undefined && sameUsage(before, now) ? raw : writeUsage(withThoughts(usage, shownThoughts(output)))
}

/** Characters of the thoughts that the client sees. */
function shownThoughts(output: readonly JsonObject[]): number {
  let characters = 0
  for (const { type, summary, content } of output) {
    if (type !== 'reasoning') continue
    for (const part of [...arrayOf(summary), ...arrayOf(content)]) characters += stringOf(objectOf(part)?.['text'])?.length ?? 0
  }
  return characters
}

export function stopFields(choice: Pick<Choice, 'stop' | 'extra'>): JsonObject {
  const own = ownFields(choice.extra)
  if (own === undefined || own['$stop'] !== choice.stop) return statusFields(choice.stop)
  const out: JsonObject = {}
  for (const field of ['status', 'incomplete_details']) if (own[field] !== undefined) out[field] = own[field]
  return out
}
