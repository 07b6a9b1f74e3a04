import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Binary, type Provider } from '@switchyard/core'
import type { JsonObject } from '@switchyard/wire'
import { binaryOf, codecOf, exchanged, jsonOf, ofKind, posted, replied, targetFor } from '../operations.fixture.ts'
import { sentBy } from '../requests.fixture.ts'
import { minimax } from './anthropic-beside.ts'
import { awsPolly } from './aws-polly/index.ts'
import { azure } from './azure/index.ts'
import { elevenlabs } from './elevenlabs/index.ts'
import { gemini } from './gemini/index.ts'
import { mistral } from './mistral.ts'
import { runwayml } from './runwayml/index.ts'
import { vertex } from './vertex/index.ts'

const speak = (provider: Provider, model: string, more: JsonObject = {}) =>
  codecOf(provider, 'speech').write({ model: 'x', input: 'Hi <b>', voice: 'alloy', ...more }, targetFor(model), [])

const heard = (provider: Provider, reply: unknown, request: JsonObject = {}): Binary => {
  const read = codecOf(provider, 'speech').read(reply, request, targetFor('m'))
  return read instanceof Binary ? read : assert.fail('not bytes')
}

test('elevenlabs: the voice in the path, the format in the query, the speed beside other settings', () => {
  assert.deepEqual(speak(elevenlabs, 'eleven_v3', { response_format: 'pcm', speed: 1.1, voice_settings: { stability: 0.4 } }), {
    json: { text: 'Hi <b>', model_id: 'eleven_v3', voice_settings: { speed: 1.1, stability: 0.4 } },
    path: '/21m00Tcm4TlvDq8ikWAM',
    query: [['output_format', 'pcm_24000']],
  })
  assert.throws(() => speak(elevenlabs, 'eleven_v3', { response_format: 'aac' }), ofKind('unsupported_params'))
  assert.equal(speak(elevenlabs, 'm', { voice: '../x' }).path, '/..%2Fx')
})

test('aws_polly: the engine is the model; SSML is recognised', () => {
  assert.deepEqual(jsonOf(speak(awsPolly, 'neural')), {
    Engine: 'neural',
    OutputFormat: 'mp3',
    Text: 'Hi <b>',
    TextType: 'text',
    VoiceId: 'Joanna',
  })
  assert.equal(jsonOf(speak(awsPolly, 'neural', { input: '<speak>Hi</speak>' }))['TextType'], 'ssml')
})

test('aws_polly signs for its own service and region', async () => {
  const env = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION_NAME: 'eu-west-1' }
  const { url, headers } = await sentBy(awsPolly, { input: 'x' }, { operation: 'speech', env })
  assert.equal(url, 'https://polly.eu-west-1.amazonaws.com/v1/speech')
  assert.match(headers['authorization'] ?? '', /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/polly\/aws4_request, /)
})

test('minimax: hex, and refusals with status 200', () => {
  const sent = jsonOf(speak(minimax, 'speech-02-hd', { response_format: 'flac' }))
  assert.deepEqual(sent['voice_setting'], { voice_id: 'male-qn-qingse', speed: 1, vol: 1, pitch: 0 })
  assert.deepEqual(sent['audio_setting'], { sample_rate: 32_000, bitrate: 128_000, format: 'flac', channel: 1 })
  const reply = { data: { audio: '00ff10' }, base_resp: { status_code: 0 }, extra_info: { usage_characters: 6 } }
  const sound = heard(minimax, reply)
  assert.deepEqual([...sound.bytes], [0, 255, 16])
  assert.equal(sound.contentType, 'audio/mpeg')
  assert.deepEqual(codecOf(minimax, 'speech').usage?.(reply), { units: { character: 6 } })
  const refused = (code: number) => () => heard(minimax, { base_resp: { status_code: code, status_msg: 'no' } })
  assert.throws(refused(1004), ofKind('auth'))
  assert.throws(refused(1002), ofKind('rate_limited'))
  assert.throws(refused(9999), ofKind('bad_reply'))
  assert.throws(() => heard(minimax, { data: { audio: 'xyz' } }), ofKind('bad_reply'))
})

test('mistral: base64 in JSON', () => {
  assert.deepEqual(jsonOf(speak(mistral, 'voxtral')), { input: 'Hi <b>', model: 'voxtral', voice_id: 'alloy' })
  assert.deepEqual([...heard(mistral, { audio_data: 'AP8=' }, { response_format: 'wav' }).bytes], [0, 255])
  assert.throws(() => heard(mistral, {}), ofKind('bad_reply'))
})

test('vertex_ai: a voice’s language is in its name; Gemini’s models speak in their own route', () => {
  assert.deepEqual(jsonOf(speak(vertex, 'chirp', { voice: 'de-DE-Chirp3-HD-Kore', response_format: 'opus', speed: 1.2 })), {
    input: { text: 'Hi <b>' },
    voice: { languageCode: 'de-DE', name: 'de-DE-Chirp3-HD-Kore' },
    audioConfig: { audioEncoding: 'OGG_OPUS', speakingRate: 1.2 },
  })
  assert.ok('contents' in jsonOf(speak(vertex, 'gemini-2.5-flash-tts')))
  assert.deepEqual([...heard(vertex, { audioContent: 'AP8=' }).bytes], [0, 255])
})

test('gemini: samples get a header, unless they are asked for as they are', () => {
  const reply = { candidates: [{ content: { parts: [{ inlineData: { mimeType: 'audio/L16;rate=24000', data: 'AAAA/w==' } }] } }] }
  const wav = heard(gemini, reply)
  assert.equal(wav.contentType, 'audio/wav')
  assert.equal(wav.bytes.length, 44 + 4)
  assert.equal(new DataView(wav.bytes.buffer).getUint32(24, true), 24_000)
  assert.deepEqual([...heard(gemini, reply, { response_format: 'pcm' }).bytes], [0, 0, 0, 255])
  assert.throws(() => heard(gemini, { candidates: [] }), ofKind('bad_reply'))
})

test('azure/speech: SSML that cannot be broken out of, the format and the key in headers', async () => {
  const payload = speak(azure, 'speech/azure-tts', { speed: 1.2 })
  assert.equal(
    new TextDecoder().decode(binaryOf(payload).bytes),
    "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='en-US'><voice name='en-US-JennyNeural'>" +
      "<prosody rate='+20%'>Hi &lt;b&gt;</prosody></voice></speak>",
  )
  const setting = {
    model: 'speech/azure-tts',
    operation: 'speech',
    apiKey: 'azs',
    apiBase: 'https://eastus.api.cognitive.microsoft.com',
  } as const
  const { url, headers } = await sentBy(azure, { input: 'x' }, setting)
  assert.equal(url, 'https://eastus.tts.speech.microsoft.com/cognitiveservices/v1')
  assert.equal(headers['ocp-apim-subscription-key'], 'azs')
  assert.deepEqual(payload.headers, { 'x-microsoft-outputformat': 'audio-24khz-48kbitrate-mono-mp3' })
  assert.equal(headers['api-key'], undefined)
})

const task = 'https://api.dev.runwayml.com/v1/text_to_speech'

test('runwayml: the task is polled with the key, the sound fetched without it', async () => {
  const done = { id: 't 1', status: 'SUCCEEDED', output: ['https://cdn.example/a.mp3'] }
  const { sent, last } = await exchanged(runwayml, posted(task), [
    replied({ id: 't 1' }),
    replied(done),
    replied(new Uint8Array([7]), 200, { 'content-type': 'audio/mpeg' }),
  ])
  assert.deepEqual([...last], [7])
  assert.deepEqual(
    sent.map(({ method, url, headers }) => [method, url, headers['authorization']]),
    [
      ['POST', task, 'Bearer k'],
      ['GET', 'https://api.dev.runwayml.com/v1/tasks/t%201', 'Bearer k'],
      ['GET', 'https://cdn.example/a.mp3', undefined],
    ],
  )
})

test('runwayml: a task that failed is a failure, and a refusal is answered as it is', async () => {
  const failed = { status: 'FAILED', failure: 'unsafe', failureCode: 'SAFETY.INPUT.TEXT' }
  const { last } = await exchanged(runwayml, posted(task), [replied({ id: 't' }), replied(failed)])
  assert.throws(() => heard(runwayml, JSON.parse(new TextDecoder().decode(last))), ofKind('content_filtered'))
  assert.equal((await exchanged(runwayml, posted(task), [replied({ error: 'no' }, 401)])).status, 401)
})
