import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecOf, file, ofKind, targetFor } from '../../operations.fixture.ts'
import { sentBy } from '../../requests.fixture.ts'
import { azureSpeech } from './index.ts'

const codec = codecOf(azureSpeech, 'transcription')
const target = targetFor('fast')
const sent = (body: object) => codec.write({ model: 'fast', ...body }, target, [file('file', [1], 'audio/wav')])

test('one address for both, and the key in a header of its own', async () => {
  const setting = { apiBase: 'https://eastus.tts.speech.microsoft.com', env: { AZURE_SPEECH_API_KEY: 'k' } }
  const speech = await sentBy(azureSpeech, {}, { ...setting, operation: 'speech' })
  assert.equal(speech.url, 'https://eastus.tts.speech.microsoft.com/cognitiveservices/v1')
  const heard = await sentBy(azureSpeech, {}, { ...setting, operation: 'transcription' })
  assert.equal(heard.url, 'https://eastus.api.cognitive.microsoft.com/speechtotext/transcriptions:transcribe')
  assert.deepEqual(
    [speech, heard].map(({ headers }) => headers['ocp-apim-subscription-key']),
    ['k', 'k'],
  )
})

test('a recording and its definition; languages get a region', () => {
  const payload = sent({ language: 'en', diarization: { enabled: true } })
  assert('form' in payload)
  assert.deepEqual(payload.form, { definition: '{"locales":["en-US"],"diarization":{"enabled":true}}' })
  assert.deepEqual(
    payload.files.map(({ field }) => field),
    ['audio'],
  )
  assert.deepEqual(payload.query, [['api-version', '2024-11-15']])
  const unsaid = sent({})
  assert('form' in unsaid)
  assert.deepEqual(unsaid.form, { definition: '{}' })
  assert.throws(() => sent({ language: '!' }), ofKind('bad_request'))
  assert.throws(() => sent({ response_format: 'srt' }), ofKind('unsupported_params'))
})

test('a transcript with its words', () => {
  const words = [{ text: 'Hello', offsetMilliseconds: 40, durationMilliseconds: 360 }]
  const reply = {
    durationMilliseconds: 1500,
    combinedPhrases: [{ text: 'Hello' }],
    phrases: [{ text: 'Hello', locale: 'en-US', words }],
  }
  assert.deepEqual(codec.read(reply, {}, target), {
    text: 'Hello',
    task: 'transcribe',
    language: 'en-US',
    duration: 1.5,
    words: [{ word: 'Hello', start: 0.04, end: 0.4 }],
  })
  assert.deepEqual(codec.usage?.(reply), { units: { 'input-second': 1.5 } })
  assert.throws(() => codec.read({}, {}, target), ofKind('bad_reply'))
})
