import type { Citation } from '../../hub.ts'
import { defined } from './check.ts'
import { numberOf, stringOf, type JsonObject } from '../../json.ts'
import { ownExtra, ownFields, restFields, someExtra, wireObject } from './notes.ts'

const urlFields = new Set(['type', 'url', 'title', 'start_index', 'end_index'])
const fileFields = new Set(['filename'])
const typed = (value: unknown, type: 'string' | 'number'): boolean =>
  typeof value === type || value === null || value === undefined

/** An annotation of an `output_text` part. Citations of files keep their own fields; their file name is the title. */
export function readAnnotation(annotation: JsonObject): Citation {
  if (annotation['type'] === 'url_citation' && wellTyped(annotation)) {
    const { url, title, start_index: start, end_index: end } = annotation
    const rest = restFields(annotation, urlFields)
    // Kept even when empty where a field was absent, so that the writer does not fill it in.
    const whole = url !== undefined && title !== undefined && start !== undefined && end !== undefined
    return {
      ...defined<Citation>({ url: stringOf(url), title: stringOf(title), start: numberOf(start), end: numberOf(end) }),
      ...(whole ? someExtra(rest) : ownExtra(rest)),
    }
  }
  const title = stringOf(annotation['filename'])
  const known = title === undefined ? new Set<string>() : fileFields
  const kept = restFields(annotation, known)
  return { ...defined<Citation>({ title }), ...ownExtra({ ...kept, $file: true }) }
}

const wellTyped = (annotation: JsonObject): boolean =>
  typed(annotation['url'], 'string') &&
  typed(annotation['title'], 'string') &&
  typed(annotation['start_index'], 'number') &&
  typed(annotation['end_index'], 'number')

/** `undefined` for a citation of another dialect that names no address: this dialect has no place for it. */
export function writeAnnotation(citation: Citation): JsonObject | undefined {
  const fields = ownFields(citation.extra)
  if (fields?.['$file'] === true) return wireObject(fields, { filename: citation.title })
  const { url, title, start, end } = citation
  if (fields !== undefined) return wireObject(fields, { type: 'url_citation', url, title, start_index: start, end_index: end })
  if (url === undefined) return undefined
  // All four fields are mandatory in the official SDKs' types (openai-node 6.49, read 2026-11-22).
  return { type: 'url_citation', url, title: title ?? '', start_index: start ?? 0, end_index: end ?? 0 }
}

export function writeAnnotations(citations: readonly Citation[]): JsonObject[] {
  const out: JsonObject[] = []
  for (const citation of citations) {
    const annotation = writeAnnotation(citation)
    if (annotation !== undefined) out.push(annotation)
  }
  return out
}
