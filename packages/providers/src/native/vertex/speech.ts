import type { Codec, Payload } from '@switchyard/core'
import { compact, isString, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { formatOf, speechOfBase64, voiceOf } from '../../audio.ts'
import { speech as geminiSpeech } from '../gemini/speech.ts'

/** Cloud Text-to-Speech's AudioEncoding: LINEAR16 has a WAV header, PCM has none. */
const encodings = { mp3: 'MP3', opus: 'OGG_OPUS', wav: 'LINEAR16', pcm: 'PCM' }
const rateOfPcm = 24_000

/** OpenAI's voices: the nearest of Google's, which LiteLLM maps too (its Vertex speech page, read 2026-11-22). */
const voices: Readonly<Record<string, string>> = {
  alloy: 'en-US-Studio-O',
  echo: 'en-US-Studio-M',
  fable: 'en-GB-Studio-B',
  nova: 'en-US-Studio-O',
  onyx: 'en-US-Wavenet-D',
  shimmer: 'en-US-Studio-O',
}

function write(body: JsonObject): Payload {
  const { model: _, input, voice, response_format: format, speed, instructions, audioConfig, ...own } = body
  const encoding = formatOf(format, encodings, 'Google') ?? encodings.mp3
  return {
    json: {
      input: inputOf(input, instructions),
      voice: voiceFor(voice),
      audioConfig: compact({
        audioEncoding: encoding,
        speakingRate: speed,
        sampleRateHertz: format === 'pcm' ? rateOfPcm : undefined,
        ...objectOf(audioConfig),
      }),
      ...own,
    },
  }
}

function inputOf(input: unknown, instructions: unknown): JsonObject {
  const text = stringOf(input) ?? ''
  const said = text.trimStart().startsWith('<speak') ? { ssml: text } : { text }
  return compact({ ...said, prompt: isString(instructions) ? instructions : undefined })
}

/** A voice's name begins with its language: `en-US-Chirp3-HD-Charon`. */
function voiceFor(voice: unknown): JsonObject {
  const own = objectOf(voice)
  if (own !== undefined && own['id'] === undefined) return own
  const given = voiceOf(voice)
  const name = voices[given] ?? given
  const [language = 'en', country = 'US'] = name.split('-')
  return { languageCode: `${language}-${country}`, name }
}

/** Gemini's models speak in their own route, everything else is Cloud Text-to-Speech. */
export const speech: Codec = {
  write: (body, target, files) => (target.model.startsWith('gemini-') ? geminiSpeech.write(body, target, files) : write(body)),
  read: (reply, request, target) => {
    const audio = objectOf(reply)?.['audioContent']
    if (audio === undefined) return geminiSpeech.read(reply, request, target)
    return speechOfBase64(audio, request['response_format'])
  },
  usage: (reply) => (objectOf(reply)?.['audioContent'] === undefined ? geminiSpeech.usage?.(reply) : undefined),
}
