import { Binary, type FormFile } from '@switchyard/core'
import { fail, stringOf, type JsonObject } from '@switchyard/wire'
import { bytesOfBase64 } from './base64.ts'

/** The recording of a form. */
export function recordingIn(files: readonly FormFile[]): FormFile {
  const file = files.find(({ field }) => field === 'file') ?? files[0]
  if (file === undefined) throw fail('bad_request', 'Missing required parameter: "file".', { param: 'file' })
  return file
}

const encoder = new TextEncoder()

/** A transcript in the format that was asked for, of providers whose reply holds more than any of OpenAI's formats. */
export function transcriptAs(request: JsonObject, transcript: JsonObject): JsonObject | Binary {
  const text = stringOf(transcript['text'])
  if (text === undefined) throw fail('bad_reply', 'The provider answered without a transcript.')
  return request['response_format'] === 'text' ? new Binary(encoder.encode(text), 'text/plain; charset=utf-8') : transcript
}

/** Subtitles are made by nobody here. */
export function refuseSubtitles(format: unknown, provider: string): void {
  if (format !== 'srt' && format !== 'vtt') return
  throw fail('unsupported_params', `${provider} does not answer in the format ${format}; ask for json, text or verbose_json.`, {
    param: 'response_format',
  })
}

/** The types of OpenAI's formats of speech. */
const speechTypes: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
}

/** Speech that comes as base64 in a JSON reply. */
export function speechOfBase64(audio: unknown, format: unknown): Binary {
  const text = stringOf(audio)
  if (text === undefined || text === '') throw fail('bad_reply', 'The provider answered without any audio.')
  return speechOf(bytesOfBase64(text), format)
}

export const speechOf = (bytes: Uint8Array, format: unknown): Binary =>
  new Binary(bytes, speechTypes[stringOf(format) ?? 'mp3'] ?? 'application/octet-stream')

/** The provider's name for a format of OpenAI's; what it cannot make is refused. */
export function formatOf(format: unknown, formats: Readonly<Record<string, string>>, provider: string): string | undefined {
  if (format === undefined || format === null) return undefined
  const name = formats[stringOf(format) ?? '']
  if (name !== undefined) return name
  throw fail(
    'unsupported_params',
    `${provider} does not make ${JSON.stringify(format)}; ask for ${Object.keys(formats).join(', ')}.`,
    {
      param: 'response_format',
    },
  )
}

/** The voice of a request: OpenAI's voices may be objects with an id. */
export function voiceOf(voice: unknown): string {
  const name = stringOf(voice) ?? (typeof voice === 'object' && voice !== null && 'id' in voice ? stringOf(voice.id) : undefined)
  if (name !== undefined && name !== '') return name
  throw fail('bad_request', 'voice must be the name or the id of a voice.', { param: 'voice' })
}
