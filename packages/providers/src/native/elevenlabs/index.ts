import type { Provider } from '@switchyard/core'
import { fail, kindOfStatus, objectOf, stringOf } from '@switchyard/wire'
import { speech } from './speech.ts'
import { transcription } from './transcription.ts'

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
  readError: (status, body) => {
    const detail = objectOf(objectOf(body)?.['detail'])
    const message = stringOf(detail?.['message'])
    return message === undefined ? undefined : fail(kindOfStatus(status), message, { code: stringOf(detail?.['status']) ?? '' })
  },
}
