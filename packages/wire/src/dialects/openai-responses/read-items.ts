import type { Block, CallBlock, ResultBlock, Turn } from '../../hub.ts'
import { isObject, isString, type JsonObject } from '../../json.ts'
import { missing, optionalString, requiredString, wrong } from './check.ts'
import { readContent } from './content.ts'
import { dialect, ownExtra, ownFields, restFields } from './notes.ts'
import { readReasoning } from './reasoning.ts'

const messageFields = new Set(['type', 'role', 'content'])
const callFields = new Set(['type', 'call_id', 'name', 'arguments'])
const resultFields = new Set(['type', 'call_id', 'output'])

/** A message item: its parts, and what else it said, with notes of how it was written. */
interface Message {
  readonly role: string
  readonly blocks: readonly Block[]
  readonly fields: JsonObject
}

/**
 * The input list as turns. What a model said in one go (reasoning, text, calls) is one assistant turn and consecutive
 * results are one user turn; text keeps its message's fields in `$message`, so that items come out as they went in.
 */
export function readItems(items: readonly unknown[], path: string): Turn[] {
  const turns: Turn[] = []
  let open: { readonly role: 'user' | 'assistant'; readonly blocks: Block[] } | undefined
  const run = (role: 'user' | 'assistant', blocks: readonly Block[]): void => {
    if (open?.role !== role) {
      open = { role, blocks: [] }
      turns.push(open)
    }
    open.blocks.push(...blocks)
  }
  for (const [index, item] of items.entries()) {
    const at = `${path}[${index}]`
    if (!isObject(item)) throw wrong(at, 'an object')
    if (!isMessage(item, at)) {
      const block = readItem(item, at)
      run(sideOf(block), [block])
      continue
    }
    const { role, blocks, fields } = readMessage(item, at)
    if (role === 'assistant' && blocks.length > 0) run('assistant', withMessage(blocks, fields, index))
    else {
      open = undefined
      turns.push({ role: turnRole(role), blocks, ...ownExtra(fields) })
    }
  }
  return turns
}

function isMessage(item: JsonObject, path: string): boolean {
  const type = optionalString(item, 'type', path)
  if (type !== undefined) return type === 'message'
  if (item['role'] !== undefined) return true
  if (isString(item['id'])) return false
  throw missing(`${path}.type`)
}

const turnRole = (role: string): Turn['role'] => (role === 'assistant' || role === 'user' ? role : 'system')

const roles: ReadonlySet<string> = new Set(['user', 'assistant', 'system', 'developer'])

export function readMessage(item: JsonObject, path: string, defaultRole?: string): Message {
  const role = optionalString(item, 'role', path) ?? defaultRole
  if (role === undefined) throw missing(`${path}.role`)
  if (!roles.has(role)) throw wrong(`${path}.role`, 'one of user, assistant, system, developer')
  const content = item['content']
  if (content === undefined) throw missing(`${path}.content`)
  return {
    role,
    blocks: readContent(content, role, `${path}.content`),
    fields: {
      ...restFields(item, messageFields),
      ...(isString(content) ? { $string: true } : {}),
      ...(isString(item['type']) ? {} : { $untyped: true }),
      ...(role === 'developer' ? { $role: role } : {}),
      ...(item['role'] === undefined ? { $noRole: true } : {}),
    },
  }
}

/** Marks the blocks of one message; `$at` tells its blocks from those of the next one. */
export const withMessage = (blocks: readonly Block[], fields: JsonObject, at: number): Block[] => {
  const $message: JsonObject = { ...fields, $at: at }
  return blocks.map((block) => ({ ...block, ...ownExtra({ ...ownFields(block.extra), $message }) }))
}

/** Every item but messages is one block; those that the hub has no word for are native. */
export function readItem(item: JsonObject, path: string): Block {
  switch (item['type']) {
    case 'function_call':
      return readCall(item, path)
    case 'function_call_output':
      return readResult(item, path)
    case 'reasoning':
      return readReasoning(item, path)
    default:
      return { type: 'native', dialect, data: item }
  }
}

function readCall(item: JsonObject, path: string): CallBlock {
  return {
    type: 'call',
    id: requiredString(item, 'call_id', path),
    name: requiredString(item, 'name', path),
    input: requiredString(item, 'arguments', path),
    ...ownExtra(restFields(item, callFields)),
  }
}

function readResult(item: JsonObject, path: string): ResultBlock {
  const output = item['output']
  if (output === undefined) throw missing(`${path}.output`)
  return {
    type: 'result',
    callId: requiredString(item, 'call_id', path),
    content: readContent(output, 'user', `${path}.output`),
    ...ownExtra({ ...restFields(item, resultFields), ...(isString(output) ? { $string: true } : {}) }),
  }
}

/** Outputs of tools and answers to approvals come from the client's side, all else from the model's. */
const sideOf = (block: Block): 'user' | 'assistant' =>
  block.type === 'result' || (block.type === 'native' && /_(output|response)$/.test(String(block.data['type'])))
    ? 'user'
    : 'assistant'
