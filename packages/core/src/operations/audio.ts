import { makeUsage, numberOf, objectOf, stringOf, type Usage } from '@switchyard/wire'
import { boundTokens, estimateTokens } from '../catalog/index.ts'
import { mostSeconds, probableSeconds, speechSeconds } from './audio-length.ts'
import type { CallInputs, Counted, Most, ReplyKind } from './measured.ts'
import { bytesOf, charactersOf } from './text-size.ts'

const textFormats: ReadonlySet<unknown> = new Set(['text', 'srt', 'vtt'])

export const transcriptKind = ({ field }: CallInputs): ReplyKind => (textFormats.has(field('response_format')) ? 'text' : 'json')

/** Tokens or seconds as the provider counts them, else the length of the recording. */
export function countTranscript({ reply, files }: Counted): Usage {
  const usage = objectOf(reply['usage']) ?? {}
  const input = numberOf(usage['input_tokens'])
  if (input !== undefined) {
    const details = objectOf(usage['input_token_details']) ?? objectOf(usage['input_tokens_details'])
    return makeUsage({
      input,
      output: numberOf(usage['output_tokens']) ?? 0,
      inputAudio: numberOf(details?.['audio_tokens']) ?? 0,
    })
  }
  const said = numberOf(usage['seconds']) ?? numberOf(reply['duration'])
  const seconds = said ?? files.reduce((sum, file) => sum + probableSeconds(file), 0)
  return makeUsage({ units: { 'input-second': seconds }, ...(said === undefined ? { estimated: true } : {}) })
}

/** Audio encoders take at most 50 frames a second (Whisper's; Gemini counts 32 tokens), and nobody speaks more than 20 tokens. */
const audioTokensPerSecond = 50
const spokenTokensPerSecond = 20

export function mostTranscript({ field, files }: CallInputs): Most {
  const seconds = files.reduce((sum, file) => sum + mostSeconds(file), 0)
  return {
    units: { 'input-second': seconds },
    inputTokens: boundTokens(bytesOf(field('prompt'))) + Math.ceil(seconds * audioTokensPerSecond),
    outputTokens: Math.ceil(seconds * spokenTokensPerSecond) + 1000,
  }
}

/** Models are billed by the characters, or by the tokens read and the seconds spoken: what is not listed costs nothing. */
export function countSpeech({ field, replyBytes }: Counted): Usage {
  const text = stringOf(field('input')) ?? ''
  const seconds = speechSeconds(replyBytes, stringOf(field('response_format')) ?? 'mp3')
  return makeUsage({
    input: estimateTokens(bytesOf(text) + bytesOf(field('instructions'))),
    units: { character: charactersOf(text), 'output-second': seconds },
    estimated: true,
  })
}

/** Digits and ideographs take longest: half a second each, at normal speed. */
const secondsPerCharacter = 0.5
const slowest = 0.25

export function mostSpeech({ field }: CallInputs): Most {
  const text = stringOf(field('input')) ?? ''
  const speed = Math.max(numberOf(field('speed')) ?? 1, slowest)
  const seconds = (charactersOf(text) * secondsPerCharacter) / speed + 1
  return {
    units: { character: charactersOf(text), 'output-second': seconds },
    inputTokens: boundTokens(bytesOf(text) + bytesOf(field('instructions'))),
    outputTokens: Math.ceil(seconds * audioTokensPerSecond),
  }
}
