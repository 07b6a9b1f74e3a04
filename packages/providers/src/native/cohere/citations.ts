import { numberOf, objectOf, objectsOf, stringOf, type Citation, type JsonObject } from '@switchyard/wire'

/** A span of the answer and the documents or tool results that it rests on: one citation for each of them. */
export function citationsOf({ start, end, sources }: JsonObject): readonly Citation[] {
  const place = { ...at('start', start), ...at('end', end) }
  return objectsOf(sources).map((source) => {
    const document = objectOf(source['document']) ?? objectOf(source['tool_output']) ?? {}
    const url = stringOf(document['url'])
    const title = stringOf(document['title']) ?? stringOf(source['id'])
    const citedText = stringOf(document['text']) ?? stringOf(document['snippet'])
    return {
      ...place,
      ...(url === undefined ? {} : { url }),
      ...(title === undefined ? {} : { title }),
      ...(citedText === undefined ? {} : { citedText }),
    }
  })
}

const at = (name: 'start' | 'end', value: unknown): { readonly start?: number; readonly end?: number } => {
  const offset = numberOf(value)
  return offset === undefined ? {} : { [name]: offset }
}
