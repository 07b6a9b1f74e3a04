import type { Block, CallBlock, MediaBlock, ReasoningBlock, ResultBlock, TextBlock } from '../../hub.ts'
import { isObject, objectOf, parseJson, stringOf, type JsonObject } from '../../json.ts'
import { mimeTypeOfData, mimeTypeOfName } from './media-types.ts'
import { ownFields, spelled, type Spelling, wireFields } from './spelling.ts'

/** What a part's writer must know of the body it writes into. */
export interface PartStyle {
  /** The blocks come from another dialect: what Google needs and they do not say is guessed. */
  readonly foreign: boolean
  readonly spelling: Spelling
  /** Ids of calls are written. Blocks that were read without one stay without. */
  readonly callIds: boolean
  /** Media of a tool's answer goes into the answer; otherwise beside it. Also: each part may have a resolution. */
  readonly richParts: boolean
  readonly toolName: (name: string) => string
  /** The name of the tool that a result answers, where the result does not say. */
  readonly nameOfCall: (callId: string) => string | undefined
}

/** Block → its parts: none for what Gemini cannot hold, several for an answer with media beside it. */
export function writeParts(block: Block, style: PartStyle): JsonObject[] {
  const own = ownFields(block.extra)
  switch (block.type) {
    case 'text':
      return writeText(block, own, style)
    case 'reasoning':
      return writeReasoning(block, own, style)
    case 'media':
      return [writeMedia(block, own, style)]
    case 'call':
      return [writeCall(block, own, style)]
    case 'result':
      return writeResult(block, own, style)
    case 'native':
      return block.dialect === 'gemini' ? [block.data] : []
  }
}

function writeText(block: TextBlock, own: JsonObject | undefined, style: PartStyle): JsonObject[] {
  return [{ ...wireFields(own), ...spelled(style.spelling, { text: block.text, thoughtSignature: block.signature }) }]
}

/** Reasoning that only its provider can read has no text and no place here. */
function writeReasoning(block: ReasoningBlock, own: JsonObject | undefined, style: PartStyle): JsonObject[] {
  if (block.sealed !== undefined && block.text === '' && block.signature === undefined) return []
  const signature = spelled(style.spelling, { thoughtSignature: block.signature })
  return [{ ...wireFields(own), text: block.text, thought: true, ...signature }]
}

const resolutions: Readonly<Record<string, string>> = { low: 'MEDIA_RESOLUTION_LOW', high: 'MEDIA_RESOLUTION_HIGH' }

/** OpenAI's `detail` as Google's word; undefined for `auto` and words that Google has not. */
export const resolutionOf = (detail: string | undefined): string | undefined =>
  detail === undefined ? undefined : resolutions[detail]

function writeMedia(block: MediaBlock, own: JsonObject | undefined, style: PartStyle): JsonObject {
  const { source } = block
  const { foreign, spelling } = style
  if (source.kind === 'text') return { text: source.text }
  const level = style.richParts ? resolutionOf(block.detail) : undefined
  const beside = { ...wireFields(own), ...(level === undefined ? {} : spelled(spelling, { mediaResolution: { level } })) }
  // A foreign block's name is not written: the older API refuses `displayName`.
  const displayName = foreign ? undefined : block.name
  if (source.kind === 'data') {
    const mimeType = foreign ? mimeTypeOfData(block) : block.mimeType
    const inline = { ...objectOf(own?.$inlineData), ...spelled(spelling, { mimeType, data: source.base64, displayName }) }
    return { ...beside, [spelling('inlineData')]: inline }
  }
  const fileUri = source.kind === 'url' ? source.url : source.id
  const mimeType = block.mimeType ?? (foreign ? mimeTypeOfName(fileUri) : undefined)
  const file = { ...objectOf(own?.$fileData), ...spelled(spelling, { mimeType, fileUri, displayName }) }
  return { ...beside, [spelling('fileData')]: file }
}

function writeCall(block: CallBlock, own: JsonObject | undefined, style: PartStyle): JsonObject {
  const { id, signature } = style.foreign ? unsmuggled(block.id) : { id: block.id }
  const call = {
    ...objectOf(own?.$functionCall),
    ...(own?.$noId !== true && style.callIds ? { id } : {}),
    name: style.toolName(block.name),
    ...(block.input === '' ? {} : { args: argsOf(block.input) }),
  }
  return {
    ...wireFields(own),
    ...spelled(style.spelling, { functionCall: call, thoughtSignature: block.signature ?? signature }),
  }
}

/** LiteLLM hides the signature in the id it gives to clients (`call_1__thought__c2ln`): their stored histories go on here. */
export function unsmuggled(id: string): { id: string; signature?: string } {
  const at = id.indexOf('__thought__')
  return at < 0 ? { id } : { id: id.slice(0, at), signature: id.slice(at + '__thought__'.length) }
}

/** Arguments must be an object; a model's broken JSON still reaches the next turn, as text. */
export function argsOf(input: string): JsonObject {
  const args = parseJson(input)
  return isObject(args) ? args : { arguments: input }
}

function writeResult(block: ResultBlock, own: JsonObject | undefined, style: PartStyle): JsonObject[] {
  const text = block.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
  const others = block.content.filter((part) => part.type !== 'text').flatMap((part) => writeParts(part, style))
  const inside = style.richParts || own?.$parts === true
  const name = block.name ?? style.nameOfCall(block.callId) ?? block.callId
  const response = {
    ...objectOf(own?.$functionResponse),
    ...(own?.$noId !== true && style.callIds ? { id: style.foreign ? unsmuggled(block.callId).id : block.callId } : {}),
    name: style.toolName(name),
    response: responseOf(block, text, stringOf(own?.$key)),
    ...(inside && (others.length > 0 || own?.$parts === true) ? { parts: others } : {}),
  }
  const part = { ...wireFields(own), ...spelled(style.spelling, { functionResponse: response }) }
  return inside ? [part] : [part, ...others]
}

/**
 * A tool's answer must be an object. Google reads `error` as the tool's failure (function calling guide, 2026-11-22);
 * plain text goes under `content`, which is where LiteLLM's users have it.
 */
function responseOf(block: ResultBlock, text: string, key: string | undefined): JsonObject {
  if (key !== undefined) return { [key]: text }
  const answer = parseJson(text)
  if (!isObject(answer)) return block.isError ? { error: text } : { content: text }
  return block.isError && !('error' in answer) ? { error: text } : answer
}
