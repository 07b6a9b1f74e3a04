import type { MediaBlock } from '../../hub.ts'

export function mediaOf(mimeType: string | undefined): MediaBlock['media'] {
  const family = mimeType?.slice(0, mimeType.indexOf('/'))
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'document'
}

const byExtension: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  heif: 'image/heif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/md',
  csv: 'text/csv',
  html: 'text/html',
  mp3: 'audio/mp3',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  aac: 'audio/aac',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mpeg: 'video/mpeg',
  mpg: 'video/mpeg',
}

/** The type that a URL's or file's name tells, which Google wants beside every `fileUri`. */
export function mimeTypeOfName(name: string): string | undefined {
  const extension = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(name)?.[1]
  return extension === undefined ? undefined : byExtension[extension.toLowerCase()]
}

const usual: Readonly<Record<MediaBlock['media'], string>> = {
  image: 'image/jpeg',
  audio: 'audio/wav',
  video: 'video/mp4',
  document: 'application/pdf',
}

/** Inline data must be typed: what the block says, what its name tells, else the usual type of its kind. */
export const mimeTypeOfData = (block: MediaBlock): string =>
  block.mimeType ?? (block.name === undefined ? undefined : mimeTypeOfName(block.name)) ?? usual[block.media]
