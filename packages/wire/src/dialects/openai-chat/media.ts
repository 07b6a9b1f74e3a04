import type { MediaBlock, MediaSource } from '../../hub.ts'
import { isObject, isString, stringOf, type JsonObject } from '../../json.ts'
import { given, ownFields, someExtra, take, wireFields } from './notes.ts'

const dataUrl = /^data:([^,]+);base64,/
const remote = /^(?:https?|gs|s3):\/\//

interface Located {
  readonly source: MediaSource
  readonly mimeType?: string
}

/** A URL as the hub holds it: the data of a base64 data URL is taken out, anything else stays a URL. */
function locate(url: string): Located {
  const match = dataUrl.exec(url.slice(0, 256))
  if (match === null) return { source: { kind: 'url', url } }
  return { source: { kind: 'data', base64: url.slice(match[0].length) }, ...given('mimeType', match[1]) }
}

export function urlOf(source: MediaSource, mimeType: string): string {
  switch (source.kind) {
    case 'data':
      return `data:${mimeType};base64,${source.base64}`
    case 'url':
      return source.url
    case 'file':
      return source.id
    case 'text':
      return `data:${mimeType};charset=utf-8,${encodeURIComponent(source.text)}`
  }
}

const mediaOfPart = { image_url: 'image', video_url: 'video', audio_url: 'audio' } as const
type UrlPart = keyof typeof mediaOfPart
export const isUrlPart = (type: unknown): type is UrlPart => isString(type) && Object.hasOwn(mediaOfPart, type)

/** `{type:'image_url', image_url:{url, detail}}`, and the same for video and audio (vLLM); some clients send the URL alone. */
export function readUrlPart(part: JsonObject, type: UrlPart, notes: JsonObject): MediaBlock | undefined {
  const { type: _type, [type]: inner, ...rest } = part
  const media = mediaOfPart[type]
  const shown = type === 'image_url' ? {} : { $part: type }
  if (isString(inner))
    return { type: 'media', media, ...locate(inner), ...someExtra(rest, { ...notes, ...shown, $string: true }) }
  if (!isObject(inner) || !isString(inner.url)) return undefined
  const { url, ...more } = inner
  const found = locate(url)
  const detail = take(more, 'detail', isString)
  const format = found.mimeType === undefined ? take(more, 'format', isString) : undefined
  const inside = { ...given('$format', format), ...(Object.keys(more).length === 0 ? {} : { $inner: more }) }
  return {
    type: 'media',
    media,
    ...found,
    ...given('mimeType', found.mimeType ?? format),
    ...given('detail', detail),
    ...someExtra(rest, { ...notes, ...shown, ...inside }),
  }
}

const mimeOfFormat = (format: string): string => (format === 'mp3' ? 'audio/mpeg' : `audio/${format}`)
const formatOfMime = (mime: string | undefined): string => {
  const format = (mime ?? 'audio/wav').replace(/^audio\/(?:x-)?/, '').replace(/;.*$/, '')
  return format === 'mpeg' ? 'mp3' : format === 'wave' ? 'wav' : format
}

export function readInputAudio(part: JsonObject, notes: JsonObject): MediaBlock | undefined {
  const { type: _type, input_audio: inner, ...rest } = part
  if (!isObject(inner) || !isString(inner.data) || !isString(inner.format)) return undefined
  const { data, format, ...more } = inner
  const mimeType = mimeOfFormat(format)
  const inside = {
    ...(formatOfMime(mimeType) === format ? {} : { $format: format }),
    ...(Object.keys(more).length === 0 ? {} : { $inner: more }),
  }
  return {
    type: 'media',
    media: 'audio',
    source: { kind: 'data', base64: data },
    mimeType,
    ...someExtra(rest, { ...notes, ...inside }),
  }
}

const mediaOfMime = (mime: string | undefined): MediaBlock['media'] => {
  const kind = mime?.slice(0, mime.indexOf('/'))
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document'
}

/** `{type:'file', file:{file_id | file_data, filename}}`: `file_id` may be a URL, `file_data` a data URL or bare base64. */
export function readFilePart(part: JsonObject, notes: JsonObject): MediaBlock | undefined {
  const { type: _type, file, ...rest } = part
  if (!isObject(file)) return undefined
  const more: JsonObject = { ...file }
  const data = take(more, 'file_data', isString)
  const id = data === undefined ? take(more, 'file_id', isString) : undefined
  const written = data ?? id
  if (written === undefined) return undefined
  const name = take(more, 'filename', isString)
  const found = data === undefined ? locateId(written) : locateData(written)
  const format = found.mimeType === undefined ? take(more, 'format', isString) : undefined
  const mimeType = found.mimeType ?? format
  const inside = {
    $part: 'file',
    ...(data === undefined ? { $key: 'file_id' } : {}),
    ...given('$format', format),
    ...(Object.keys(more).length === 0 ? {} : { $inner: more }),
  }
  return {
    type: 'media',
    media: mediaOfMime(mimeType),
    source: found.source,
    ...given('mimeType', mimeType),
    ...given('name', name),
    ...someExtra(rest, { ...notes, ...inside }),
  }
}

const locateId = (id: string): Located => ({ source: remote.test(id) ? { kind: 'url', url: id } : { kind: 'file', id } })

function locateData(data: string): Located {
  const found = locate(data)
  if (found.source.kind === 'data' || data.startsWith('data:') || remote.test(data)) return found
  return { source: { kind: 'data', base64: data } }
}

/** A media block as a content part. */
export function writeMediaPart(block: MediaBlock): JsonObject {
  const own = ownFields(block.extra)
  const rest = wireFields(own)
  const inner = isObject(own?.$inner) ? own.$inner : {}
  const format = own?.$format
  const part = own?.$part
  if (part === 'file' || (part === undefined && (block.media === 'document' || block.source.kind === 'file'))) {
    return { type: 'file', file: { ...inner, ...given('format', format), ...fileOf(block, own) }, ...rest }
  }
  if (part === undefined && block.media === 'audio' && block.source.kind === 'data') {
    const audio = { ...inner, data: block.source.base64, format: stringOf(format) ?? formatOfMime(block.mimeType) }
    return { type: 'input_audio', input_audio: audio, ...rest }
  }
  const type = isUrlPart(part) ? part : `${block.media}_url`
  const url = urlOf(block.source, block.mimeType ?? (block.media === 'image' ? 'image/png' : 'application/octet-stream'))
  if (own?.$string === true) return { type, [type]: url, ...rest }
  return { type, [type]: { ...inner, url, ...given('detail', block.detail), ...given('format', format) }, ...rest }
}

/** `filename` must be there for data, or OpenAI refuses the part. */
function fileOf(block: MediaBlock, own: JsonObject | undefined): JsonObject {
  const { source, name, mimeType } = block
  const named = given('filename', name)
  if (source.kind === 'file') return { file_id: source.id, ...named }
  if (source.kind === 'url')
    return { [own?.$part === 'file' && own.$key !== 'file_id' ? 'file_data' : 'file_id']: source.url, ...named }
  if (source.kind === 'data' && own !== undefined) {
    const bare = mimeType === undefined || own.$format !== undefined
    return { file_data: bare ? source.base64 : urlOf(source, mimeType), ...named }
  }
  const type = mimeType ?? (source.kind === 'text' ? 'text/plain' : 'application/pdf')
  const base64 = source.kind === 'text' ? base64OfText(source.text) : source.base64
  return {
    file_data: `data:${type};base64,${base64}`,
    filename: name ?? (type === 'application/pdf' ? 'document.pdf' : 'document.txt'),
  }
}

function base64OfText(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}
