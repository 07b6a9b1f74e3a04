import type { ChatRequest } from '../../hub.ts'
import { isObject, isString, stringOf, type JsonObject } from '../../json.ts'
import { wrong } from './check.ts'
import { itemId } from './ids.ts'
import { inputItems } from './write-request.ts'

/**
 * The input of a request as items (`GET /responses/{id}/input_items`). With the call's id, items without an id get one,
 * by which clients page. Items of a body stay as they came: they may hold proofs that only their provider reads.
 */
export function inputItemsOf(request: ChatRequest | JsonObject, callId?: string): JsonObject[] {
  const items = isChatRequest(request) ? inputItems(request) : bodyItems(request['input'])
  const listed = items.map(asListed)
  if (callId === undefined) return listed
  return listed.map((item, index) => (isString(item['id']) ? item : { id: itemId('msg', callId, index), ...item }))
}

const isChatRequest = (request: ChatRequest | JsonObject): request is ChatRequest =>
  'turns' in request && Array.isArray(request.turns) && 'sampling' in request

function bodyItems(input: unknown): JsonObject[] {
  if (input === undefined || input === null) return []
  if (isString(input)) return [{ role: 'user', content: input }]
  if (!Array.isArray(input)) throw wrong('input', 'a string or an array of items')
  return input.map((item: unknown, index) => {
    if (!isObject(item)) throw wrong(`input[${index}]`, 'an object')
    return item
  })
}

/** Short forms (no type, a string for content) as the full form that lists show. */
function asListed(item: JsonObject): JsonObject {
  const { type, role, content } = item
  if (type !== undefined && type !== null && type !== 'message') return item
  if (role === undefined) return item
  const part = role === 'assistant' ? { type: 'output_text', annotations: [] } : { type: 'input_text' }
  return { ...item, type: 'message', content: isString(content) ? [{ ...part, text: content }] : content }
}

/** A stored turn: all items that went in (those of the turns before it too), and those that came out. */
export interface StoredTurn {
  readonly input: readonly JsonObject[]
  readonly output: readonly JsonObject[]
}

/**
 * The request that a provider without a store understands: everything said before, then the new input. Instructions are
 * not carried over, as OpenAI does (openai-node 6.49 `instructions`, read 2026-11-22). References to earlier items become those items.
 */
export function continueFrom(previous: StoredTurn, body: JsonObject): JsonObject {
  const before = [...previous.input, ...previous.output]
  const ids = new Set(before.map((item) => stringOf(item['id'])))
  const { previous_response_id: _continued, input, ...rest } = body
  const fresh = bodyItems(input).filter((item) => !(isReference(item) && ids.has(stringOf(item['id']))))
  return { ...rest, input: [...before, ...fresh] }
}

const isReference = (item: JsonObject): boolean =>
  item['type'] === 'item_reference' || (item['type'] === undefined && item['role'] === undefined)
