import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Quirk, Target } from '@switchyard/core'
import { dialects, Secret, type JsonObject } from '@switchyard/wire'
import { sentBy, type Setting } from '../../requests.fixture.ts'
import { embedding } from './embed.ts'
import { vertex } from './index.ts'
import { predictChat } from './predict-chat.ts'

const env = { VERTEXAI_PROJECT: 'p', VERTEXAI_LOCATION: 'europe-west4', VERTEXAI_API_KEY: 'k' }
const region = 'https://europe-west4-aiplatform.googleapis.com'
const place = '/projects/p/locations/europe-west4'
const stream = { stream: true }

// URLs that LiteLLM 1.106.2 was recorded with, 2026-11-22, and native-wire facts §2 for the rest.
const urls: readonly (readonly [model: string, body: JsonObject, setting: Setting, url: string])[] = [
  ['gemini-2.5-flash', {}, {}, `${region}/v1${place}/publishers/google/models/gemini-2.5-flash:generateContent`],
  ['gemini-2.5-pro', stream, {}, `${region}/v1${place}/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse`],
  ['google/gemini-2.5-pro', {}, {}, `${region}/v1${place}/publishers/google/models/gemini-2.5-pro:generateContent`],
  ['4711', stream, {}, `${region}/v1${place}/endpoints/4711:streamGenerateContent?alt=sse`],
  ['gemini/4711', {}, {}, `${region}/v1${place}/endpoints/4711:generateContent`],
  ['openai/4711', stream, {}, `${region}/v1${place}/endpoints/4711/chat/completions`],
  ['gemma/4711', stream, {}, `${region}/v1${place}/endpoints/4711:predict`],
  ['claude-opus-4-1@20250805', {}, {}, `${region}/v1${place}/publishers/anthropic/models/claude-opus-4-1@20250805:rawPredict`],
  ['claude-haiku-4-5', stream, {}, `${region}/v1${place}/publishers/anthropic/models/claude-haiku-4-5:streamRawPredict`],
  ['codestral@2405', stream, {}, `${region}/v1${place}/publishers/mistralai/models/codestral@2405:streamRawPredict`],
  ['jamba-1.5-large@001', {}, {}, `${region}/v1beta1${place}/publishers/ai21/models/jamba-1.5-large@001:rawPredict`],
  ['meta/llama-4-scout-maas', stream, {}, `${region}/v1${place}/endpoints/openapi/chat/completions`],
  ['moonshotai/kimi-k2-thinking-maas', {}, {}, `${region}/v1${place}/endpoints/openapi/chat/completions`],
  [
    'm',
    {},
    { params: { vertex_location: 'global' } },
    'https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google/models/m:generateContent',
  ],
  [
    'm',
    {},
    { params: { vertex_location: 'eu' } },
    'https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/publishers/google/models/m:generateContent',
  ],
  [
    'm',
    {},
    { params: { vertex_ai_project: 'q' } },
    `${region}/v1/projects/q/locations/europe-west4/publishers/google/models/m:generateContent`,
  ],
  [
    'm',
    {},
    { apiBase: 'https://own.example/v1/', apiKey: 'k' },
    `https://own.example/v1${place}/publishers/google/models/m:generateContent`,
  ],
  [
    'm',
    {},
    { env: { VERTEXAI_API_KEY: 'k' } },
    'https://us-central1-aiplatform.googleapis.com/v1/publishers/google/models/m:generateContent',
  ],
  [
    'claude-haiku-4-5',
    {},
    { operation: 'count_tokens' },
    `${region}/v1${place}/publishers/anthropic/models/count-tokens:rawPredict`,
  ],
  [
    'gemini-2.5-pro',
    {},
    { operation: 'count_tokens' },
    `${region}/v1${place}/publishers/google/models/gemini-2.5-pro:countTokens`,
  ],
  [
    'text-embedding-005',
    {},
    { operation: 'embedding' },
    `${region}/v1${place}/publishers/google/models/text-embedding-005:predict`,
  ],
  [
    'gemini-embedding-2',
    {},
    { operation: 'embedding' },
    `${region}/v1${place}/publishers/google/models/gemini-embedding-2:embedContent`,
  ],
]

for (const [model, body, setting, url] of urls) {
  test(`vertex_ai/${model} ${JSON.stringify({ ...body, ...setting })}`, async () => {
    const sent = await sentBy(vertex, body, { env, model, ...setting })
    assert.equal(sent.url, url)
    assert.deepEqual(sent.headers, { 'x-goog-api-key': 'k' })
  })
}

test('a location is a name and nothing else', async () => {
  await assert.rejects(sentBy(vertex, {}, { env: { ...env, VERTEXAI_LOCATION: 'evil.example/' } }), /not a location of Vertex AI/)
})

test('a model of few regions is asked in one of them', () => {
  const urlFor = (regions: readonly string[]): string | undefined => {
    const [endpoint] = vertex.endpoints.chat ?? []
    assert.ok(endpoint)
    return vertex.url?.({ ...target('m', { vertex_project: 'p' }), traits: { ...traits, regions } }, endpoint, {
      operation: 'chat',
      stream: false,
    })
  }
  assert.match(
    urlFor(['global', 'us-south1']) ?? '',
    /^https:\/\/aiplatform\.googleapis\.com\/v1\/projects\/p\/locations\/global\//,
  )
  assert.match(urlFor(['us-central1', 'global']) ?? '', /locations\/us-central1\//)
})

const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }
const target = (model: string, params: JsonObject = {}): Target => ({
  model,
  baseUrl: 'https://aiplatform.googleapis.com',
  key: new Secret('k'),
  params,
  traits: { ...traits, id: model },
})

const applied = (quirks: readonly Quirk[], body: JsonObject): JsonObject => {
  let out = { ...body }
  for (const quirk of quirks) {
    if (quirk.do === 'drop') delete out[quirk.field]
    if (quirk.do === 'default') out[quirk.field] ??= quirk.value
    if (quirk.do === 'edit') out = quirk.edit(out)
  }
  return out
}

test('regions have prices of their own, the global endpoint has the plain ones', () => {
  assert.deepEqual(vertex.uplifts?.(target('m', { vertex_location: 'global' })), [])
  assert.deepEqual(vertex.uplifts?.(target('m')), ['regional'])
  const global = { ...target('m', { vertex_location: 'us-east5' }), traits: { ...traits, regions: ['global'] } }
  assert.deepEqual(vertex.uplifts?.(global), [])
})

test('parameters of the deployment never reach a body', async () => {
  const body = { vertex_project: 'p', vertex_location: 'l', vertex_credentials: 'secret', vertex_ai_project: 'p', messages: [] }
  for (const model of ['gemini-2.5-pro', 'claude-haiku-4-5', 'meta/llama-4-scout-maas', 'mistral-large-2411']) {
    const { quirks } = await sentBy(vertex, body, { env, model })
    assert.deepEqual(
      Object.keys(applied(quirks, body)).filter((name) => name.startsWith('vertex_')),
      [],
      model,
    )
  }
})

test('Claude: the version in the body, flags in the header, the token nowhere else', async () => {
  const body = { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }
  const { quirks, headers } = await sentBy(vertex, body, { env, model: 'claude-haiku-4-5', client: 'anthropic-messages' })
  assert.deepEqual(applied(quirks, {}), { anthropic_version: 'vertex-2023-10-16' })
  assert.deepEqual(headers, { 'x-goog-api-key': 'k', 'anthropic-beta': 'web-search-2025-03-05' })
})

test('Mistral: the name without its version, and no usage asked for', async () => {
  assert.equal(vertex.modelName?.('mistralai/codestral@2405'), 'codestral')
  assert.equal(vertex.modelName?.('claude-opus-4-1@20250805'), 'claude-opus-4-1@20250805')
  const { quirks } = await sentBy(vertex, {}, { env, model: 'mistral-large-2411' })
  assert.deepEqual(applied(quirks, { stream_options: {}, user: 'u', seed: 1 }), { seed: 1, stream: false })
})

test('a whole request that is to be counted has its fields at the top', async () => {
  const body = { generateContentRequest: { model: 'models/m', contents: [], tools: [] } }
  const { quirks } = await sentBy(vertex, body, { env, operation: 'count_tokens', client: 'gemini' })
  assert.deepEqual(applied(quirks, body), { contents: [], tools: [] })
})

test("Google's refusals are read whatever the model speaks", () => {
  const error = { code: 403, message: 'The caller does not have permission', status: 'PERMISSION_DENIED' }
  assert.equal(vertex.readError?.(403, { error })?.kind, 'forbidden')
  assert.equal(vertex.readError?.(429, [{ error: { ...error, code: 429, status: 'RESOURCE_EXHAUSTED' } }])?.kind, 'rate_limited')
  assert.equal(vertex.readError?.(400, { type: 'error', error: { type: 'invalid_request_error', message: 'no' } }), undefined)
  assert.equal(vertex.readError?.(502, 'bad gateway'), undefined)
})

test("a customer's own Gemma endpoint: chat in the envelope of predictions", () => {
  const request = dialects['openai-chat'].readRequest({
    model: 'gemma/1',
    messages: [{ role: 'user', content: 'Hi' }],
    max_tokens: 5,
  })
  const { body } = predictChat.writeRequest({ ...request, stream: true }, traits)
  assert.deepEqual(body, {
    instances: [{ '@requestFormat': 'chatCompletions', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 }],
  })
  const completion = { id: 'c', choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }] }
  const reply = predictChat.readReply({ deployedModelId: '9', predictions: completion })
  assert.deepEqual(
    reply.choices[0]?.blocks.map((block) => block.type === 'text' && block.text),
    ['Hello'],
  )
})

const jsonOf = (body: JsonObject, model: string): unknown => {
  const payload = embedding.write(body, target(model), [])
  return 'json' in payload ? payload.json : undefined
}

test('texts are embedded by predict, with what Google calls their task', () => {
  const body = { input: ['a', 'b'], dimensions: 3, task_type: 'RETRIEVAL_QUERY', auto_truncate: false, user: 'u' }
  assert.deepEqual(jsonOf(body, 'text-embedding-005'), {
    instances: [
      { content: 'a', task_type: 'RETRIEVAL_QUERY' },
      { content: 'b', task_type: 'RETRIEVAL_QUERY' },
    ],
    parameters: { outputDimensionality: 3, autoTruncate: false },
  })
  const reply = { predictions: [{ embeddings: { values: [0.5, 1], statistics: { token_count: 4 } } }] }
  assert.deepEqual(embedding.read(reply, { encoding_format: 'base64' }, target('text-embedding-005')), {
    object: 'list',
    model: 'text-embedding-005',
    data: [{ object: 'embedding', index: 0, embedding: 'AAAAPwAAgD8=' }],
    usage: { prompt_tokens: 4, total_tokens: 4 },
  })
  assert.throws(() => jsonOf({ input: [[1, 2]] }, 'text-embedding-005'), /does not take token numbers/)
})

test('pictures and videos are embedded from Cloud Storage and from data', () => {
  const input = [
    'a boat',
    'gs://b/a.png',
    'gs://b/a.mp4',
    'data:image/png;base64,AAAA',
    { text: 't', image: { gcsUri: 'gs://c' } },
  ]
  assert.deepEqual(jsonOf({ input, dimensions: 128 }, 'multimodalembedding@001'), {
    instances: [
      { text: 'a boat' },
      { image: { gcsUri: 'gs://b/a.png' } },
      { video: { gcsUri: 'gs://b/a.mp4' } },
      { image: { bytesBase64Encoded: 'AAAA' } },
      { text: 't', image: { gcsUri: 'gs://c' } },
    ],
    parameters: { dimension: 128 },
  })
  const predictions = [{ textEmbedding: [1], imageEmbedding: [2] }, { videoEmbeddings: [{ embedding: [3] }, { embedding: [4] }] }]
  const reply = embedding.read({ predictions }, {}, target('multimodalembedding@001'))
  assert.ok('data' in reply && Array.isArray(reply.data))
  assert.deepEqual(
    reply.data.map((one: JsonObject) => one['embedding']),
    [[1], [2], [3], [4]],
  )
})

test('media by URL: what each maker fetches itself', () => {
  const inlined = (model: string): readonly string[] =>
    ['gs://b/a.png', 'https://youtu.be/x', 'https://a.example/a.png?x=1', 'https://a.example/a', 'http://a.example/a.png'].filter(
      (url) => vertex.inlines?.(url, model),
    )
  assert.deepEqual(inlined('gemini-2.5-pro'), ['https://a.example/a', 'http://a.example/a.png'])
  assert.equal(inlined('claude-haiku-4-5').length, 5)
  assert.deepEqual(inlined('meta/llama-4-scout-maas'), [])
})
