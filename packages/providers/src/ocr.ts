import { fail, objectOf, stringOf } from '@switchyard/wire'
import { bytesOfBase64 } from './base64.ts'

/** The document of Mistral's OCR (docs.mistral.ai, 2026-11-22): an address, or the data itself as a data URI. */
export function documentIn(
  document: unknown,
): { readonly url: string } | { readonly base64: string; readonly contentType: string } {
  const given = objectOf(document) ?? {}
  const image = given['image_url']
  const url = stringOf(given['document_url']) ?? stringOf(image) ?? stringOf(objectOf(image)?.['url'])
  if (url === undefined) throw fail('bad_request', 'document needs a document_url or an image_url.', { param: 'document' })
  const [, contentType, base64] = /^data:([^;,]*)[^,]*;base64,(.*)$/s.exec(url) ?? []
  return base64 === undefined ? { url } : { base64, contentType: contentType || 'application/octet-stream' }
}

/** Bytes that the client wrote as base64: what is none is the client's fault. */
export function bytesOfDocument(base64: string): Uint8Array {
  try {
    return bytesOfBase64(base64)
  } catch (cause) {
    throw fail('bad_request', 'The data URI of the document is not base64.', { param: 'document' }, { cause })
  }
}

export interface Page {
  /** Counts from 0. */
  readonly index: number
  readonly markdown: string
}

/** Mistral's reply. */
export const ocrReply = (model: string, pages: readonly Page[], pagesProcessed = pages.length): Record<string, unknown> => ({
  object: 'ocr',
  model,
  pages: pages.map((page) => ({ ...page, images: [], dimensions: null })),
  usage_info: { pages_processed: pagesProcessed },
})

/** Texts of one page each, in the order of their pages. */
export function pagesOf(texts: readonly { readonly page: number; readonly text: string }[]): readonly Page[] {
  const pages = new Map<number, string[]>()
  for (const { page, text } of texts) pages.set(page, [...(pages.get(page) ?? []), text])
  return [...pages].toSorted(([a], [b]) => a - b).map(([page, lines]) => ({ index: page - 1, markdown: lines.join('\n') }))
}
