import type { Block, ReasoningBlock, TextBlock } from '../../hub.ts'
import { isObject, isString, type JsonObject } from '../../json.ts'
import { takeCache, writeCache } from './cache-mark.ts'
import { isUrlPart, readFilePart, readInputAudio, readUrlPart, writeMediaPart } from './media.ts'
import { given, isObjects, ownFields, someExtra, take, wireFields } from './notes.ts'

/** One content part as a block; what has no block of its own stays a native one. */
export function readPart(part: JsonObject): Block {
  const rest: JsonObject = { ...part }
  const notes: JsonObject = {}
  const cache = takeCache(rest, notes)
  const block = readKnown(rest, notes)
  return block === undefined ? { type: 'native', dialect: 'openai-chat', data: part } : { ...block, ...cache }
}

function readKnown(part: JsonObject, notes: JsonObject): Block | undefined {
  if (isUrlPart(part.type)) return readUrlPart(part, part.type, notes)
  switch (part.type) {
    case 'text':
      return isString(part.text) ? readText(part, part.text, notes) : undefined
    case 'refusal': {
      const { type: _type, refusal, ...rest } = part
      return isString(refusal) ? { type: 'text', text: refusal, refusal: true, ...someExtra(rest, notes) } : undefined
    }
    case 'input_audio':
      return readInputAudio(part, notes)
    case 'file':
      return readFilePart(part, notes)
    case 'thinking':
    case 'redacted_thinking':
    case 'reasoning':
      return readThinking(part, notes)
    default:
      return undefined
  }
}

function readText(part: JsonObject, text: string, notes: JsonObject): TextBlock {
  const { type: _type, text: _text, ...rest } = part
  return { type: 'text', text, ...someExtra(rest, notes) }
}

/** Anthropic's thinking blocks, as LiteLLM prints them; Mistral's hold a list of texts, Databricks' a `summary` of them. */
export function readThinking(part: JsonObject, notes: JsonObject = {}): ReasoningBlock | undefined {
  const { type, ...rest } = part
  if (type === 'redacted_thinking') {
    const sealed = take(rest, 'data', isString)
    return sealed === undefined ? undefined : { type: 'reasoning', text: '', sealed, ...someExtra(rest, notes) }
  }
  if (type !== 'thinking' && type !== 'reasoning') return undefined
  const listed = take(rest, fieldOf(type), isTexts)
  const text = listed !== undefined ? textOfAll(listed) : type === 'thinking' ? take(rest, 'thinking', isString) : undefined
  if (text === undefined) return undefined
  const signature = take(rest, 'signature', isString)
  return {
    type: 'reasoning',
    text,
    ...given('signature', signature),
    ...someExtra(rest, { ...notes, ...given('$texts', listed), ...(type === 'reasoning' ? { $type: type } : {}) }),
  }
}

const fieldOf = (type: string): string => (type === 'thinking' ? 'thinking' : 'summary')

type Texts = (JsonObject & { text: string })[]
const isTexts = (value: unknown): value is Texts =>
  isObjects(value) && value.every((item) => (item.type === 'text' || item.type === 'summary_text') && isString(item.text))
const textOfAll = (texts: Texts): string => texts.map((item) => item.text).join('')

export function writeThinking(block: ReasoningBlock): JsonObject {
  const own = ownFields(block.extra)
  const rest = wireFields(own)
  if (block.sealed !== undefined) return { type: 'redacted_thinking', data: block.sealed, ...rest }
  const listed = own?.$texts
  const same = isTexts(listed) && textOfAll(listed) === block.text
  const thinking = same
    ? listed
    : listed === undefined
      ? block.text
      : [{ type: own?.$type === 'reasoning' ? 'summary_text' : 'text', text: block.text }]
  const type = own?.$type === 'reasoning' ? 'reasoning' : 'thinking'
  return { type, [fieldOf(type)]: thinking, ...given('signature', block.signature), ...rest }
}

/** A block as a content part, or nothing where the dialect has no such part. `foreignCache`: write others' cache marks. */
export function writePart(block: Block, foreignCache: boolean): JsonObject | undefined {
  const part = writeKnown(block)
  return part === undefined || block.type === 'native' ? part : { ...part, ...writeCache(block, foreignCache) }
}

function writeKnown(block: Block): JsonObject | undefined {
  switch (block.type) {
    case 'text':
      return {
        ...(block.refusal ? { type: 'refusal', refusal: block.text } : { type: 'text', text: block.text }),
        ...wireFields(ownFields(block.extra)),
      }
    case 'media':
      return writeMediaPart(block)
    case 'reasoning':
      return writeThinking(block)
    case 'native':
      return block.dialect === 'openai-chat' ? block.data : undefined
    case 'call':
    case 'result':
      return undefined
  }
}

/** True when a plain string can stand for the block. */
export const isPlainText = (block: Block): block is TextBlock => {
  if (block.type !== 'text' || block.refusal) return false
  return Object.keys(wireFields(ownFields(block.extra))).length === 0
}

export const isParts = (value: unknown): value is JsonObject[] => Array.isArray(value) && value.every(isObject)
