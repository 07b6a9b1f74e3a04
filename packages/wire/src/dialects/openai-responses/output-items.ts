import type { Block, CallBlock, Choice, MediaBlock, TextBlock } from '../../hub.ts'
import { arrayOf, type JsonObject } from '../../json.ts'
import { writeAnnotations } from './citations.ts'
import { isCut } from './echo.ts'
import { itemId } from './ids.ts'
import { dialect, ownFields } from './notes.ts'
import { writeReasoning } from './reasoning.ts'
import { callItem, eachItem, isContent, messageItem, messageOf, type ItemSink, type MessageGroup } from './write-items.ts'

type Answer = Pick<Choice, 'blocks' | 'stop' | 'logprobs'>

/** The answer's blocks as output items. Items read in this dialect are as they were; others get what is mandatory. */
export function writeOutput({ blocks, stop, logprobs }: Answer, callId: string): JsonObject[] {
  const items: JsonObject[] = []
  let loose = logprobs?.['content']
  const into: ItemSink = {
    message(group) {
      items.push(outputMessage(group, itemId('msg', callId, items.length), arrayOf(loose)))
      loose = undefined
    },
    item(block) {
      const item = outputItem(block, callId, items.length)
      if (item !== undefined) items.push(item)
    },
  }
  eachItem(blocks, into, isOutputContent)
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
    : { type: 'output_text', text: block.text, annotations: writeAnnotations(block.citations ?? []), logprobs }

function outputItem(block: Block, callId: string, index: number): JsonObject | undefined {
  switch (block.type) {
    case 'call':
      return outputCall(block, itemId('fc', callId, index))
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

/** A signature (Gemini's) goes beside the call: clients send items back as they came, and the provider wants it again. */
export function outputCall(block: CallBlock, id: string): JsonObject {
  const item = callItem(block)
  const signed = block.signature === undefined ? item : { ...item, thought_signature: block.signature }
  return ownFields(block.extra) === undefined ? { id, ...signed, status: 'completed' } : signed
}
