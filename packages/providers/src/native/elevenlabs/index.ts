import type { PassedCall, PassedSocket, Provider } from '@switchyard/core'
import { fail, kindOfStatus, objectOf, stringOf } from '@switchyard/wire'
import { SpokenCharacters } from '../../passing.ts'
import { speech } from './speech.ts'
import { transcription } from './transcription.ts'

/** The model where none is named (elevenlabs.io/docs/api-reference/text-to-speech). */
const usualVoiceModel = 'eleven_multilingual_v2'

const passedSpeech = (path: string): PassedCall => ({
  path,
  operation: 'speech',
  asked: ({ text, model_id }) => ({ model: model_id ?? usualVoiceModel, input: text }),
})

/** Its clients may send their key in the first message instead of the handshake. */
const spokenLive = (last: string): PassedSocket => ({
  path: `/text-to-speech/{voice}/${last}`,
  model: (query) => query.get('model_id') ?? usualVoiceModel,
  keyFields: ['xi_api_key', 'xi-api-key', 'authorization'],
  counted: { operation: 'speech', unit: 'character', counter: () => new SpokenCharacters() },
})

export const elevenlabs: Provider = {
  id: 'elevenlabs',
  name: 'ElevenLabs',
  keyEnv: ['ELEVENLABS_API_KEY'],
  auth: { kind: 'header', name: 'xi-api-key' },
  baseUrl: 'https://api.elevenlabs.io',
  baseEnv: ['ELEVENLABS_API_BASE'],
  hosts: ['.elevenlabs.io'],
  endpoints: {
    speech: [{ shape: 'native', path: '/v1/text-to-speech' }],
    transcription: [{ shape: 'native', path: '/v1/speech-to-text' }],
  },
  codecs: { speech, transcription },
  passThrough: {
    open: /^\/v\d\/(?:text-to-speech|speech-to-text|speech-to-speech|text-to-dialogue|sound-generation|audio-isolation|forced-alignment|music|models|voices)(?:\/|$)/,
    calls: [
      passedSpeech('/text-to-speech/{voice}'),
      passedSpeech('/text-to-speech/{voice}/stream'),
      {
        path: '/speech-to-text',
        operation: 'transcription',
        body: 'form',
        asked: ({ model_id }) => ({ model: model_id }),
        usage: (reply) => transcription.usage?.(reply),
      },
    ],
    sockets: [spokenLive('stream-input'), spokenLive('multi-stream-input')],
    writeError: ({ message, status }) => ({ body: { detail: { status: String(status), message } } }),
  },
  readError: (status, body) => {
    const detail = objectOf(objectOf(body)?.['detail'])
    const message = stringOf(detail?.['message'])
    return message === undefined ? undefined : fail(kindOfStatus(status), message, { code: stringOf(detail?.['status']) ?? '' })
  },
}
