import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Binary, type Payload, type Provider } from '@switchyard/core'
import type { JsonObject } from '@switchyard/wire'
import { binaryOf, codecOf, exchanged, file, jsonOf, ofKind, posted, replied, targetFor } from '../operations.fixture.ts'
import { sentBy } from '../requests.fixture.ts'
import { assemblyAi } from './assemblyai/index.ts'
import { elevenlabs } from './elevenlabs/index.ts'
import { gemini } from './gemini/index.ts'
import { mistral } from './mistral.ts'
import { soniox } from './soniox/index.ts'
import { vertex } from './vertex/index.ts'
import { xai } from './xai.ts'

const recording = file('file', [1, 2], 'audio/wav')

const written = (provider: Provider, model: string, more: JsonObject = {}): Payload =>
  codecOf(provider, 'transcription').write({ model: 'x', ...more }, targetFor(model), [recording])

const read = (provider: Provider, reply: unknown, request: JsonObject = {}): unknown =>
  codecOf(provider, 'transcription').read(reply, request, targetFor('m'))

test('elevenlabs: its names in the form; spaces and sounds are no words', () => {
  const sent = written(elevenlabs, 'scribe_v1', { language: 'en', diarize: true, response_format: 'json' })
  assert.deepEqual('form' in sent && sent.form, { model_id: 'scribe_v1', language_code: 'en', diarize: true })
  const words = [
    { text: 'hello', start: 0, end: 0.5, type: 'word' },
    { text: ' ', start: 0.5, end: 0.6, type: 'spacing' },
  ]
  const reply = { text: 'hello', language_code: 'en', words, audio_duration_secs: 2 }
  assert.deepEqual(read(elevenlabs, reply), {
    text: 'hello',
    task: 'transcribe',
    language: 'en',
    duration: 2,
    words: [{ word: 'hello', start: 0, end: 0.5 }],
  })
  assert.deepEqual(codecOf(elevenlabs, 'transcription').usage?.(reply), { units: { 'input-second': 2 } })
  assert.throws(() => written(elevenlabs, 'scribe_v1', { response_format: 'srt' }), ofKind('unsupported_params'))
  assert.throws(() => read(elevenlabs, {}), ofKind('bad_reply'))
  assert.equal(elevenlabs.readError?.(401, { detail: { status: 'invalid_api_key', message: 'no' } })?.kind, 'auth')
})

test('xai: words by OpenAI’s name, text on demand, hints refused', async () => {
  const reply = { text: 'hi', language: 'en', duration: 1, words: [{ text: 'hi', start: 0, end: 1, speaker: 0 }] }
  assert.deepEqual(read(xai, reply), {
    text: 'hi',
    task: 'transcribe',
    language: 'en',
    duration: 1,
    words: [{ word: 'hi', start: 0, end: 1, speaker: 0 }],
  })
  const text = read(xai, reply, { response_format: 'text' })
  assert.equal(text instanceof Binary && new TextDecoder().decode(text.bytes), 'hi')
  const setting = { operation: 'transcription', apiKey: 'k' } as const
  assert.equal((await sentBy(xai, {}, setting)).url, 'https://api.x.ai/v1/stt')
  await assert.rejects(sentBy(xai, { prompt: 'Ada' }, setting), ofKind('unsupported_params'))
  await assert.rejects(sentBy(xai, { timestamp_granularities: ['segment'] }, setting), ofKind('unsupported_params'))
})

test('gemini: an interaction, on its own route with its revision', async () => {
  assert.deepEqual(jsonOf(written(gemini, 'gemini-3.5-transcribe')), {
    model: 'gemini-3.5-transcribe',
    input: [{ type: 'audio', data: 'AQI=', mime_type: 'audio/wav' }],
  })
  const { url, headers } = await sentBy(gemini, {}, { model: 'gemini-3.5-transcribe', operation: 'transcription', apiKey: 'k' })
  assert.equal(url, 'https://generativelanguage.googleapis.com/v1beta/interactions')
  assert.equal(headers['api-revision'], '2026-05-20')
  const steps = [
    {
      type: 'model_output',
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    },
  ]
  const outputs = [{ type: 'text', text: 'ab' }]
  const expected = { text: 'ab', task: 'transcribe' }
  assert.deepEqual([read(gemini, { steps, outputs }), read(gemini, { outputs })], [expected, expected])
  assert.throws(() => read(gemini, { status: 'failed' }), ofKind('bad_reply'))
})

test('vertex_ai: speech of its own service, at the location', async () => {
  const sent = jsonOf(written(vertex, 'chirp_3', { language: 'de-DE', timestamp_granularities: ['word'] }))
  assert.deepEqual(sent['config'], {
    autoDecodingConfig: {},
    model: 'chirp_3',
    languageCodes: ['de-DE'],
    features: { enableWordTimeOffsets: true },
  })
  const alternatives = [{ transcript: 'guten Tag', words: [{ word: 'guten', startOffset: '0.1s', endOffset: '0.5s' }] }]
  assert.deepEqual(
    read(vertex, { results: [{ alternatives, languageCode: 'de-de' }], metadata: { totalBilledDuration: '3s' } }),
    {
      text: 'guten Tag',
      task: 'transcribe',
      language: 'de-de',
      duration: 3,
      words: [{ word: 'guten', start: 0.1, end: 0.5 }],
    },
  )
  assert.equal(
    vertex.url?.(
      targetFor('chirp_3', {
        baseUrl: 'https://aiplatform.googleapis.com',
        params: { vertex_project: 'p', vertex_location: 'eu' },
      }),
      vertex.endpoints.transcription?.[0] ?? assert.fail(),
      { operation: 'transcription', stream: false },
    ),
    'https://eu-speech.googleapis.com/v2/projects/p/locations/eu/recognizers/_:recognize',
  )
})

test('mistral: one granularity has no brackets', async () => {
  const { quirks } = await sentBy(mistral, {}, { operation: 'transcription', apiKey: 'k' })
  const edit = quirks.flatMap((quirk) => (quirk.do === 'edit' ? [quirk.edit] : []))[0] ?? assert.fail('no edit')
  assert.deepEqual(edit({ timestamp_granularities: ['word'] }), { timestamp_granularities: 'word' })
  assert.deepEqual(edit({ timestamp_granularities: ['word', 'segment'] }), { timestamp_granularities: ['word', 'segment'] })
})

test('assemblyai: upload, job, polling; the key without a word before it', async () => {
  const sent = written(assemblyAi, 'universal-3-pro', { language: 'en', speaker_labels: true })
  assert.deepEqual([...binaryOf(sent).bytes], [1, 2])
  const { later = {} } = sent
  const { url, headers } = await sentBy(assemblyAi, {}, { operation: 'transcription', apiKey: 'k' })
  assert.equal(url, 'https://api.assemblyai.com/v2/upload')
  assert.equal(headers['authorization'], 'k')
  const outgoing = { ...posted(url, 'sound', { authorization: 'k' }), later }
  const done = { id: 'j', status: 'completed', text: 'hi', audio_duration: 4, words: [{ text: 'hi', start: 100, end: 900 }] }
  const { sent: requests, last } = await exchanged(assemblyAi, outgoing, [
    replied({ upload_url: 'https://cdn/u' }),
    replied({ id: 'j', status: 'queued' }),
    replied(done),
  ])
  assert.deepEqual(
    requests.map((one) => one.url),
    [url, 'https://api.assemblyai.com/v2/transcript', 'https://api.assemblyai.com/v2/transcript/j'],
  )
  assert.deepEqual(JSON.parse(new TextDecoder().decode(requests[1]?.body)), {
    audio_url: 'https://cdn/u',
    speech_models: ['universal-3-pro'],
    language_code: 'en',
    speaker_labels: true,
  })
  assert.deepEqual(read(assemblyAi, JSON.parse(new TextDecoder().decode(last))), {
    text: 'hi',
    task: 'transcribe',
    duration: 4,
    words: [{ word: 'hi', start: 0.1, end: 0.9 }],
  })
  assert.throws(() => read(assemblyAi, { status: 'error', error: 'bad audio' }), ofKind('bad_reply'))
})

test('soniox: upload, job, polling, transcript', async () => {
  const { later = {} } = written(soniox, 'stt-async-v4', { language: 'en', prompt: 'Ada' })
  assert.deepEqual(later, { model: 'stt-async-v4', language_hints: ['en'], context: { text: 'Ada' } })
  const url = 'https://api.soniox.com/v1/files'
  const { sent } = await exchanged(soniox, { ...posted(url), later }, [
    replied({ id: 'f' }, 201),
    replied({ id: 't', status: 'queued' }, 201),
    replied({ id: 't', status: 'completed' }),
    replied({ text: 'hi', tokens: [] }),
  ])
  assert.deepEqual(
    sent.map((one) => `${one.method} ${one.url.slice('https://api.soniox.com/v1/'.length)}`),
    ['POST files', 'POST transcriptions', 'GET transcriptions/t', 'GET transcriptions/t/transcript'],
  )
  assert.deepEqual(JSON.parse(new TextDecoder().decode(sent[1]?.body)), { ...later, file_id: 'f' })
  assert.throws(() => read(soniox, { status: 'error', error_message: 'no' }), ofKind('bad_reply'))
})
