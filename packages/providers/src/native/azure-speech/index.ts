import { missingKey, type Codec, type Endpoint, type Outgoing, type Provider, type Target } from '@switchyard/core'
import { compact, fail, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { recordingIn, refuseSubtitles, transcriptAs } from '../../audio.ts'
import { without } from '../../tuning.ts'
import { signSpeech, speech, speechEndpoint, speechServicePath, speechServiceUrl } from '../azure/speech-service.ts'

// Azure's speech service by its own address and key; speech is shared with `azure/speech/…`.

const transcribePath = '/speechtotext/transcriptions:transcribe'
const transcribeEndpoint: Endpoint = { shape: 'native', path: transcribePath }

/** Fast transcription, version 2024-11-15 (docs.azure.cn, "fast-transcription-create", read 2026-11-22). */
const transcription: Codec = {
  write: (
    { model: _model, language, response_format: format, timestamp_granularities: _granularities, stream: _stream, ...own },
    _target,
    files,
  ) => {
    refuseSubtitles(format, 'Azure')
    const locale = localeOf(language)
    const definition = JSON.stringify({ ...(locale === undefined ? {} : { locales: [locale] }), ...own })
    return { form: { definition }, files: [{ ...recordingIn(files), field: 'audio' }], query: [['api-version', '2024-11-15']] }
  },
  read: (reply, request) => {
    const { combinedPhrases: combined, phrases, durationMilliseconds: ms } = objectOf(reply) ?? {}
    const [whole] = objectsOf(combined)
    const said = objectsOf(phrases)
    const words = said.flatMap((phrase) => objectsOf(phrase['words'])).map(wordOf)
    const text = stringOf(whole?.['text'])
    const duration = (numberOf(ms) ?? 0) / 1000
    return transcriptAs(request, compact({ text, task: 'transcribe', language: said[0]?.['locale'], duration, words }))
  },
  usage: (reply) => {
    const ms = numberOf(objectOf(reply)?.['durationMilliseconds'])
    return ms === undefined ? undefined : { units: { 'input-second': ms / 1000 } }
  },
}

const wordOf = ({ text, offsetMilliseconds: offset, durationMilliseconds: length }: JsonObject): JsonObject => {
  const start = numberOf(offset) ?? 0
  return compact({ word: text, start: start / 1000, end: (start + (numberOf(length) ?? 0)) / 1000 })
}

/** OpenAI's languages have no region, Azure's locales do: the likeliest. */
function localeOf(language: unknown): string | undefined {
  const tag = stringOf(language)
  if (tag === undefined || tag === '') return undefined
  try {
    const { language: name, region } = new Intl.Locale(tag).maximize()
    return region === undefined ? name : `${name}-${region}`
  } catch (cause) {
    throw fail('bad_request', `language must be a code like "en" or "en-US".`, { param: 'language' }, { cause })
  }
}

/** Both names of a region's service. */
const transcribeUrl = ({ baseUrl }: Target): string =>
  baseUrl.replace('.tts.speech.microsoft.com', '.api.cognitive.microsoft.com').replace(/(\/cognitiveservices\/v1)?\/*$/, '') +
  transcribePath

function prepare(outgoing: Outgoing, target: Target): void {
  if (target.key === undefined) throw missingKey('azure_speech', ['AZURE_SPEECH_API_KEY'])
  if (new URL(outgoing.url).pathname === speechServicePath) signSpeech(outgoing, target)
  else outgoing.headers['ocp-apim-subscription-key'] = target.key.reveal()
}

export const azureSpeech: Provider = {
  id: 'azure_speech',
  name: 'Azure Speech',
  keyEnv: ['AZURE_SPEECH_API_KEY'],
  auth: { kind: 'prepare' },
  baseEnv: ['AZURE_SPEECH_API_BASE'],
  hosts: ['.tts.speech.microsoft.com', '.api.cognitive.microsoft.com', '.cognitiveservices.azure.com'],
  endpoints: { speech: [speechEndpoint], transcription: [transcribeEndpoint] },
  url: (target, endpoint) => (endpoint === speechEndpoint ? speechServiceUrl(target) : transcribeUrl(target)),
  tune: (target, call) => (call.operation === 'transcription' ? without(target, call, ['prompt', 'temperature']) : []),
  codecs: { speech, transcription },
  prepare,
}
