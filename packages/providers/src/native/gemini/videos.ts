import type { Codec } from '@switchyard/core'
import { compact, fail, numberOf, objectOf, objectsOf, stringOf, arrayOf, isString, type JsonObject } from '@switchyard/wire'
import { measuresOf, ratioOf } from '../../images.ts'
import { pictureIn, secondsOf, videoOf } from '../../videos.ts'

// Veo's long-running operations (ai.google.dev/gemini-api/docs/video and native-wire facts §2, 2026-11-22).

/** Of every Veo when the request names none. */
const usualSeconds = 8
const ratios = ['16:9', '9:16']
/** How many clips are made is not the client's: one is what is reserved. */
const counts: ReadonlySet<string> = new Set(['n', 'sampleCount', 'numberOfVideos'])

const lengthOf = ({ seconds, durationSeconds }: JsonObject): number =>
  secondsOf(seconds) ?? secondsOf(durationSeconds) ?? usualSeconds

function resolutionOf({ size, resolution }: JsonObject): string | undefined {
  const measures = measuresOf(size)
  if (measures === undefined) return stringOf(resolution)
  const lines = Math.min(measures.width, measures.height)
  return lines >= 2160 ? '4k' : `${lines}p`
}

/** Veo on either of Google's platforms; `named`: the picture behind a URL. */
export const veo = (named: (url: string) => JsonObject): Codec => ({
  write: ({ model: _, prompt, input_reference, ...body }, _target, files) => {
    const picture = pictureIn({ input_reference }, files)
    const image = isString(picture)
      ? named(picture)
      : picture && { bytesBase64Encoded: picture.base64, mimeType: picture.mimeType }
    const { seconds: _seconds, size, ...rest } = body
    const own = Object.entries(rest).filter(([name]) => !counts.has(name))
    return {
      json: {
        instances: [compact({ prompt, image })],
        parameters: compact({
          aspectRatio: ratioOf(size, ratios),
          ...Object.fromEntries(own),
          resolution: resolutionOf(body),
          durationSeconds: lengthOf(body),
        }),
      },
    }
  },
  read: (reply, request, { model }) =>
    videoOf({
      id: stringOf(objectOf(reply)?.['name']),
      status: 'queued',
      model,
      seconds: lengthOf(request),
      size: measuresOf(request['size']) === undefined ? resolutionOf(request) : stringOf(request['size']),
    }),
})

export const video = veo(() => {
  throw fail('bad_request', 'Veo takes pictures as data, not by URL: send a data URL or a file.', { param: 'input_reference' })
})

export const operationName = (path: string): string => decodeURIComponent(path.replace(/^\/videos\//, ''))

/** An operation's name is its path. */
export const operationPath = (path: string): string => operationName(path).split('/').map(encodeURIComponent).join('/')

const made = (operation: JsonObject): JsonObject | undefined => {
  const response = objectOf(operation['response'])
  return objectOf(response?.['generateVideoResponse']) ?? response
}

/** Undefined: there is none (yet). */
export const uriOf = (operation: JsonObject): string | undefined =>
  stringOf(objectOf(objectsOf(made(operation)?.['generatedSamples'])[0]?.['video'])?.['uri'])

/** An operation as OpenAI's video; `videoIn` finds the clip that it made. */
export function readOperation(operation: JsonObject, videoIn: (operation: JsonObject) => unknown = uriOf): JsonObject {
  const id = stringOf(operation['name'])
  const model = /(?:^|\/)models\/([^/]+)\//.exec(id ?? '')?.[1]
  if (operation['done'] !== true) return videoOf({ id, model, status: 'in_progress' })
  if (videoIn(operation) !== undefined) return videoOf({ id, model, status: 'completed' })
  const said = objectOf(operation['error'])
  const reasons = arrayOf(made(operation)?.['raiMediaFilteredReasons']).filter(isString)
  const message = stringOf(said?.['message']) ?? (reasons.join(' ') || 'The operation ended without a video.')
  const code = reasons.length > 0 ? 'content_filter' : String(numberOf(said?.['code']) ?? 'failed')
  return videoOf({ id, model, status: 'failed', error: { code, message } })
}
