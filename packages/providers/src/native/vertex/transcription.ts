import type { Codec } from '@switchyard/core'
import { compact, isString, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { recordingIn, refuseSubtitles, transcriptAs } from '../../audio.ts'
import { base64Of } from '../../base64.ts'

/** OpenAI's form ⇄ `recognize` of Speech-to-Text v2. */
export const transcription: Codec = {
  write: ({ language, response_format: format, timestamp_granularities: granularities, config, ...body }, { model }, files) => {
    refuseSubtitles(format, 'Google')
    const { prompt: _prompt, temperature: _temperature, stream: _stream, model: _model, ...own } = body
    const withWords = Array.isArray(granularities) && granularities.includes('word')
    return {
      json: {
        config: {
          autoDecodingConfig: {},
          model,
          languageCodes: [isString(language) ? language : 'auto'],
          ...(withWords ? { features: { enableWordTimeOffsets: true } } : {}),
          ...objectOf(config),
        },
        content: base64Of(recordingIn(files).bytes),
        ...own,
      },
    }
  },
  read: (reply, request) => transcriptAs(request, transcriptOf(objectOf(reply) ?? {})),
  usage: (reply) => {
    const seconds = secondsIn(objectOf(objectOf(reply)?.['metadata'])?.['totalBilledDuration'])
    return seconds === undefined ? undefined : { units: { 'input-second': seconds } }
  },
}

/** Silence has no results. */
function transcriptOf({ results, metadata }: JsonObject): JsonObject {
  const pieces = objectsOf(results)
  const best = pieces.flatMap(({ alternatives }) => objectsOf(alternatives).slice(0, 1))
  const words = best.flatMap(({ words: list }) => objectsOf(list))
  return compact({
    text: best.map(({ transcript }) => (stringOf(transcript) ?? '').trim()).join(' '),
    task: 'transcribe',
    language: pieces[0]?.['languageCode'],
    duration: secondsIn(objectOf(metadata)?.['totalBilledDuration']),
    words: words.length === 0 ? undefined : words.map(wordOf),
  })
}

const wordOf = ({ word, startOffset, endOffset }: JsonObject): JsonObject => ({
  word,
  start: secondsIn(startOffset) ?? 0,
  end: secondsIn(endOffset) ?? 0,
})

/** `3.500s`. */
function secondsIn(text: unknown): number | undefined {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(stringOf(text) ?? '') ?? []
  return seconds === undefined ? undefined : Number(seconds)
}
