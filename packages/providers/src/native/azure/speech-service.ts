import { Binary, missingKey, type Codec, type Endpoint, type Outgoing, type Target } from '@switchyard/core'
import { fail, numberOf, stringOf, type JsonObject } from '@switchyard/wire'
import { formatOf, voiceOf } from '../../audio.ts'

// Azure's own speech service, which LiteLLM's users reach as `azure/speech/…` (native-wire facts §20, 2026-11-22).

export const speechServicePath = '/cognitiveservices/v1'
export const speechEndpoint: Endpoint = { shape: 'native', path: speechServicePath }

export const isSpeechService = (model: string): boolean => model.startsWith('speech/')

/** Regions are known by the address of their keys, too. */
export const speechServiceUrl = ({ baseUrl }: Target): string =>
  baseUrl.replace('.api.cognitive.microsoft.com', '.tts.speech.microsoft.com').replace(/(\/cognitiveservices\/v1)?\/*$/, '') +
  speechServicePath

const formats = {
  mp3: 'audio-24khz-48kbitrate-mono-mp3',
  opus: 'ogg-48khz-16bit-mono-opus',
  wav: 'riff-24khz-16bit-mono-pcm',
  pcm: 'raw-24khz-16bit-mono-pcm',
}

/** OpenAI's voices: the nearest of Azure's; `alloy` as recorded with LiteLLM 1.106.2, 2026-11-22. */
const voices: Readonly<Record<string, string>> = {
  alloy: 'en-US-JennyNeural',
  echo: 'en-US-GuyNeural',
  fable: 'en-GB-RyanNeural',
  onyx: 'en-US-DavisNeural',
  nova: 'en-US-AmberNeural',
  shimmer: 'en-US-AriaNeural',
}

export const speech: Codec = {
  write: (body) => ({
    binary: new Binary(new TextEncoder().encode(ssmlOf(body)), 'application/ssml+xml'),
    headers: { 'x-microsoft-outputformat': formatOf(body['response_format'], formats, 'Azure') ?? formats.mp3 },
  }),
  read: () => {
    throw fail('bad_reply', 'Azure answered without any audio.')
  },
}

function ssmlOf({ input, voice, speed }: JsonObject): string {
  const text = stringOf(input) ?? ''
  if (text.trimStart().startsWith('<speak')) return text
  const given = voiceOf(voice)
  const name = voices[given] ?? given
  const language = /^[a-z]{2,3}-[A-Z]{2}/.exec(name)?.[0] ?? 'en-US'
  const rate = Math.round(((numberOf(speed) ?? 1) - 1) * 100)
  const said = rate === 0 ? escaped(text) : `<prosody rate='${rate > 0 ? '+' : ''}${rate}%'>${escaped(text)}</prosody>`
  const root = `<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='${language}'>`
  return `${root}<voice name='${escaped(name)}'>${said}</voice></speak>`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&apos;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>'"]/g, (char) => entities[char] ?? char)

/** The service has a header of its own for keys. */
export function signSpeech(outgoing: Outgoing, { key }: Target): void {
  if (key === undefined) throw missingKey('azure', ['AZURE_API_KEY'])
  outgoing.headers['ocp-apim-subscription-key'] = key.reveal()
}
