import type { CallShape, Codec, Quirk, Target } from '@switchyard/core'
import { arrayOf, compact, numberOf, objectOf, objectsOf } from '@switchyard/wire'
import { recordingIn, refuseSubtitles, transcriptAs } from '../audio.ts'
import { unsupported, without } from '../tuning.ts'

/** OpenAI's form ⇄ `POST /v1/stt`; words come with every reply (docs.x.ai, speech to text, 2026-11-22). */
export const transcription: Codec = {
  write: (
    { model: _, response_format: format, timestamp_granularities: _granularities, stream: _stream, ...own },
    { model },
    files,
  ) => {
    refuseSubtitles(format, 'xAI')
    return { form: { model, ...own }, files: [{ ...recordingIn(files), field: 'file' }] }
  },
  read: (reply, request) => {
    const { text, language, duration, words, ...rest } = objectOf(reply) ?? {}
    const spoken = objectsOf(words).map(({ text: word, ...one }) => ({ word, ...one }))
    return transcriptAs(
      request,
      compact({ text, task: 'transcribe', language, duration, ...rest, words: words === undefined ? undefined : spoken }),
    )
  },
  usage: (reply) => {
    const seconds = numberOf(objectOf(reply)?.['duration'])
    return seconds === undefined ? undefined : { units: { 'input-second': seconds } }
  },
}

/** There are no hints for the model, and no segments. */
export function tuneTranscription(target: Target, call: CallShape): readonly Quirk[] {
  const granularities = arrayOf(call.field('timestamp_granularities'))
  if (granularities.includes('segment') && !call.dropParams) throw unsupported(target, 'timestamp_granularities', 'segment')
  return without(target, call, ['prompt', 'temperature', 'include'])
}
