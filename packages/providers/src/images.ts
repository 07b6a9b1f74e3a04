import { fail, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import type { FormFile } from '@switchyard/core'
import { base64Of } from './base64.ts'

export interface Measures {
  readonly width: number
  readonly height: number
}

/** OpenAI's `size` in pixels; undefined for `auto` and for what is no measure (`16:9`, `2K`). */
export function measuresOf(size: unknown): Measures | undefined {
  const [, width, height] = /^(\d+)\s*[x*]\s*(\d+)$/i.exec(stringOf(size) ?? '') ?? []
  return width === undefined || height === undefined ? undefined : { width: Number(width), height: Number(height) }
}

/** A `size` as one of the ratios that a provider draws in: the nearest one. A ratio stays what it is. */
export function ratioOf(size: unknown, ratios: readonly string[]): string | undefined {
  const measures = measuresOf(size)
  const text = stringOf(size)
  if (measures === undefined) return text === undefined || !text.includes(':') ? undefined : text
  const distance = (ratio: string): number => Math.abs(Math.log(measures.width / measures.height) - Math.log(quotientOf(ratio)))
  return ratios.toSorted((a, b) => distance(a) - distance(b))[0]
}

function quotientOf(ratio: string): number {
  const [width = '1', height = '1'] = ratio.split(':')
  return Number(width) / Number(height)
}

/** OpenAI's reply of a provider that answers pictures alone. */
export function imagesReply(data: readonly JsonObject[], more: JsonObject = {}): JsonObject {
  if (data.length === 0) throw fail('bad_reply', 'The provider answered without an image.')
  return { created: Math.floor(Date.now() / 1000), data, ...more }
}

const dataUrl = /^data:[^;,]+;base64,/

/** A picture by its URL, or in the reply. */
export const pictureOf = (url: string): JsonObject => (dataUrl.test(url) ? { b64_json: url.replace(dataUrl, '') } : { url })

/** The pictures of a reply that lists objects with URLs. */
export const picturesOf = (list: unknown): readonly JsonObject[] =>
  objectsOf(list).flatMap(({ url }) => {
    const text = stringOf(url)
    return text === undefined ? [] : [pictureOf(text)]
  })

/** Files of a form by the name of their field, with and without the brackets of a list. */
export const filesOf = (files: readonly FormFile[], name: string): readonly FormFile[] =>
  files.filter(({ field }) => field === name || field === `${name}[]`)

/** The pictures that a form wants changed. */
export function imagesIn(files: readonly FormFile[]): readonly FormFile[] {
  const found = filesOf(files, 'image')
  if (found.length === 0) throw fail('bad_request', 'Missing required parameter: "image".', { param: 'image' })
  return found
}

export const base64File = (file: FormFile | undefined): string | undefined =>
  file === undefined ? undefined : base64Of(file.bytes)

export const dataUrlOf = ({ bytes, contentType }: FormFile): string => `data:${contentType};base64,${base64Of(bytes)}`

/** Fields that are text however they read. */
const texts: ReadonlySet<string> = new Set(['prompt', 'negative_prompt', 'search_prompt', 'select_prompt', 'mask_prompt', 'size'])

/** Forms have text only: what a provider's own fields say in them, as JSON has it. */
export const typedFields = (form: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(form).map(([name, value]) => [name, texts.has(name) ? value : typed(value)]))

function typed(value: unknown): unknown {
  const text = stringOf(value) ?? ''
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  return text === 'true' || text === 'false' ? text === 'true' : value
}
