import type { Citation, TextBlock } from '../../hub.ts'
import { isString, type JsonObject } from '../../json.ts'
import { defined, keptFields, note, ownExtra, ownFields, wireFields } from './shape.ts'

/** The wire's citations are five kinds; what they share is in the hub, the rest (places, ids) travels as it is. */
export function readCitation(wire: JsonObject): Citation {
  const rest = keptFields(wire)
  for (const key of ['url', 'title', 'cited_text']) if (isString(rest[key])) delete rest[key]
  const documentTitle = wire.title === undefined && isString(wire.document_title) ? wire.document_title : undefined
  if (documentTitle !== undefined) {
    delete rest.document_title
    rest.$title = 'document_title'
  }
  return defined({
    url: isString(wire.url) ? wire.url : undefined,
    title: isString(wire.title) ? wire.title : documentTitle,
    citedText: isString(wire.cited_text) ? wire.cited_text : undefined,
    extra: ownExtra(rest),
  })
}

/** A citation that another dialect read is written as a web search result: the only kind that needs no document. */
export function writeCitation(citation: Citation): JsonObject {
  const { url, title, citedText, extra } = citation
  if (ownFields(extra) === undefined) {
    return {
      type: 'web_search_result_location',
      url: url ?? '',
      title: title ?? null,
      cited_text: citedText ?? '',
      encrypted_index: '',
    }
  }
  const titleField = note(extra, '$title') === 'document_title' ? 'document_title' : 'title'
  return { ...wireFields(extra), ...defined({ url, [titleField]: title, cited_text: citedText }) }
}

/** Other dialects list the citations of every text, even where there are none; here only a text with sources has the list. */
export function writeCitations({ citations, extra }: TextBlock): JsonObject[] | undefined {
  const foreign = extra !== undefined && ownFields(extra) === undefined
  return foreign && citations?.length === 0 ? undefined : citations?.map(writeCitation)
}
