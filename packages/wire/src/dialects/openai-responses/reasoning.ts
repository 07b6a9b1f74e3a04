import type { ReasoningBlock } from '../../hub.ts'
import { numberOf, objectOf, objectsOf, type JsonObject } from '../../json.ts'
import { optionalObjects, optionalString, requiredString } from './check.ts'
import { ownExtra, ownFields, restFields, wireObject } from './notes.ts'

/** Between the parts of a summary; the models' parts are paragraphs with a headline each. */
export const partSeparator = '\n\n'

/**
 * The signature of another provider's reasoning travels through clients of this dialect in `encrypted_content`, behind
 * this prefix: they send it back, and the provider that signed accepts its turn again.
 */
const envelope = 'switchyard:signature:'

const known = new Set(['type', 'id', 'summary', 'content', 'encrypted_content'])
const knownWithoutContent = new Set(['type', 'id', 'summary', 'encrypted_content'])
const partFields = new Set(['text'])

/** Where a piece of the block's text stood. */
interface Part {
  readonly list: 'summary' | 'content'
  readonly length: number
  readonly fields: JsonObject
}

interface ReadParts {
  readonly texts: string[]
  readonly notes: Part[]
}

export function readReasoning(item: JsonObject, path: string): ReasoningBlock {
  const id = optionalString(item, 'id', path)
  const encrypted = optionalString(item, 'encrypted_content', path)
  const parts: ReadParts = { texts: [], notes: [] }
  readParts(item, 'summary', path, parts)
  readParts(item, 'content', path, parts)
  const kept = restFields(item, parts.notes.some((part) => part.list === 'content') ? known : knownWithoutContent)
  if (item['summary'] === undefined) kept['$noSummary'] = true
  return {
    type: 'reasoning',
    text: parts.texts.join(partSeparator),
    ...proofOf(encrypted),
    ...(id === undefined ? {} : { id }),
    ...ownExtra({ ...kept, ...partsNote(parts.notes) }),
  }
}

/** What `encrypted_content` holds: our envelope around a signature, or what only OpenAI can read. */
const proofOf = (encrypted: string | undefined): Pick<ReasoningBlock, 'signature' | 'sealed'> =>
  encrypted === undefined
    ? {}
    : encrypted.startsWith(envelope)
      ? { signature: encrypted.slice(envelope.length) }
      : { sealed: encrypted }

function readParts(item: JsonObject, list: Part['list'], path: string, into: ReadParts): void {
  for (const [index, part] of (optionalObjects(item, list, path) ?? []).entries()) {
    const text = requiredString(part, 'text', `${path}.${list}[${index}]`)
    into.texts.push(text)
    into.notes.push({ list, length: text.length, fields: restFields(part, partFields) })
  }
}

const partType = { summary: 'summary_text', content: 'reasoning_text' } as const

/** One plain summary part is the usual case and needs no note. */
function partsNote(parts: readonly Part[]): JsonObject {
  const [first] = parts
  if (parts.length === 0 || (parts.length === 1 && first?.list === 'summary' && isPlain(first))) return {}
  return { $parts: parts }
}

const isPlain = (part: Part): boolean => part.fields['type'] === partType.summary && Object.keys(part.fields).length === 1

/**
 * Reasoning as an item. `forReply` also writes what only a client of ours may see: another provider's signature. A
 * request to a provider holds foreign reasoning as a bare summary: ids and proofs it does not know are refused.
 */
export function writeReasoning(block: ReasoningBlock, forReply: boolean): JsonObject {
  const fields = ownFields(block.extra)
  const { summary, content } = writeParts(block.text, fields?.['$parts'])
  const foreign = block.signature !== undefined && block.sealed === undefined
  const signature = foreign && forReply ? `${envelope}${block.signature}` : undefined
  const noSummary = summary.length === 0 && fields?.['$noSummary'] === true
  return wireObject(fields, {
    type: 'reasoning',
    id: foreign && !forReply ? undefined : block.id,
    summary: noSummary || (summary.length === 0 && fieldIsNull(fields, 'summary')) ? undefined : summary,
    content: content.length === 0 ? undefined : content,
    encrypted_content: block.sealed ?? signature,
  })
}

const fieldIsNull = (fields: JsonObject | undefined, field: string): boolean => {
  const nulls = fields?.['$null']
  return Array.isArray(nulls) && nulls.includes(field)
}

function writeParts(text: string, note: unknown): Readonly<Record<Part['list'], JsonObject[]>> {
  const lists: Readonly<Record<Part['list'], JsonObject[]>> = { summary: [], content: [] }
  const parts = objectsOf(note)
  const texts = splitAt(text, parts)
  if (texts === undefined) {
    const list = parts[0]?.['list'] === 'content' ? 'content' : 'summary'
    if (text !== '') lists[list].push({ type: partType[list], text })
    return lists
  }
  for (const [index, part] of parts.entries()) {
    const list = part['list'] === 'content' ? 'content' : 'summary'
    lists[list].push(wireObject(objectOf(part['fields']), { text: texts[index] }))
  }
  return lists
}

/** The text cut where the noted parts met; `undefined` when it was changed since and no longer fits. */
function splitAt(text: string, parts: readonly JsonObject[]): string[] | undefined {
  if (parts.length === 0) return undefined
  const out: string[] = []
  let at = 0
  for (const [index, part] of parts.entries()) {
    if (index > 0) {
      if (!text.startsWith(partSeparator, at)) return undefined
      at += partSeparator.length
    }
    const end = at + (numberOf(part['length']) ?? 0)
    out.push(text.slice(at, end))
    at = end
  }
  return at === text.length ? out : undefined
}
