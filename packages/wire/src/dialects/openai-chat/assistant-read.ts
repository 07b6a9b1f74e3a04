import type { Block, CallBlock, Citation, MediaBlock, ReasoningBlock, TextBlock } from '../../hub.ts'
import { isObject, isString, numberOf, stringOf, type JsonObject } from '../../json.ts'
import { takeCache } from './cache-mark.ts'
import { readUrlPart } from './media.ts'
import { given, isObjects, someExtra, take } from './notes.ts'
import { isParts, readPart, readThinking } from './parts.ts'

/** An assistant's message in the hub: its blocks, what is left of its fields, and notes of how it was written. */
export interface AssistantMessage {
  readonly blocks: readonly Block[]
  readonly rest: JsonObject
  readonly notes: JsonObject
}

/**
 * Reads the message of a reply, or of a conversation's history. What has the wrong type is left among the fields: a
 * reply is read loosely, and a request was checked before. `idOfLegacy` names a call that came without an id.
 */
export function readAssistant(message: JsonObject, idOfLegacy: () => string): AssistantMessage {
  const rest: JsonObject = { ...message }
  const notes: JsonObject = {}
  const role = rest.role
  delete rest.role
  if (role !== 'assistant') notes.$role = role ?? null
  const reasoning = takeReasoning(rest, notes)
  const content = takeAnnotations(takeContent(rest, notes), rest, notes)
  const refusal = take(rest, 'refusal', isString)
  const blocks: Block[] = [...reasoning, ...content]
  if (refusal !== undefined) blocks.push({ type: 'text', text: refusal, refusal: true })
  blocks.push(...takeMedia(rest), ...takeCalls(rest, idOfLegacy))
  return { blocks, rest, notes }
}

function takeContent(rest: JsonObject, notes: JsonObject): readonly Block[] {
  const content = rest.content
  if (isString(content)) {
    delete rest.content
    notes.$content = 'string'
    return content === '' ? [] : [{ type: 'text', text: content }]
  }
  if (isParts(content)) {
    delete rest.content
    notes.$content = 'parts'
    return content.map(inContent)
  }
  notes.$content = content === null ? 'null' : 'absent'
  if (content === null) delete rest.content
  return []
}

/** A part that could as well be a field of the message is marked as one of the content list. */
function inContent(part: JsonObject): Block {
  const block = readPart(part)
  if (block.type === 'native' || (block.type === 'text' && !block.refusal)) return block
  return { ...block, extra: { dialect: 'openai-chat', fields: { ...block.extra?.fields, $content: true } } }
}

function takeReasoning(rest: JsonObject, notes: JsonObject): readonly ReasoningBlock[] {
  const listed = rest.thinking_blocks
  const thinking = isObjects(listed) ? listed.map((item) => readThinking(item)) : []
  const whole = thinking.length > 0 && thinking.every((block) => block !== undefined)
  if (whole) {
    notes.$thinking = true
    delete rest.thinking_blocks
  }
  const blocks = whole ? thinking : []
  const said = blocks.map((block) => block.text).join('')
  const text = whole ? said : (nonEmpty(rest.reasoning_content) ?? nonEmpty(rest.reasoning))
  if (text === undefined) return blocks
  const names = ['reasoning_content', 'reasoning'].filter((name) => rest[name] === text)
  for (const name of names) delete rest[name]
  if (names.length > 0) notes.$reasoning = names
  return whole ? blocks : [{ type: 'reasoning', text }]
}

const nonEmpty = (value: unknown): string | undefined => (value === '' ? undefined : stringOf(value))

/** Citations stand in the hub at the text; without a text the annotations travel as they are. */
function takeAnnotations(blocks: readonly Block[], rest: JsonObject, notes: JsonObject): readonly Block[] {
  const at = blocks.findIndex((block) => block.type === 'text' && !block.refusal)
  const text = blocks[at]
  if (text === undefined || text.type !== 'text') return blocks
  const annotations = take(rest, 'annotations', isObjects)
  if (annotations === undefined) return blocks
  notes.$annotations = true
  const cited: TextBlock = { ...text, citations: annotations.map(readCitation) }
  return blocks.map((block, i) => (i === at ? cited : block))
}

export function readCitation(annotation: JsonObject): Citation {
  const inner = annotation.url_citation
  if (annotation.type !== 'url_citation' || !isObject(inner))
    return { extra: { dialect: 'openai-chat', fields: { $raw: annotation } } }
  const { type: _type, url_citation: _inner, ...rest } = annotation
  const more: JsonObject = { ...inner }
  const url = take(more, 'url', isString)
  const title = take(more, 'title', isString)
  const start = numberOf(more.start_index)
  const end = numberOf(more.end_index)
  if (start !== undefined) delete more.start_index
  if (end !== undefined) delete more.end_index
  return {
    ...given('url', url),
    ...given('title', title),
    ...given('start', start),
    ...given('end', end),
    extra: { dialect: 'openai-chat', fields: { ...rest, $inner: more } },
  }
}

function takeMedia(rest: JsonObject): readonly MediaBlock[] {
  const blocks: MediaBlock[] = []
  const images = rest.images
  if (isObjects(images)) {
    const read = images.map((image) =>
      image.type === 'image_url' ? readUrlPart(image, 'image_url', { $images: true }) : undefined,
    )
    if (read.every((block) => block !== undefined)) {
      blocks.push(...read)
      delete rest.images
    }
  }
  const audio = isObject(rest.audio) ? readAudio(rest.audio) : undefined
  if (audio !== undefined) {
    blocks.push(audio)
    delete rest.audio
  }
  return blocks
}

/** A reply's `{id, data, transcript, expires_at}`, or the `{id}` by which a later request refers to it. */
export function readAudio(audio: JsonObject): MediaBlock | undefined {
  const { data, id, ...rest } = audio
  if (isString(data)) {
    return {
      type: 'media',
      media: 'audio',
      source: { kind: 'data', base64: data },
      ...someExtra(rest, given('$id', stringOf(id))),
    }
  }
  if (!isString(id) || data !== undefined) return undefined
  return { type: 'media', media: 'audio', source: { kind: 'file', id }, ...someExtra(rest) }
}

function takeCalls(rest: JsonObject, idOfLegacy: () => string): readonly Block[] {
  const blocks: Block[] = []
  const listed = take(rest, 'tool_calls', isObjects)
  for (const call of listed ?? []) blocks.push(readCall(call) ?? nativeCall(call))
  const legacy = rest.function_call
  if (isObject(legacy) && isString(legacy.name) && isString(legacy.arguments)) {
    const { name, arguments: input, ...more } = legacy
    blocks.push({ type: 'call', id: idOfLegacy(), name, input, ...someExtra(more, { $legacy: true }) })
    delete rest.function_call
  }
  return blocks
}

/** Custom tools and the like: kept whole, and told from content parts by a note. */
const nativeCall = (call: JsonObject): Block => ({
  type: 'native',
  dialect: 'openai-chat',
  data: call,
  extra: { dialect: 'openai-chat', fields: { $call: true } },
})

function readCall(call: JsonObject): CallBlock | undefined {
  const inner = call.function
  const typed = call.type === 'function'
  if (!isObject(inner) || (!typed && call.type !== undefined)) return undefined
  const { type: _type, function: _function, ...rest } = call
  const more: JsonObject = { ...inner }
  const name = take(more, 'name', isString)
  const input = take(more, 'arguments', isString)
  if (name === undefined || input === undefined) return undefined
  const notes: JsonObject = {
    ...(typed ? {} : { $untyped: true }),
    ...(isString(rest.id) ? {} : { $noId: true }),
    ...(Object.keys(more).length === 0 ? {} : { $inner: more }),
  }
  const id = take(rest, 'id', isString) ?? `call_${crypto.randomUUID()}`
  const cache = takeCache(rest, notes)
  const signature = takeSignature(rest, notes)
  return { type: 'call', id, name, input, ...given('signature', signature), ...cache, ...someExtra(rest, notes) }
}

/** LiteLLM carries Gemini's signature in `provider_specific_fields`, Google's own OpenAI endpoint in `extra_content`. */
function takeSignature(rest: JsonObject, notes: JsonObject): string | undefined {
  const signature = signatureOf(rest)
  const fields = rest.provider_specific_fields
  if (!isObject(fields) || !isString(fields.thought_signature)) return signature
  const { thought_signature: _signature, ...others } = fields
  delete rest.provider_specific_fields
  notes.$provider = others
  return signature
}

export function signatureOf(call: JsonObject): string | undefined {
  const fields = call.provider_specific_fields
  if (isObject(fields) && isString(fields.thought_signature)) return fields.thought_signature
  const google = isObject(call.extra_content) ? call.extra_content.google : undefined
  return isObject(google) ? stringOf(google.thought_signature) : undefined
}
