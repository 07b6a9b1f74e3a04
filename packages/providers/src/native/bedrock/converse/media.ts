import { fail, type JsonObject, type MediaBlock, type MediaSource } from '@switchyard/wire'

/** Formats of Converse by the last part of a media type (API reference, "DocumentBlock" and its like, 2026-11-22). */
const documentFormats: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['text/csv', 'csv'],
  ['application/msword', 'doc'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['text/html', 'html'],
  ['text/markdown', 'md'],
  ['text/plain', 'txt'],
])

const videoFormats: ReadonlyMap<string, string> = new Map([
  ['quicktime', 'mov'],
  ['x-matroska', 'mkv'],
  ['x-flv', 'flv'],
  ['x-ms-wmv', 'wmv'],
  ['3gpp', 'three_gp'],
])

/** The block for a medium; undefined for what Converse cannot take. `index` tells unnamed documents apart. */
export function mediaBlock(block: MediaBlock, index: number): JsonObject | undefined {
  const source = sourceOf(block.source)
  if (source === undefined) return undefined
  const mime = (block.mimeType ?? mimeOfName(block)).toLowerCase()
  const last = mime.slice(mime.indexOf('/') + 1).replace(/;.*$/, '')
  if (block.media === 'video') return { video: { format: videoFormats.get(last) ?? last, source } }
  if (block.media === 'audio') return undefined
  // Chat clients give documents as images, by a data URL.
  const format = documentFormats.get(mime.replace(/;.*$/, ''))
  if (block.media === 'image' && format === undefined) {
    return { image: { format: last === 'jpg' || last === '' ? 'jpeg' : last, source } }
  }
  return { document: { format: format ?? extensionOf(block) ?? 'pdf', name: documentName(block, index), source } }
}

function sourceOf(source: MediaSource): JsonObject | undefined {
  switch (source.kind) {
    case 'data':
      return { bytes: source.base64 }
    case 'text':
      return { bytes: base64Of(source.text) }
    case 'url':
      if (source.url.startsWith('s3://')) return { s3Location: { uri: source.url } }
      throw fail('bad_request', 'Bedrock takes media as data or from S3 (s3://bucket/key), not from other addresses.')
    case 'file':
      return source.id.startsWith('s3://') ? { s3Location: { uri: source.id } } : undefined
  }
}

function base64Of(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}

const locationOf = ({ source, name }: MediaBlock): string => name ?? (source.kind === 'url' ? source.url : '')

const extensionOf = (block: MediaBlock): string | undefined => {
  const extension = /\.([a-z]{2,4})$/i.exec(locationOf(block))?.[1]?.toLowerCase()
  return extension !== undefined && [...documentFormats.values()].includes(extension) ? extension : undefined
}

function mimeOfName(block: MediaBlock): string {
  if (block.source.kind === 'text') return 'text/plain'
  const extension = /\.([a-z0-9]{2,4})$/i.exec(locationOf(block))?.[1] ?? ''
  return `${block.media}/${extension}`
}

/** Letters, digits, single blanks, hyphens, parentheses and brackets; names must differ within a request. */
function documentName(block: MediaBlock, index: number): string {
  const name = (block.name ?? '').replace(/\.[a-z0-9]+$/i, '').replace(/[^a-zA-Z0-9()[\] -]+/g, ' ')
  const plain = name.replace(/\s+/g, ' ').trim().slice(0, 190)
  return plain === '' ? `document ${index + 1}` : plain
}
