import type { Codec } from '@switchyard/core'
import { compact, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { recordingIn, refuseSubtitles, transcriptAs } from '../../audio.ts'

/** OpenAI's form ⇄ `POST /v1/speech-to-text` (native-wire facts §20, 2026-11-22). */
export const transcription: Codec = {
  write: (
    { model: _, language, response_format: format, timestamp_granularities: _granularities, stream: _stream, ...own },
    target,
    files,
  ) => {
    refuseSubtitles(format, 'ElevenLabs')
    return {
      form: compact({ model_id: target.model, language_code: language, ...own }),
      files: [{ ...recordingIn(files), field: 'file' }],
    }
  },
  read: (reply, request) => transcriptAs(request, transcriptOf(objectOf(reply) ?? {})),
  usage: (reply) => {
    const seconds = secondsOf(objectOf(reply) ?? {})
    return seconds === undefined ? undefined : { units: { 'input-second': seconds } }
  },
}

/** Its words hold the spaces and the sounds between them too. */
function transcriptOf(reply: JsonObject): JsonObject {
  const words = objectsOf(reply['words']).filter(({ type }) => type === undefined || type === 'word')
  return compact({
    text: stringOf(reply['text']),
    task: 'transcribe',
    language: reply['language_code'],
    duration: secondsOf(reply),
    words: words.map(({ text, start, end }) => ({ word: text, start, end })),
  })
}

const secondsOf = (reply: JsonObject): number | undefined => numberOf(reply['audio_duration_secs'])
