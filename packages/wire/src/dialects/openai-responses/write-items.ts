import type { Block, CallBlock, ReasoningBlock, ResultBlock, Turn } from '../../hub.ts'
import { isString, numberOf, objectOf, type JsonObject } from '../../json.ts'
import { isPart, plainText, writeParts } from './content.ts'
import { dialect, ownFields, wireObject } from './notes.ts'
import { writeReasoning } from './reasoning.ts'

/** Blocks that stand together in one message item, and the message's own fields where it was read in this dialect. */
export interface MessageGroup {
  readonly blocks: Block[]
  readonly fields: JsonObject | undefined
}

/** Where a sequence of blocks becomes items: content goes into messages, every other block is an item. */
export interface ItemSink {
  message(group: MessageGroup): void
  item(block: Block): void
}

export function eachItem(blocks: readonly Block[], into: ItemSink, inMessage: (block: Block) => boolean = isContent): void {
  let group: MessageGroup | undefined
  for (const block of blocks) {
    if (!inMessage(block)) {
      if (group !== undefined) into.message(group)
      group = undefined
      into.item(block)
      continue
    }
    const fields = messageOf(block)
    if (group !== undefined && !joins(fields, group.fields)) {
      into.message(group)
      group = undefined
    }
    if (group === undefined) group = { blocks: [block], fields }
    else group.blocks.push(block)
  }
  if (group !== undefined) into.message(group)
}

export const isContent = (block: Block): boolean =>
  block.type === 'text' || block.type === 'media' || (block.type === 'native' && isPart(block))

/** The fields of the message that a block was read from. */
export const messageOf = (block: Block): JsonObject | undefined => objectOf(ownFields(block.extra)?.['$message'])

/** A block without a message of its own (a guardrail put it there, or another dialect) joins the one before. */
export const joins = (next: JsonObject | undefined, open: JsonObject | undefined): boolean =>
  next === undefined || numberOf(next['$at']) === numberOf(open?.['$at'])

export function writeItems(turns: readonly Turn[]): JsonObject[] {
  const items: JsonObject[] = []
  for (const turn of turns) writeTurn(turn, items)
  return items
}

function writeTurn(turn: Turn, items: JsonObject[]): void {
  const own = ownFields(turn.extra)
  if (turn.blocks.length === 0) {
    if (own !== undefined) items.push(messageItem([], turn.role, own))
    return
  }
  eachItem(joinReasoning(turn.blocks), {
    message(group) {
      const fields = group.fields ?? own
      const item = messageItem(group.blocks, turn.role, fields)
      // Nothing of it could be written (a video, say), so there is no message.
      if (fields !== undefined || !isEmpty(item)) items.push(item)
    },
    item(block) {
      const item = writeItem(block)
      if (item !== undefined) items.push(item)
    },
  })
}

/** Another dialect writes text and its sealed part as two blocks; here they were, and are, one item. */
function joinReasoning(blocks: readonly Block[]): readonly Block[] {
  const out: Block[] = []
  for (const block of blocks) {
    const last = out.at(-1)
    const isSeal = block.type === 'reasoning' && block.text === '' && ownFields(block.extra) === undefined
    if (isSeal && block.sealed !== undefined && last?.type === 'reasoning' && isOpen(last)) {
      out[out.length - 1] = { ...last, sealed: block.sealed }
    } else out.push(block)
  }
  return out
}

/** Text that no proof belongs to yet. */
const isOpen = ({ sealed, signature, extra }: ReasoningBlock): boolean =>
  sealed === undefined && (signature ?? '') === '' && ownFields(extra) === undefined

const isEmpty = (item: JsonObject): boolean => Array.isArray(item['content']) && item['content'].length === 0

export function messageItem(blocks: readonly Block[], role: Turn['role'], fields: JsonObject | undefined): JsonObject {
  const text = fields?.['$string'] === true ? plainText(blocks) : undefined
  const noted = fields?.['$role']
  return wireObject(fields, {
    type: fields?.['$untyped'] === true ? undefined : 'message',
    role: fields?.['$noRole'] === true ? undefined : isString(noted) ? noted : role,
    content: text ?? writeParts(blocks, role),
  })
}

/** An item of a request. Reasoning that is neither readable nor sealed says nothing and is left out. */
function writeItem(block: Block): JsonObject | undefined {
  switch (block.type) {
    case 'call':
      return callItem(block)
    case 'result':
      return resultItem(block)
    case 'reasoning':
      return ownFields(block.extra) === undefined && block.text === '' && block.sealed === undefined
        ? undefined
        : writeReasoning(block, false)
    case 'native':
      return block.dialect === dialect ? block.data : undefined
    case 'text':
    case 'media':
      return undefined
  }
}

export const callItem = (block: CallBlock): JsonObject =>
  wireObject(ownFields(block.extra), {
    type: 'function_call',
    call_id: block.id,
    name: block.name,
    arguments: block.input === '' && ownFields(block.extra) === undefined ? '{}' : block.input,
  })

function resultItem(block: ResultBlock): JsonObject {
  const fields = ownFields(block.extra)
  const text = fields === undefined || fields['$string'] === true ? plainText(block.content) : undefined
  const output = text ?? (block.content.length === 0 && fields === undefined ? '' : writeParts(block.content, 'user'))
  return wireObject(fields, { type: 'function_call_output', call_id: block.callId, output })
}
