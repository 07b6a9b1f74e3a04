import type { Codec } from '@switchyard/core'
import { compact, isString, numberOf, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { measuresOf } from '../../images.ts'
import { pictureIn, secondsOf, videoOf, type VideoJob } from '../../videos.ts'

// Tasks of videos (docs.dev.runwayml.com/api, version 2024-11-06, and native-wire facts §21, 2026-11-22).

export const videoSuffix = '_to_video'
/** What Runway's own examples ask for; the API wants both named. */
const usualSeconds = 5
const usualRatio = '1280:720'

const lengthOf = ({ seconds, duration }: JsonObject): number => secondsOf(seconds) ?? secondsOf(duration) ?? usualSeconds

function ratioOf({ size, ratio }: JsonObject): string {
  const measures = measuresOf(size)
  return measures === undefined ? (stringOf(ratio) ?? usualRatio) : `${measures.width}:${measures.height}`
}

export const video: Codec = {
  write: ({ model: _, prompt, input_reference, ...body }, { model }, files) => {
    const picture = pictureIn({ input_reference }, files)
    const { seconds: _seconds, size: _size, ...own } = body
    const promptImage = picture === undefined || isString(picture) ? picture : `data:${picture.mimeType};base64,${picture.base64}`
    return {
      path: `/${promptImage === undefined ? 'text' : 'image'}${videoSuffix}`,
      json: compact({ model, promptText: prompt, promptImage, ...own, ratio: ratioOf(body), duration: lengthOf(body) }),
    }
  },
  read: (reply, request, { model }) =>
    videoOf({
      id: stringOf(objectOf(reply)?.['id']),
      status: 'queued',
      model,
      seconds: lengthOf(request),
      size: ratioOf(request).replace(':', 'x'),
    }),
}

const states: Readonly<Record<string, VideoJob['status']>> = {
  PENDING: 'queued',
  THROTTLED: 'queued',
  SUCCEEDED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'failed',
}

export function readTask({ id, status, progress, failure, failureCode }: JsonObject): JsonObject {
  const state = states[stringOf(status) ?? ''] ?? 'in_progress'
  const share = numberOf(progress)
  const message = stringOf(failure) ?? `The task of Runway ended with "${stringOf(status) ?? 'nothing'}".`
  return videoOf({
    id: stringOf(id),
    status: state,
    progress: share === undefined ? undefined : Math.round(share * 100),
    error: state === 'failed' ? { code: stringOf(failureCode) ?? 'failed', message } : undefined,
  })
}
