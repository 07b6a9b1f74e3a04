import type { FormFile } from '@switchyard/core'
import { compact, fail, isString, numberOf, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { base64File, filesOf } from './images.ts'

/** A picture that a video begins with. */
export interface Picture {
  readonly base64: string
  readonly mimeType: string
}

const pictureField = 'input_reference'

/** OpenAI's `input_reference`: a file of the form, or an object that names a URL. */
export function pictureIn(body: JsonObject, files: readonly FormFile[]): Picture | string | undefined {
  const [file] = filesOf(files, pictureField)
  if (file !== undefined) return { base64: base64File(file) ?? '', mimeType: file.contentType }
  const named = objectOf(body[pictureField])
  if (named === undefined) return undefined
  const url = stringOf(named['image_url'])
  if (url === undefined)
    throw fail('bad_request', 'This provider takes no pictures of its files; send the picture itself.', { param: pictureField })
  const [, mimeType, base64] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? []
  return mimeType === undefined || base64 === undefined ? url : { base64, mimeType }
}

/** Forms and OpenAI have lengths as text. */
export function secondsOf(value: unknown): number | undefined {
  const seconds = isString(value) && value.trim() !== '' ? Number(value) : numberOf(value)
  return seconds !== undefined && Number.isFinite(seconds) && seconds > 0 ? seconds : undefined
}

export interface VideoJob {
  readonly id: string | undefined
  readonly status: 'queued' | 'in_progress' | 'completed' | 'failed'
  readonly progress?: number | undefined
  readonly model?: string | undefined
  readonly seconds?: number | undefined
  readonly size?: string | undefined
  readonly error?: { readonly code: string; readonly message: string } | undefined
}

/** OpenAI's video. */
export function videoOf({ id, seconds, progress, ...job }: VideoJob): JsonObject {
  if (id === undefined || id === '') throw fail('bad_reply', 'The provider began a video without saying how it is called.')
  return compact({
    id,
    object: 'video',
    progress: progress ?? (job.status === 'completed' ? 100 : 0),
    seconds: seconds === undefined ? undefined : String(seconds),
    ...job,
  })
}
