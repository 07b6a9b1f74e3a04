import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Binary, type Codec, type FormFile, type Target } from '@switchyard/core'
import { isGatewayError, type JsonObject } from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { deepgram } from './index.ts'

const target: Target = {
  model: 'nova-3',
  baseUrl: 'https://api.deepgram.com/v1',
  key: undefined,
  params: {},
  traits: { id: 'nova-3', supports: new Set(), lacks: new Set() },
}
const audio: FormFile = { field: 'file', filename: 'a.wav', contentType: 'audio/wav', bytes: new Uint8Array([1, 2, 3]) }
const codec: Codec = deepgram.codecs?.transcription ?? assert.fail('no codec')

test('the recording is the body, the settings stand in the query', () => {
  const body: JsonObject = { model: 'x', language: 'en', punctuate: true, keyterm: ['Ada', 'a&b'], response_format: 'json' }
  const payload = codec.write(body, target, [audio])
  assert.ok('binary' in payload)
  assert.equal(payload.binary.bytes, audio.bytes)
  assert.equal(payload.binary.contentType, 'audio/wav')
  assert.deepEqual(payload.query, [
    ['model', 'nova-3'],
    ['language', 'en'],
    ['punctuate', 'true'],
    ['keyterm', 'Ada'],
    ['keyterm', 'a&b'],
  ])
})

test('the key is a Token', async () => {
  const { url, headers } = await sentBy(deepgram, {}, { operation: 'transcription', apiKey: 'dg' })
  assert.equal(url, 'https://api.deepgram.com/v1/listen')
  assert.equal(headers['authorization'], 'Token dg')
})

const reply = {
  metadata: { duration: 1.5 },
  results: {
    channels: [
      {
        detected_language: 'en',
        alternatives: [{ transcript: 'hello', words: [{ word: 'hello', start: 0, end: 0.5, confidence: 0.9, speaker: 1 }] }],
      },
    ],
  },
}

test('a transcript in OpenAI’s shape, or as text, billed by its length either way', () => {
  assert.deepEqual(codec.read(reply, {}, target), {
    text: 'hello',
    task: 'transcribe',
    language: 'en',
    duration: 1.5,
    words: [{ word: 'hello', start: 0, end: 0.5, speaker: 1 }],
  })
  const text = codec.read(reply, { response_format: 'text' }, target)
  assert.ok(text instanceof Binary)
  assert.equal(new TextDecoder().decode(text.bytes), 'hello')
  assert.deepEqual(codec.usage?.(reply), { units: { 'input-second': 1.5 } })
})

test('formats that it does not have are refused, and so is a reply without a transcript', () => {
  const kind = (kindName: string) => (error: unknown) => isGatewayError(error) && error.kind === kindName
  assert.throws(() => codec.write({ response_format: 'srt' }, target, [audio]), kind('unsupported_params'))
  assert.throws(() => codec.read({ results: {} }, {}, target), kind('bad_reply'))
  const error = deepgram.readError?.(401, { err_code: 'INVALID_AUTH', err_msg: 'Invalid credentials.' })
  assert.equal(error?.kind, 'auth')
})
