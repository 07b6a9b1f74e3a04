import { withCarriers } from '../../carried-signature.ts'
import type { Echo } from '../../dialect.ts'
import { withoutEmptyText } from '../../empty-text.ts'
import type { Block, CallBlock, ChatRequest, Choice, MediaBlock, TextBlock } from '../../hub.ts'
import { arrayOf, type JsonObject } from '../../json.ts'
import { writeAnnotations } from './citations.ts'
import { clientCallItem, clientTool, type ClientTool } from './client-tools.ts'
import { isCut } from './echo.ts'
import { itemId, type ItemPrefix } from './ids.ts'
import { dialect, ownFields } from './notes.ts'
import { writeReasoning } from './reasoning.ts'
import { callItem, eachItem, isContent, messageItem, messageOf, type ItemSink, type MessageGroup } from './write-items.ts'

type Answer = Pick<Choice, 'blocks' | 'stop' | 'logprobs'>

/** The answer's blocks as output items. Items read in this dialect are as they were; others get what is mandatory. */
export function writeOutput({ blocks, stop, logprobs }: Answer, echo: Echo): JsonObject[] {
  const { callId } = echo
  const items: JsonObject[] = []
  let loose = logprobs?.['content']
  const into: ItemSink = {
    message(group) {
      items.push(outputMessage(group, itemId('msg', callId, items.length), arrayOf(loose)))
      loose = undefined
    },
    item(block) {
      const item = outputItem(block, echo, items.length)
      if (item !== undefined) items.push(item)
    },
  }
  eachItem(withCarriers(withoutEmptyText(blocks)), into, isOutputContent)
  const [last, block] = [items.at(-1), blocks.at(-1)]
  if (last?.['type'] !== 'message' || block === undefined || messageOf(block) !== undefined || !isCut(stop)) return items
  return [...items.slice(0, -1), { ...last, status: 'incomplete' }]
}

/** Generated pictures are items here, not parts of a message. */
const isOutputContent = (block: Block): boolean => isContent(block) && (block.type !== 'media' || messageOf(block) !== undefined)

/** A generated picture; sound and video have no place in this dialect's output. */
export function imageItem(block: MediaBlock, id: string): JsonObject | undefined {
  if (block.media !== 'image' || block.source.kind !== 'data') return undefined
  return { type: 'image_generation_call', id, status: 'completed', result: block.source.base64 }
}

/** `logprobs` are the choice's, for the first message that brought none of its own. */
export function outputMessage(group: MessageGroup, id: string, logprobs: readonly unknown[]): JsonObject {
  if (group.fields !== undefined) return messageItem(group.blocks, 'assistant', group.fields)
  const content: JsonObject[] = []
  for (const block of group.blocks) {
    if (block.type === 'text') content.push(outputPart(block, content.length === 0 ? logprobs : []))
  }
  return { id, type: 'message', status: 'completed', role: 'assistant', content }
}

const outputPart = (block: TextBlock, logprobs: readonly unknown[]): JsonObject =>
  block.refusal
    ? { type: 'refusal', refusal: block.text }
    : { type: 'output_text', text: block.text, annotations: writeAnnotations(block.citations ?? []), ...some(logprobs) }

const some = (logprobs: readonly unknown[]): JsonObject => (logprobs.length === 0 ? {} : { logprobs })

function outputItem(block: Block, { callId, request }: Echo, index: number): JsonObject | undefined {
  switch (block.type) {
    case 'call':
      return outputCall(block, clientToolOf(block, request), (prefix) => itemId(prefix, callId, index))
    case 'reasoning': {
      const item = writeReasoning(block, true)
      return ownFields(block.extra) === undefined && block.id === undefined ? { id: itemId('rs', callId, index), ...item } : item
    }
    case 'native':
      return block.dialect === dialect ? block.data : undefined
    case 'media':
      return imageItem(block, itemId('ig', callId, index))
    case 'text':
    case 'result':
      return undefined
  }
}

/** A call that was made in this dialect has its form already. */
export const clientToolOf = (block: CallBlock, request: ChatRequest): ClientTool | undefined =>
  ownFields(block.extra) === undefined ? clientTool(request, block.name) : undefined

export const callPrefix = (tool: ClientTool | undefined): ItemPrefix =>
  tool?.kind === 'custom' ? 'ctc' : tool?.kind === 'search' ? 'tsc' : 'fc'

export function outputCall(block: CallBlock, tool: ClientTool | undefined, idOf: (prefix: ItemPrefix) => string): JsonObject {
  const item = tool === undefined ? callItem(block) : clientCallItem(tool, block)
  return ownFields(block.extra) === undefined ? { id: idOf(callPrefix(tool)), ...item, status: 'completed' } : item
}
