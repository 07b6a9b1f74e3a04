import type { Binary, Codec } from '@switchyard/core'
import { readGeminiUsage, fail, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { formatOf, speechOf, voiceOf } from '../../audio.ts'
import { bytesOfBase64 } from '../../base64.ts'

/** Samples are all that comes: 16 bits, one channel (ai.google.dev/gemini-api/docs/speech-generation). */
const formats = { wav: 'wav', pcm: 'pcm' }
const usualRate = 24_000

/** OpenAI's voices: the nearest of those that Gemini has. */
const voices: Readonly<Record<string, string>> = {
  alloy: 'Kore',
  echo: 'Puck',
  fable: 'Fenrir',
  onyx: 'Charon',
  nova: 'Leda',
  shimmer: 'Aoede',
}

export const nearestVoice = (name: string): string => voices[name] ?? name

export const speech: Codec = {
  write: ({ model: _, input, voice, response_format: format, instructions, generationConfig, ...own }) => {
    formatOf(format, formats, 'Gemini')
    const text = stringOf(instructions) === undefined ? input : `${String(instructions)}: ${String(input)}`
    const name = voiceOf(voice)
    return {
      json: {
        contents: [{ role: 'user', parts: [{ text }] }],
        generationConfig: {
          responseModalities: ['AUDIO'],
          speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: nearestVoice(name) } } },
          ...objectOf(generationConfig),
        },
        ...own,
      },
    }
  },
  read,
  usage: (reply) => {
    const usage = readGeminiUsage(objectOf(reply) ?? {})
    return usage === undefined ? undefined : { ...usage, outputAudio: usage.output - usage.reasoning, estimated: false }
  },
}

/** Players need a header before the samples, and OpenAI's clients ask for none by `pcm` alone. */
function read(reply: unknown, request: JsonObject): Binary {
  const parts = objectsOf(objectOf(reply)?.['candidates']).flatMap(({ content }) => objectsOf(objectOf(content)?.['parts']))
  const sounds = objectsOf(parts.map(({ inlineData }) => inlineData))
  const data = sounds.map(({ data: sound }) => stringOf(sound) ?? '').filter((sound) => sound !== '')
  if (data.length === 0) throw fail('bad_reply', 'Gemini answered without any audio.')
  const samples = bytesOfBase64(data.join(''))
  if (request['response_format'] === 'pcm') return speechOf(samples, 'pcm')
  const [, rate = usualRate] = /rate=(\d+)/.exec(stringOf(sounds[0]?.['mimeType']) ?? '') ?? []
  return speechOf(withWavHeader(samples, Number(rate)), 'wav')
}

const headerLength = 44
const bytesPerSample = 2

function withWavHeader(samples: Uint8Array, rate: number): Uint8Array {
  const wav = new Uint8Array(headerLength + samples.length)
  const view = new DataView(wav.buffer)
  const text = (at: number, name: string): void => wav.set(new TextEncoder().encode(name), at)
  text(0, 'RIFF')
  view.setUint32(4, headerLength - 8 + samples.length, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * bytesPerSample, true)
  view.setUint16(32, bytesPerSample, true)
  view.setUint16(34, 8 * bytesPerSample, true)
  text(36, 'data')
  view.setUint32(40, samples.length, true)
  wav.set(samples, headerLength)
  return wav
}
