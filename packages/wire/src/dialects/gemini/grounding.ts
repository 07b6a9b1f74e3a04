import type { Block, Citation } from '../../hub.ts'
import { arrayOf, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '../../json.ts'

/** Google counts bytes of UTF-8, the hub UTF-16 units. */
export function utf16Offset(text: string, bytes: number): number {
  let seen = 0
  for (let i = 0; i < text.length; i++) {
    if (seen >= bytes) return i
    seen += bytesAt(text, i)
  }
  return text.length
}

export function byteOffset(text: string, units: number): number {
  let bytes = 0
  for (let i = 0; i < Math.min(units, text.length); i++) bytes += bytesAt(text, i)
  return bytes
}

/** A surrogate pair is four bytes: two for each half. */
function bytesAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3
}

export interface PlacedCitation {
  /** The part that the segment names. */
  readonly part: number
  readonly citation: Citation
}

/** What a candidate's grounding and citation metadata say of `text`, the answer so far. */
export function citationsOf(candidate: JsonObject, text: string): PlacedCitation[] {
  const grounding = objectOf(candidate.groundingMetadata)
  const found = grounding === undefined ? [] : groundedCitations(grounding, text)
  const recited = objectOf(candidate.citationMetadata)
  for (const source of objectsOf(recited?.citationSources ?? recited?.citations)) {
    found.push({ part: 0, citation: citation(source, { start: source.startIndex, end: source.endIndex }, text) })
  }
  return found
}

function groundedCitations(grounding: JsonObject, text: string): PlacedCitation[] {
  const chunks = arrayOf(grounding.groundingChunks).map((chunk) => {
    const object = objectOf(chunk)
    return objectOf(object?.web ?? object?.maps ?? object?.retrievedContext) ?? {}
  })
  const supports = objectsOf(grounding.groundingSupports)
  if (supports.length === 0) return chunks.map((chunk) => ({ part: 0, citation: citation(chunk, {}, text) }))
  return supports.flatMap((support) => {
    const segment = objectOf(support.segment) ?? {}
    // A segment that starts at the beginning has no startIndex: protobuf leaves zero out.
    const span = { start: segment.startIndex ?? 0, end: segment.endIndex, cited: segment.text }
    const part = numberOf(segment.partIndex) ?? 0
    return arrayOf(support.groundingChunkIndices).flatMap((index) => {
      const chunk = chunks[numberOf(index) ?? -1]
      return chunk === undefined ? [] : [{ part, citation: citation(chunk, span, text) }]
    })
  })
}

function citation(source: JsonObject, span: { start?: unknown; end?: unknown; cited?: unknown }, text: string): Citation {
  const url = stringOf(source.uri)
  const title = stringOf(source.title)
  const citedText = stringOf(span.cited)
  const end = numberOf(span.end)
  const start = end === undefined ? undefined : (numberOf(span.start) ?? 0)
  return {
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(citedText === undefined ? {} : { citedText }),
    ...(start === undefined || end === undefined ? {} : { start: utf16Offset(text, start), end: utf16Offset(text, end) }),
  }
}

/** Puts citations on the text block that they speak of. */
export function withCitations(blocks: readonly Block[], candidate: JsonObject): readonly Block[] {
  if (candidate.groundingMetadata === undefined && candidate.citationMetadata === undefined) return blocks
  const first = blocks.findIndex((block) => block.type === 'text')
  if (first < 0) return blocks
  return blocks.map((block, at) => {
    if (block.type !== 'text') return block
    const mine = citationsOf(candidate, block.text).filter(({ part }) => (blocks[part]?.type === 'text' ? part : first) === at)
    return mine.length === 0 ? block : { ...block, citations: mine.map((placed) => placed.citation) }
  })
}

export interface CitedText {
  readonly part: number
  readonly text: string
  readonly citations: readonly Citation[]
}

/** Citations of another dialect as grounding metadata; undefined when there are none. */
export function groundingOf(texts: readonly CitedText[]): JsonObject | undefined {
  const chunks: JsonObject[] = []
  const places = new Map<string, number>()
  const supports: JsonObject[] = []
  for (const { part, text, citations } of texts) {
    for (const { url, title, citedText, start, end } of citations) {
      const key = `${url ?? ''} ${title ?? ''}`
      let place = places.get(key)
      if (place === undefined) {
        place =
          chunks.push({ web: { ...(url === undefined ? {} : { uri: url }), ...(title === undefined ? {} : { title }) } }) - 1
        places.set(key, place)
      }
      if (start === undefined || end === undefined) continue
      const segment = {
        ...(part === 0 ? {} : { partIndex: part }),
        startIndex: byteOffset(text, start),
        endIndex: byteOffset(text, end),
        text: citedText ?? text.slice(start, end),
      }
      supports.push({ segment, groundingChunkIndices: [place] })
    }
  }
  if (chunks.length === 0) return undefined
  return { groundingChunks: chunks, ...(supports.length === 0 ? {} : { groundingSupports: supports }) }
}
