import type { Block, CallBlock, Citation, MediaBlock, ReasoningBlock, TextBlock } from '../../hub.ts'
import { isObject, isString, type JsonObject } from '../../json.ts'
import { writeCache } from './cache-mark.ts'
import { urlOf, writeMediaPart } from './media.ts'
import { given, isObjects, ownFields, wireFields } from './notes.ts'
import { isPlainText, writePart, writeThinking } from './parts.ts'

/** What the message may hold that OpenAI's own API does not know, when the blocks come from another dialect. */
export interface AssistantStyle {
  /** `reasoning_content`. */
  readonly reasoning: boolean
  /** `thinking_blocks` and `thought_signature`. */
  readonly signatures: boolean
  readonly annotations: boolean
  readonly cache: boolean
  /** The client speaks `functions`, so a call is a `function_call`. */
  readonly legacyCalls?: boolean
  /** Names that had to change: as the blocks have them → as they are written. */
  readonly names?: ReadonlyMap<string, string>
  /** Content without text: a reply says `null`. */
  readonly emptyContent: null | ''
  /** Makes the id of sound that has none. */
  readonly audioId: string
  readonly now: number
  /** Calls of another dialect have their place in the list, as the pieces of a stream do. */
  readonly numbersCalls?: boolean
}

interface Sorted {
  readonly reasoning: ReasoningBlock[]
  readonly content: Block[]
  readonly refusals: TextBlock[]
  readonly images: MediaBlock[]
  readonly audio: MediaBlock[]
  readonly calls: Block[]
}

/** Writes blocks as one assistant message. `own` holds our fields and notes; without it another dialect made the blocks. */
export function writeAssistant(blocks: readonly Block[], own: JsonObject | undefined, style: AssistantStyle): JsonObject {
  const sorted = sort(blocks)
  const role = own?.$role === undefined ? 'assistant' : own.$role
  return {
    ...(role === null ? {} : { role }),
    ...wireFields(own),
    ...contentOf(sorted, own, style),
    ...reasoningOf(sorted.reasoning, own, style),
    ...(sorted.refusals.length === 0 ? {} : { refusal: sorted.refusals.map((block) => block.text).join('') }),
    ...annotationsOf(sorted.content, own, style),
    ...mediaOf(sorted, style),
    ...callsOf(sorted.calls, own, style),
  }
}

function sort(blocks: readonly Block[]): Sorted {
  const sorted: Sorted = { reasoning: [], content: [], refusals: [], images: [], audio: [], calls: [] }
  for (const block of blocks) {
    const inContent = ownFields(block.extra)?.$content === true
    if (block.type === 'call' || (block.type === 'native' && ownFields(block.extra)?.$call === true)) sorted.calls.push(block)
    else if (inContent || (block.type === 'native' && block.dialect === 'openai-chat')) sorted.content.push(block)
    else if (block.type === 'native' || block.type === 'result') continue
    else if (block.type === 'reasoning') sorted.reasoning.push(block)
    else if (block.type === 'text') (block.refusal ? sorted.refusals : sorted.content).push(block)
    else if (block.media === 'audio') sorted.audio.push(block)
    else if (block.media === 'image') sorted.images.push(block)
  }
  return sorted
}

function contentOf({ content, calls }: Sorted, own: JsonObject | undefined, style: AssistantStyle): JsonObject {
  const written = own?.$content
  if (written !== 'parts') {
    const texts = content.filter(isPlainText)
    const marked = style.cache && content.some((block) => block.cache !== undefined)
    if (texts.length === content.length && !marked) {
      if (texts.length > 0) return { content: texts.map((block) => block.text).join('') }
      if (written === 'absent') return {}
      if (written === undefined) return { content: calls.length > 0 ? null : style.emptyContent }
      return { content: written === 'string' ? '' : null }
    }
  }
  const parts = content.map((block) => writePart(block, style.cache)).filter((part) => part !== undefined)
  return { content: parts.length > 0 || written === 'parts' ? parts : style.emptyContent }
}

function reasoningOf(blocks: readonly ReasoningBlock[], own: JsonObject | undefined, style: AssistantStyle): JsonObject {
  if (blocks.length === 0) return {}
  const out: JsonObject = {}
  const names = own === undefined ? (style.reasoning ? ['reasoning_content'] : []) : own.$reasoning
  const text = blocks.map((block) => block.text).join('')
  if (Array.isArray(names)) for (const name of names) if (isString(name) && (text !== '' || own !== undefined)) out[name] = text
  if (own === undefined ? style.signatures : own.$thinking === true) out.thinking_blocks = blocks.map(writeThinking)
  return out
}

/** Offsets count from the start of the whole text, so the blocks before a block are added. */
function annotationsOf(blocks: readonly Block[], own: JsonObject | undefined, style: AssistantStyle): JsonObject {
  if (own === undefined ? !style.annotations : own.$annotations !== true) return {}
  const annotations: JsonObject[] = []
  let offset = 0
  for (const block of blocks) {
    if (block.type !== 'text') continue
    for (const citation of block.citations ?? []) {
      const written = writeCitation(citation, offset, block.text.length)
      if (written !== undefined) annotations.push(written)
    }
    offset += block.text.length
  }
  return annotations.length === 0 ? {} : { annotations }
}

/** Only a citation with a URL has a form here: one of a document (Anthropic) is left out. */
export function writeCitation(citation: Citation, offset: number, length: number): JsonObject | undefined {
  const own = ownFields(citation.extra)
  if (isObject(own?.$raw)) return own.$raw
  const { url, title, start, end } = citation
  if (own !== undefined) {
    const place = { ...given('start_index', shifted(start, offset)), ...given('end_index', shifted(end, offset)) }
    const inner = isObject(own.$inner) ? own.$inner : {}
    return {
      type: 'url_citation',
      url_citation: { ...inner, ...given('url', url), ...given('title', title), ...place },
      ...wireFields(own),
    }
  }
  if (url === undefined) return undefined
  const place = { start_index: offset + (start ?? 0), end_index: offset + (end ?? length) }
  return { type: 'url_citation', url_citation: { url, title: title ?? '', ...place } }
}

const shifted = (at: number | undefined, offset: number): number | undefined => (at === undefined ? undefined : at + offset)

function mediaOf({ images, audio }: Sorted, style: AssistantStyle): JsonObject {
  const sound = audio[0]
  return {
    ...(images.length === 0 ? {} : { images: images.map(writeImage) }),
    ...(sound === undefined ? {} : { audio: writeAudio(sound, style) }),
  }
}

export function writeImage(block: MediaBlock, index: number): JsonObject {
  if (ownFields(block.extra)?.$images === true) return writeMediaPart(block)
  const url = urlOf(block.source, block.mimeType ?? 'image/png')
  return { type: 'image_url', index, image_url: { url, detail: block.detail ?? 'auto' } }
}

function writeAudio(block: MediaBlock, style: AssistantStyle): JsonObject {
  const own = ownFields(block.extra)
  if (block.source.kind === 'file') return { id: block.source.id, ...wireFields(own) }
  const data = block.source.kind === 'data' ? block.source.base64 : ''
  if (own !== undefined) return { ...given('id', own.$id), data, ...wireFields(own) }
  return { id: style.audioId, data, expires_at: style.now + 3600, transcript: '' }
}

function callsOf(calls: readonly Block[], own: JsonObject | undefined, style: AssistantStyle): JsonObject {
  const listed: JsonObject[] = []
  let legacy: JsonObject | undefined
  for (const block of calls) {
    if (block.type === 'native') listed.push(block.data)
    if (block.type !== 'call') continue
    const foreign = own === undefined
    if (ownFields(block.extra)?.$legacy === true || (foreign && style.legacyCalls))
      legacy ??= writeFunction(block, foreign, style)
    else listed.push({ ...place(listed.length, foreign && style.numbersCalls === true), ...writeCall(block, foreign, style) })
  }
  return { ...(listed.length === 0 ? {} : { tool_calls: listed }), ...given('function_call', legacy) }
}

const place = (index: number, isSaid: boolean): JsonObject => (isSaid ? { index } : {})

/** Clients parse the arguments, so a call of another dialect without any gets `{}`; ours are written as they were. */
function writeFunction(block: CallBlock, foreign: boolean, style: AssistantStyle): JsonObject {
  const inner = ownFields(block.extra)?.$legacy === true ? wireFields(ownFields(block.extra)) : {}
  const name = style.names?.get(block.name) ?? block.name
  return { ...inner, name, arguments: foreign && block.input === '' ? '{}' : block.input }
}

function writeCall(block: CallBlock, foreign: boolean, style: AssistantStyle): JsonObject {
  const own = ownFields(block.extra)
  const inner = isObject(own?.$inner) ? own.$inner : {}
  const signed = isObject(own?.$provider) || (style.signatures && own?.extra_content === undefined)
  return {
    ...(own?.$noId === true ? {} : { id: block.id }),
    ...(own?.$untyped === true ? {} : { type: 'function' }),
    function: { ...inner, ...writeFunction(block, foreign, style) },
    ...wireFields(own),
    ...(signed ? signatureFields(block, isObject(own?.$provider) ? own.$provider : {}) : {}),
    ...writeCache(block, style.cache),
  }
}

const signatureFields = (block: CallBlock, others: JsonObject): JsonObject =>
  block.signature === undefined ? {} : { provider_specific_fields: { ...others, thought_signature: block.signature } }

/** True when a message's call list holds anything: it decides the stop of a reply. */
export const hasCalls = (message: JsonObject): boolean => isObjects(message.tool_calls) || isObject(message.function_call)
