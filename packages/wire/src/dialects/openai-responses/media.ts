import { isObject, stringOf, type JsonObject } from '../../json.ts'
import type { MediaBlock } from '../../hub.ts'
import { below, missing, optionalObject, optionalString } from './check.ts'
import { ownExtra, ownFields, restFields, someExtra, wireObject } from './notes.ts'

const imageFields = new Set(['type', 'image_url', 'file_id', 'detail'])
const fileFields = new Set(['type', 'file_data', 'file_url', 'file_id', 'filename'])
const audioFields = new Set(['type', 'input_audio'])
const audioDataFields = new Set(['data', 'format'])

interface DataUrl {
  readonly mimeType: string
  readonly base64: string
}

/** Only the plain form, which is written the same way again; a data URL with parameters stays a URL. */
function parseDataUrl(url: string): DataUrl | undefined {
  if (!url.startsWith('data:')) return undefined
  const comma = url.indexOf(',')
  const head = url.slice(5, comma)
  if (comma < 0 || !head.endsWith(';base64') || head.indexOf(';') !== head.length - 7) return undefined
  return { mimeType: head.slice(0, -7), base64: url.slice(comma + 1) }
}

const dataUrl = (mimeType: string, base64: string): string => `data:${mimeType};base64,${base64}`

const fromUrl = (url: string): Pick<MediaBlock, 'source' | 'mimeType'> => {
  const data = parseDataUrl(url)
  return data === undefined
    ? { source: { kind: 'url', url } }
    : { source: { kind: 'data', base64: data.base64 }, mimeType: data.mimeType }
}

/** The fields of other sources stay as they are: the first one is the block's. */
const without = (known: ReadonlySet<string>, ...fields: readonly string[]): ReadonlySet<string> => {
  const out = new Set(known)
  for (const field of fields) out.delete(field)
  return out
}

export function readImage(part: JsonObject, path: string): MediaBlock {
  const url = optionalString(part, 'image_url', path)
  const id = optionalString(part, 'file_id', path)
  const detail = optionalString(part, 'detail', path)
  if (url === undefined && id === undefined) throw missing(below(path, 'image_url'))
  const known = url === undefined || part['file_id'] === null ? imageFields : without(imageFields, 'file_id')
  return {
    type: 'media',
    media: 'image',
    ...(url === undefined ? { source: { kind: 'file', id: id ?? '' } } : fromUrl(url)),
    ...(detail === undefined ? {} : { detail }),
    ...someExtra(restFields(part, known)),
  }
}

export function readFile(part: JsonObject, path: string): MediaBlock {
  const data = optionalString(part, 'file_data', path)
  const url = optionalString(part, 'file_url', path)
  const id = optionalString(part, 'file_id', path)
  const name = optionalString(part, 'filename', path)
  // The note keeps a file a file when it holds an image or sound.
  const rest: JsonObject = { ...restFields(part, fileFields), $file: true }
  const named = name === undefined ? {} : { name }
  if (data !== undefined) {
    if (url !== undefined) rest['file_url'] = url
    if (id !== undefined) rest['file_id'] = id
    const parsed = parseDataUrl(data)
    // Bare base64 is accepted too, the type then follows from the name.
    const mimeType = parsed?.mimeType ?? mimeOfName(name)
    return {
      type: 'media',
      media: mediaOf(mimeType),
      source: { kind: 'data', base64: parsed?.base64 ?? data },
      mimeType,
      ...named,
      ...ownExtra(parsed === undefined ? { ...rest, $bare: true } : rest),
    }
  }
  if (url === undefined && id === undefined) throw missing(below(path, 'file_data'))
  if (url !== undefined && id !== undefined) rest['file_id'] = id
  const source = url === undefined ? ({ kind: 'file', id: id ?? '' } as const) : ({ kind: 'url', url } as const)
  return { type: 'media', media: 'document', source, ...named, ...ownExtra(rest) }
}

export function readAudio(part: JsonObject, path: string): MediaBlock {
  const audio = optionalObject(part, 'input_audio', path)
  const inside = below(path, 'input_audio')
  if (audio === undefined) throw missing(inside)
  const base64 = optionalString(audio, 'data', inside)
  const format = optionalString(audio, 'format', inside)
  if (base64 === undefined) throw missing(below(inside, 'data'))
  const nested = restFields(audio, audioDataFields)
  const rest = restFields(part, audioFields)
  return {
    type: 'media',
    media: 'audio',
    source: { kind: 'data', base64 },
    ...(format === undefined ? {} : { mimeType: format === 'mp3' ? 'audio/mpeg' : `audio/${format}` }),
    ...someExtra(Object.keys(nested).length === 0 ? rest : { ...rest, $audio: nested }),
  }
}

/** `undefined` where the dialect has no place for it: video, audio by URL. */
export function writeMedia(block: MediaBlock): JsonObject | undefined {
  const fields = ownFields(block.extra)
  if (fields?.['$file'] === true) return writeFile(block, fields)
  switch (block.media) {
    case 'image':
      return writeImage(block, fields)
    case 'audio':
      return writeAudio(block, fields)
    case 'video':
      return undefined
    case 'document':
      return writeFile(block, fields)
  }
}

function writeImage(block: MediaBlock, fields: JsonObject | undefined): JsonObject | undefined {
  const { source, detail } = block
  if (source.kind === 'text') return undefined
  const hub = source.kind === 'file' ? { file_id: source.id } : { image_url: urlOf(block) }
  return wireObject(fields, { type: 'input_image', ...hub, detail })
}

function writeAudio(block: MediaBlock, fields: JsonObject | undefined): JsonObject | undefined {
  if (block.source.kind !== 'data') return undefined
  const subtype = block.mimeType?.slice(block.mimeType.indexOf('/') + 1)
  const format = subtype === 'mpeg' ? 'mp3' : subtype === 'x-wav' ? 'wav' : subtype
  const note = fields?.['$audio']
  const audio = wireObject(isObject(note) ? note : undefined, { data: block.source.base64, format })
  return wireObject(fields, { type: 'input_audio', input_audio: audio })
}

function writeFile(block: MediaBlock, fields: JsonObject | undefined): JsonObject {
  const { source, name } = block
  switch (source.kind) {
    case 'text':
      return { type: 'input_text', text: source.text }
    case 'file':
      return wireObject(fields, { type: 'input_file', file_id: source.id, filename: name })
    case 'url':
      return wireObject(fields, { type: 'input_file', file_url: source.url, filename: name })
    case 'data': {
      const bare = fields?.['$bare'] === true
      // A name is mandatory beside data (400 without it); a block of our own dialect is written as it came.
      const filename = name ?? (fields === undefined ? nameOfMime(block.mimeType) : undefined)
      return wireObject(fields, { type: 'input_file', filename, file_data: bare ? source.base64 : urlOf(block) })
    }
  }
}

const urlOf = (block: MediaBlock): string => {
  const { source } = block
  if (source.kind === 'data') return dataUrl(block.mimeType ?? (block.media === 'image' ? 'image/png' : pdf), source.base64)
  return source.kind === 'url' ? source.url : ''
}

const pdf = 'application/pdf'
const textTypes: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
}

const mimeOfName = (name: string | undefined): string => stringOf(textTypes[name?.split('.').at(-1)?.toLowerCase() ?? '']) ?? pdf

function nameOfMime(mimeType: string | undefined): string {
  const extension = Object.keys(textTypes).find((key) => textTypes[key] === mimeType)
  return `document.${extension ?? (mimeType ?? pdf).split('/').at(-1) ?? 'pdf'}`
}

const mediaOf = (mimeType: string): MediaBlock['media'] =>
  mimeType.startsWith('audio/')
    ? 'audio'
    : mimeType.startsWith('video/')
      ? 'video'
      : mimeType.startsWith('image/')
        ? 'image'
        : 'document'
