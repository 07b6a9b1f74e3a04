import type { Block, CacheMark, Extra, MediaBlock, MediaSource } from '../../hub.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { arrayAt, booleanAt, expected, objectAt, optional, stringAt } from './check.ts'
import { readCitation } from './citations.ts'
import { defined, dialectId, extraOf, keptFields, restOf } from './shape.ts'

const known = {
  text: new Set(['type', 'text', 'citations', 'cache_control']),
  thinking: new Set(['type', 'thinking', 'signature', 'cache_control']),
  redacted: new Set(['type', 'data', 'cache_control']),
  image: new Set(['type', 'source', 'cache_control']),
  document: new Set(['type', 'source', 'title', 'cache_control']),
  toolUse: new Set(['type', 'id', 'name', 'input', 'cache_control']),
  toolResult: new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control']),
}

/** Reads a content that may be a plain string, and tells by `$string` that it was one. */
export function readContent(
  value: unknown,
  path: string,
  names: Map<string, string>,
): { blocks: readonly Block[]; notes: JsonObject } {
  if (typeof value === 'string') return { blocks: [{ type: 'text', text: value }], notes: { $string: true } }
  if (!Array.isArray(value)) throw expected(path, 'a string or an array of content blocks')
  return { blocks: value.map((item, index) => readBlock(item, `${path}.${index}`, names)), notes: {} }
}

/** `names` collects the tool names by call id, so that results know theirs. */
export function readBlock(value: unknown, path: string, names: Map<string, string>): Block {
  const block = objectAt(value, path)
  switch (stringAt(block.type, `${path}.type`)) {
    case 'text':
      return readText(block, path)
    case 'thinking':
      return {
        type: 'reasoning',
        text: stringAt(block.thinking, `${path}.thinking`),
        ...defined({ signature: optional(stringAt, block.signature, `${path}.signature`) }),
        ...marks(block, known.thinking, path),
      }
    case 'redacted_thinking':
      return { type: 'reasoning', text: '', sealed: stringAt(block.data, `${path}.data`), ...marks(block, known.redacted, path) }
    case 'image':
    case 'document':
      return readMedia(block, path)
    case 'tool_use': {
      const id = stringAt(block.id, `${path}.id`)
      const name = stringAt(block.name, `${path}.name`)
      names.set(id, name)
      const input = JSON.stringify(objectAt(block.input, `${path}.input`))
      return { type: 'call', id, name, input, ...marks(block, known.toolUse, path) }
    }
    case 'tool_result':
      return readResult(block, path, names)
    case 'tool_reference':
      return readReference(block, path)
    default:
      return { type: 'native', dialect: dialectId, data: block }
  }
}

function readText(block: JsonObject, path: string): Block {
  const citations = optional(arrayAt, block.citations, `${path}.citations`)
  return {
    type: 'text',
    text: stringAt(block.text, `${path}.text`),
    ...defined({
      citations: citations?.map((item, index) => readCitation(objectAt(item, `${path}.citations.${index}`))),
    }),
    ...marks(block, known.text, path),
  }
}

/** What Claude Code's ToolSearch answers (2.1.330, 2026-11-22). Other dialects have the tool in their list, and say so in words. */
function readReference(block: JsonObject, path: string): Block {
  const name = stringAt(block.tool_name, `${path}.tool_name`)
  return { type: 'text', text: `The tool ${name} is available now.`, ...defined({ extra: extraOf({ $block: block }) }) }
}

function readResult(block: JsonObject, path: string, names: Map<string, string>): Block {
  const callId = stringAt(block.tool_use_id, `${path}.tool_use_id`)
  const content = optional((value, at) => readContent(value, at, names), block.content, `${path}.content`)
  // The API refuses a result inside a result; a limit here also bounds the recursion of what clients may send.
  const nested = content?.blocks.findIndex((part) => part.type === 'result') ?? -1
  if (nested >= 0) throw expected(`${path}.content.${nested}.type`, 'text, image, document or search_result')
  return {
    type: 'result',
    callId,
    content: content?.blocks ?? [],
    ...defined({ name: names.get(callId), isError: optional(booleanAt, block.is_error, `${path}.is_error`) }),
    ...marks(block, known.toolResult, path, content === undefined ? {} : { ...content.notes, $content: true }),
  }
}

function readMedia(block: JsonObject, path: string): Block {
  const media = block.type === 'image' ? 'image' : 'document'
  const source = objectAt(block.source, `${path}.source`)
  const read = readSource(source, `${path}.source`)
  const name = media === 'document' ? optional(stringAt, block.title, `${path}.title`) : undefined
  if (read === undefined) return { type: 'native', dialect: dialectId, data: block }
  const rest = restOf(source, read.known)
  const notes = Object.keys(rest).length > 0 ? { $source: rest } : {}
  return { type: 'media', media, ...read.fields, ...defined({ name }), ...marks(block, known[media], path, notes) }
}

interface ReadSource {
  readonly fields: Pick<MediaBlock, 'source' | 'mimeType'>
  readonly known: ReadonlySet<string>
}

const sourceKnown = {
  data: new Set(['type', 'media_type', 'data']),
  url: new Set(['type', 'url']),
  file: new Set(['type', 'file_id']),
}

/** Undefined for a kind of source that the hub has no word for (`content`, and whatever comes next). */
function readSource(source: JsonObject, path: string): ReadSource | undefined {
  const typed = (value: MediaSource): ReadSource['fields'] => ({
    source: value,
    mimeType: stringAt(source.media_type, `${path}.media_type`),
  })
  switch (stringAt(source.type, `${path}.type`)) {
    case 'base64':
      return { fields: typed({ kind: 'data', base64: stringAt(source.data, `${path}.data`) }), known: sourceKnown.data }
    case 'text':
      return { fields: typed({ kind: 'text', text: stringAt(source.data, `${path}.data`) }), known: sourceKnown.data }
    case 'url':
      return { fields: { source: { kind: 'url', url: stringAt(source.url, `${path}.url`) } }, known: sourceKnown.url }
    case 'file':
      return { fields: { source: { kind: 'file', id: stringAt(source.file_id, `${path}.file_id`) } }, known: sourceKnown.file }
    default:
      return undefined
  }
}

/** The cache mark and the unknown fields of a block or tool. */
export function marks(
  value: JsonObject,
  knownFields: ReadonlySet<string>,
  path: string,
  notes: JsonObject = {},
): { cache?: CacheMark; extra?: Extra } {
  const control = optional(objectAt, value.cache_control, `${path}.cache_control`)
  const cache = control === undefined ? undefined : readCache(control)
  const rest = { ...keptFields(value, knownFields), ...notes }
  if (control !== undefined && cache === undefined) rest.cache_control = control
  return defined({ cache, extra: extraOf(rest) })
}

/** Undefined when the mark says more than the hub can: then it travels as an unknown field. */
function readCache(control: JsonObject): CacheMark | undefined {
  const { type, ttl, ...rest } = control
  if (type !== 'ephemeral' || Object.keys(rest).length > 0) return undefined
  if (ttl === undefined) return {}
  return ttl === '5m' || ttl === '1h' ? { ttl } : undefined
}

/** Reads reply blocks loosely: what is missing is empty, what is unknown is native. */
export function readReplyBlock(block: JsonObject): Block {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  switch (block.type) {
    case 'text': {
      const citations = Array.isArray(block.citations) ? block.citations.filter(isObject).map(readCitation) : undefined
      return { type: 'text', text: text(block.text), ...defined({ citations }), ...keep(block, known.text) }
    }
    case 'thinking': {
      const signature = typeof block.signature === 'string' ? block.signature : undefined
      return { type: 'reasoning', text: text(block.thinking), ...defined({ signature }), ...keep(block, known.thinking) }
    }
    case 'redacted_thinking':
      return { type: 'reasoning', text: '', sealed: text(block.data), ...keep(block, known.redacted) }
    case 'tool_use': {
      const input = typeof block.input === 'string' ? block.input : JSON.stringify(block.input ?? {})
      return { type: 'call', id: text(block.id), name: text(block.name), input, ...keep(block, known.toolUse) }
    }
    default:
      return { type: 'native', dialect: dialectId, data: block }
  }
}

function keep(block: JsonObject, knownFields: ReadonlySet<string>): { extra?: Extra } {
  return defined({ extra: extraOf(keptFields(block, knownFields)) })
}
