import assert from 'node:assert/strict'
import { test } from 'node:test'
import { costOf, factsFor, loadCatalog, measuredOf, type Provider } from '@switchyard/core'
import type { JsonObject } from '@switchyard/wire'
import { codecOf, file, jsonOf, ofKind, posted, targetFor } from '../operations.fixture.ts'
import { azure } from './azure/index.ts'
import { gemini } from './gemini/index.ts'
import { openai } from './openai/index.ts'
import { runwayml } from './runwayml/index.ts'
import { vertex } from './vertex/index.ts'

const written = (provider: Provider, body: JsonObject, files = [file('input_reference')]) =>
  codecOf(provider, 'video').write({ model: 'm', ...body }, targetFor('m'), files)
const readBack = (provider: Provider, kind: JsonObject): JsonObject => provider.keeps?.read?.('videos', kind) ?? assert.fail()
const sentTo = (provider: Provider, baseUrl: string, path: string): string =>
  provider.keeps?.url?.(targetFor('m', { baseUrl }), path) ?? assert.fail()

test('Veo: one clip, its length and size in its own words, the picture as data', () => {
  const asked = { prompt: 'a cat', seconds: '6', size: '1920x1080', negativePrompt: 'dogs', sampleCount: 4, durationSeconds: 99 }
  assert.deepEqual(jsonOf(written(gemini, asked)), {
    instances: [{ prompt: 'a cat', image: { bytesBase64Encoded: 'AQID', mimeType: 'image/png' } }],
    parameters: { aspectRatio: '16:9', negativePrompt: 'dogs', resolution: '1080p', durationSeconds: 6 },
  })
  const plain = { prompt: 'a cat', input_reference: { image_url: 'data:image/jpeg;base64,AAAA' } }
  assert.deepEqual(jsonOf(written(gemini, plain, [])), {
    instances: [{ prompt: 'a cat', image: { bytesBase64Encoded: 'AAAA', mimeType: 'image/jpeg' } }],
    parameters: { durationSeconds: 8 },
  })
  const byUrl = { prompt: 'x', input_reference: { image_url: 'https://a.org/b.png' } }
  assert.throws(() => written(gemini, byUrl, []), ofKind('bad_request'))
  assert.throws(() => written(gemini, { prompt: 'x', input_reference: { file_id: 'file-1' } }, []), ofKind('bad_request'))
})

test('Veo: an operation is a video', () => {
  const name = 'models/veo-3.1-generate-preview/operations/op_1'
  const begun = codecOf(gemini, 'video').read({ name }, { durationSeconds: 4, resolution: '4k' }, targetFor('veo'))
  assert.deepEqual(begun, { id: name, object: 'video', model: 'veo', status: 'queued', progress: 0, seconds: '4', size: '4k' })
  assert.throws(() => codecOf(gemini, 'video').read({}, {}, targetFor('veo')), ofKind('bad_reply'))
  assert.equal(
    sentTo(gemini, 'https://generativelanguage.googleapis.com', `/videos/${encodeURIComponent(name)}`),
    `https://generativelanguage.googleapis.com/v1beta/${name}`,
  )
  assert.equal(readBack(gemini, { name })['status'], 'in_progress')
  const uri = 'https://generativelanguage.googleapis.com/v1beta/files/a:download?alt=media'
  const done = { name, done: true, response: { generateVideoResponse: { generatedSamples: [{ video: { uri } }] } } }
  assert.equal(readBack(gemini, done)['status'], 'completed')
  assert.equal(gemini.keeps?.videoUrl?.(done), uri)
  const filtered = { generateVideoResponse: { raiMediaFilteredCount: 1, raiMediaFilteredReasons: ['Unsafe.'] } }
  const refused = readBack(gemini, { name, done: true, response: filtered })
  assert.deepEqual([refused['status'], refused['error']], ['failed', { code: 'content_filter', message: 'Unsafe.' }])
  const broken = readBack(gemini, { name, done: true, error: { code: 13, message: 'Internal' } })
  assert.deepEqual(broken['error'], { code: '13', message: 'Internal' })
})

test('Veo on Vertex: an operation is asked for at its model, and its clip lies in it or in a bucket', () => {
  const picture = { prompt: 'x', input_reference: { image_url: 'gs://shots/first.JPG' }, storageUri: 'gs://clips/' }
  assert.deepEqual(jsonOf(written(vertex, picture, [])), {
    instances: [{ prompt: 'x', image: { gcsUri: 'gs://shots/first.JPG', mimeType: 'image/jpeg' } }],
    parameters: { storageUri: 'gs://clips/', durationSeconds: 8 },
  })
  const byUrl = { prompt: 'x', input_reference: { image_url: 'https://a.org/b.png' } }
  assert.throws(() => written(vertex, byUrl, []), ofKind('bad_request'))
  const model = 'projects/p/locations/europe-west4/publishers/google/models/veo-3.1-generate-001'
  const name = `${model}/operations/op-1`
  const target = targetFor('m', { baseUrl: vertex.baseUrl ?? '' })
  assert.deepEqual(vertex.keeps?.ask?.(target, `/videos/${encodeURIComponent(name)}`), {
    url: `https://europe-west4-aiplatform.googleapis.com/v1/${model}:fetchPredictOperation`,
    body: { operationName: name },
  })
  assert.deepEqual(
    [readBack(vertex, { name })['status'], readBack(vertex, { name })['model']],
    ['in_progress', 'veo-3.1-generate-001'],
  )
  const held = { name, done: true, response: { videos: [{ bytesBase64Encoded: 'AQID', mimeType: 'video/mp4' }] } }
  assert.deepEqual(
    [readBack(vertex, held)['status'], vertex.keeps?.videoUrl?.(held)],
    ['completed', 'data:video/mp4;base64,AQID'],
  )
  const stored = { name, done: true, response: { videos: [{ gcsUri: 'gs://clips/a b/0.mp4', mimeType: 'video/mp4' }] } }
  const place = 'https://storage.googleapis.com/storage/v1/b/clips/o/a%20b%2F0.mp4?alt=media'
  assert.equal(vertex.keeps?.videoUrl?.(stored), place)
  const refused = readBack(vertex, { name, done: true, response: { raiMediaFilteredCount: 1, raiMediaFilteredReasons: ['No.'] } })
  assert.deepEqual([refused['status'], refused['error']], ['failed', { code: 'content_filter', message: 'No.' }])
})

test('Runway: text or a picture becomes a task, which is not waited for', () => {
  const text = written(runwayml, { prompt: 'a cat', seconds: '10', size: '720x1280', seed: 3 }, [])
  assert.equal(text.path, '/text_to_video')
  assert.deepEqual(jsonOf(text), { model: 'm', promptText: 'a cat', seed: 3, ratio: '720:1280', duration: 10 })
  const picture = written(runwayml, { prompt: 'a cat' })
  assert.equal(picture.path, '/image_to_video')
  assert.deepEqual(jsonOf(picture), {
    model: 'm',
    promptText: 'a cat',
    promptImage: 'data:image/png;base64,AQID',
    ratio: '1280:720',
    duration: 5,
  })
  const env = { variable: () => undefined, send: () => assert.fail('nothing is asked'), now: () => 0 }
  const outgoing = posted('https://api.dev.runwayml.com/v1/image_to_video', '{}', {})
  assert.equal(runwayml.exchange?.(outgoing, targetFor('m'), env, new AbortController().signal), undefined)
})

test('Runway: a task is a video', () => {
  const begun = codecOf(runwayml, 'video').read({ id: 't1' }, { duration: 2 }, targetFor('gen4_turbo'))
  assert.deepEqual(begun, {
    id: 't1',
    object: 'video',
    model: 'gen4_turbo',
    status: 'queued',
    progress: 0,
    seconds: '2',
    size: '1280x720',
  })
  assert.deepEqual(readBack(runwayml, { id: 't1', status: 'RUNNING', progress: 0.25 }), {
    id: 't1',
    object: 'video',
    status: 'in_progress',
    progress: 25,
  })
  const done = { id: 't1', status: 'SUCCEEDED', output: ['https://dnznrvs05pmza.cloudfront.net/a.mp4?_jwt=x'] }
  assert.deepEqual([readBack(runwayml, done)['status'], runwayml.keeps?.videoUrl?.(done)], ['completed', done.output[0]])
  const failed = readBack(runwayml, { id: 't1', status: 'FAILED', failure: 'Unsafe', failureCode: 'SAFETY.INPUT.TEXT' })
  assert.deepEqual([failed['status'], failed['error']], ['failed', { code: 'SAFETY.INPUT.TEXT', message: 'Unsafe' }])
})

test('Azure: videos stand in the v1 API, files where the version says', () => {
  const base = 'https://x.openai.azure.com'
  assert.equal(sentTo(azure, base, '/videos/v1/content'), `${base}/openai/v1/videos/v1/content`)
  assert.match(sentTo(azure, base, '/files/f1'), /\/openai\/files\/f1\?api-version=/)
})

test('a larger clip of Sora costs more, of whichever provider', async () => {
  const catalog = await loadCatalog()
  const cost = (provider: Provider, model: string, size: string): number => {
    const { facts } = factsFor(catalog, { provider, model, overrides: {} })
    if (facts === undefined) assert.fail(model)
    const reply = { seconds: '4', size }
    const usage = measuredOf('video').count({ reply, replyBytes: 0, field: () => undefined, files: [] })
    return costOf(facts.prices, usage, { nowMs: 0 }).total / 1e9
  }
  for (const provider of [openai, azure]) {
    assert.equal(cost(provider, 'sora-2', '1280x720'), 0.4)
    assert.equal(cost(provider, 'sora-2-pro', '1280x720'), 1.2)
    assert.equal(cost(provider, 'sora-2-pro', '1024x1792'), 2)
  }
})
