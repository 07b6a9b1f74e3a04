import type { Block, CallBlock, MediaBlock, ReasoningBlock, ResultBlock, TextBlock } from '../../hub.ts'
import { isObject, objectOf, parseJson, type JsonObject } from '../../json.ts'
import { writeCitations } from './citations.ts'
import { defined, dialectId, note, wireFields } from './shape.ts'

/** Prints blocks as they are; what must be changed for this dialect was changed before (adapt-turns.ts). */
export const writeBlocks = (blocks: readonly Block[]): JsonObject[] => blocks.flatMap(writeBlock)

function writeBlock(block: Block): JsonObject[] {
  switch (block.type) {
    case 'text':
      return [writeText(block)]
    case 'reasoning':
      return writeReasoning(block)
    case 'media':
      return [writeMedia(block)]
    case 'call':
      return [writeCall(block)]
    case 'result':
      return [writeResult(block)]
    case 'native':
      return block.dialect === dialectId ? [block.data] : []
  }
}

/** The content as a plain string where it was read as one and still can be; as a list otherwise. */
export function writeContent(blocks: readonly Block[], asString: boolean): string | JsonObject[] {
  const only = blocks.length === 1 ? blocks[0] : undefined
  return asString && only !== undefined && isPlainText(only) ? only.text : writeBlocks(blocks)
}

export const isPlainText = (block: Block): block is TextBlock =>
  block.type === 'text' &&
  block.cache === undefined &&
  block.citations === undefined &&
  Object.keys(wireFields(block.extra)).length === 0

function marksOf(block: Block): JsonObject {
  return { ...(block.cache === undefined ? {} : { cache_control: writeCache(block.cache) }), ...wireFields(block.extra) }
}

export const writeCache = (cache: { readonly ttl?: string }): JsonObject => ({ type: 'ephemeral', ...cache })

function writeText(block: TextBlock): JsonObject {
  const reference = objectOf(note(block.extra, '$block'))
  if (reference !== undefined) return reference
  return { type: 'text', text: block.text, ...defined({ citations: writeCitations(block) }), ...marksOf(block) }
}

/** Text and a sealed part in one block (the Responses dialect) are two blocks here. */
function writeReasoning(block: ReasoningBlock): JsonObject[] {
  const { text, signature, sealed } = block
  const out: JsonObject[] = []
  if (sealed === undefined || text !== '')
    out.push({ type: 'thinking', thinking: text, ...defined({ signature }), ...marksOf(block) })
  if (sealed !== undefined) out.push({ type: 'redacted_thinking', data: sealed, ...(out.length > 0 ? {} : marksOf(block)) })
  return out
}

function writeMedia(block: MediaBlock): JsonObject {
  const rest = objectOf(note(block.extra, '$source'))
  const title = block.media === 'document' ? block.name : undefined
  return {
    type: block.media === 'image' ? 'image' : 'document',
    source: { ...writeSource(block), ...rest },
    ...defined({ title }),
    ...marksOf(block),
  }
}

function writeSource({ source, mimeType, media }: MediaBlock): JsonObject {
  switch (source.kind) {
    case 'data':
      return {
        type: 'base64',
        media_type: mimeType ?? (media === 'image' ? 'image/png' : 'application/pdf'),
        data: source.base64,
      }
    case 'url':
      return { type: 'url', url: source.url }
    case 'file':
      return { type: 'file', file_id: source.id }
    case 'text':
      return { type: 'text', media_type: mimeType ?? 'text/plain', data: source.text }
  }
}

function writeCall(block: CallBlock): JsonObject {
  return { type: 'tool_use', id: block.id, name: block.name, input: inputOf(block.input), ...marksOf(block) }
}

/** The wire wants an object. Arguments that are none (a model's slip in the history) are wrapped, so the talk can go on. */
export function inputOf(text: string): JsonObject {
  if (text.trim() === '') return {}
  const input = parseJson(text)
  return isObject(input) ? input : { arguments: input === undefined ? text : input }
}

function writeResult(block: ResultBlock): JsonObject {
  const { callId, content, isError, extra } = block
  const hasContent = content.length > 0 || note(extra, '$content') === true
  return {
    type: 'tool_result',
    tool_use_id: callId,
    ...(hasContent ? { content: writeContent(content, note(extra, '$string') === true) } : {}),
    ...defined({ is_error: isError }),
    ...marksOf(block),
  }
}
