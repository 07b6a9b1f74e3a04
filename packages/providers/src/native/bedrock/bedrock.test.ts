import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Incoming, Outgoing, ProviderEnv, Target } from '@switchyard/core'
import { concat, isObject, parseJson, SseParser, type EventSink, type JsonObject, type Reframer } from '@switchyard/wire'
import { awsChunk, awsException } from '../../aws/event-stream.fixture.ts'
import { sentBy, type Setting } from '../../requests.fixture.ts'
import { moveBetas } from './betas.ts'
import { embedding } from './embed.ts'
import { exchange } from './exchange.ts'
import { bedrock } from './index.ts'
import { anthropicReframer, novaReframer, openAiReframer } from './reframers.ts'

const env = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION_NAME: 'us-east-1' }
const body = { messages: [{ role: 'user', content: 'Hi.' }] }

const sent = (model: string, setting: Setting = {}, more: JsonObject = {}): ReturnType<typeof sentBy> =>
  sentBy(bedrock, { ...body, ...more }, { env, model, ...setting })

const host = 'https://bedrock-runtime.us-east-1.amazonaws.com'
const haiku = 'anthropic.claude-3-haiku-20240307-v1:0'
const imported = 'arn:aws:bedrock:us-east-1:123456789012:imported-model/x1'

const urls: readonly (readonly [model: string, client: 'openai-chat' | 'anthropic-messages', stream: boolean, url: string])[] = [
  [haiku, 'openai-chat', false, `${host}/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse`],
  [haiku, 'openai-chat', true, `${host}/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream`],
  [haiku, 'anthropic-messages', false, `${host}/model/${haiku}/invoke`],
  [haiku, 'anthropic-messages', true, `${host}/model/${haiku}/invoke-with-response-stream`],
  [`converse/us.${haiku}`, 'anthropic-messages', false, `${host}/model/us.anthropic.claude-3-haiku-20240307-v1%3A0/converse`],
  [`invoke/${haiku}`, 'openai-chat', false, `${host}/model/${haiku}/invoke`],
  ['us.amazon.nova-pro-v1:0', 'anthropic-messages', false, `${host}/model/us.amazon.nova-pro-v1%3A0/converse`],
  ['amazon.titan-text-express-v1', 'openai-chat', false, `${host}/model/amazon.titan-text-express-v1/invoke`],
  ['cohere.command-r-plus-v1:0', 'openai-chat', false, `${host}/model/cohere.command-r-plus-v1:0/invoke`],
  [`llama/${imported}`, 'openai-chat', false, `${host}/model/${encodeURIComponent(imported)}/invoke`],
  [`moonshot/${imported}`, 'openai-chat', false, `${host}/model/${encodeURIComponent(imported)}/invoke`],
  ['invoke/openai.gpt-oss-120b-1:0', 'openai-chat', false, `${host}/model/openai.gpt-oss-120b-1:0/invoke`],
  ['openai.gpt-oss-120b-1:0', 'openai-chat', false, `${host}/model/openai.gpt-oss-120b-1%3A0/converse`],
  [imported, 'openai-chat', false, `${host}/model/${encodeURIComponent(imported)}/converse`],
]
for (const [model, client, stream, url] of urls)
  test(`${client} ${stream ? 'stream ' : ''}of ${model}`, async () => {
    assert.equal((await sent(model, { client }, { stream })).url, url)
  })

test('a region in the name, in an ARN, in the parameters, and none', async () => {
  const regionOf = async (model: string, params: JsonObject = {}, variables: Record<string, string> = env): Promise<string> =>
    /bedrock-runtime\.([^.]+)/.exec((await sent(model, { params, env: variables })).url)?.[1] ?? ''
  assert.equal(await regionOf(`eu-west-3/${haiku}`, { aws_region_name: 'us-east-2' }), 'eu-west-3')
  assert.equal(await regionOf('converse/arn:aws:bedrock:ap-south-1:1:inference-profile/us.x'), 'ap-south-1')
  assert.equal(
    await regionOf(haiku, { model_id: 'arn:aws:bedrock:eu-central-1:1:application-inference-profile/z' }),
    'eu-central-1',
  )
  assert.equal(await regionOf(haiku, { aws_region_name: 'us-east-2' }), 'us-east-2')
  assert.equal(await regionOf(haiku, { aws_region_name: 'evil.example/' }), 'us-west-2')
  assert.equal(
    (await sent(haiku, { params: { aws_region_name: 'cn-north-1' } })).url.split('/')[2],
    'bedrock-runtime.cn-north-1.amazonaws.com.cn',
  )
})

test('an Anthropic body gets Bedrock’s version and loses what the URL says', async () => {
  const { quirks, endpoint } = await sent(haiku, { client: 'anthropic-messages' }, { stream: true, max_tokens: 5 })
  assert.equal(endpoint.modelInPath, true)
  assert.deepEqual(quirks, [
    { do: 'default', field: 'anthropic_version', value: 'bedrock-2023-05-31' },
    { do: 'drop', field: 'stream' },
    { do: 'drop', field: 'service_tier' },
  ])
})

function withBetas(url: string, flags: string): JsonObject {
  const outgoing: Outgoing = {
    url,
    method: 'POST',
    headers: { 'anthropic-beta': flags },
    body: new TextEncoder().encode('{"a":1}'),
  }
  moveBetas(outgoing)
  assert.equal(outgoing.headers['anthropic-beta'], undefined)
  const json = parseJson(new TextDecoder().decode(outgoing.body))
  return isObject(json) ? json : {}
}

test('beta flags go into the body, as Bedrock knows them', () => {
  const flags = 'claude-code-20250219,context-1m-2025-08-07,advanced-tool-use-2025-11-20'
  const known = ['context-1m-2025-08-07', 'tool-search-tool-2025-10-19', 'tool-examples-2025-10-29']
  assert.deepEqual(withBetas('https://h/model/m/invoke', flags), { a: 1, anthropic_beta: known })
  assert.deepEqual(withBetas('https://h/model/m/converse-stream', flags), {
    a: 1,
    additionalModelRequestFields: { anthropic_beta: known },
  })
  assert.deepEqual(withBetas('https://h/model/m/invoke', 'oauth-2025-04-20'), { a: 1 })
})

function reframed(make: () => Reframer, pieces: readonly Uint8Array[]): string {
  const reframer = make()
  return pieces.map((piece) => reframer.push(piece)).join('') + reframer.end()
}

test('Claude’s stream is Anthropic’s own, an exception in it Anthropic’s error event', () => {
  const delta = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: '⚓' } }
  assert.equal(reframed(anthropicReframer, [awsChunk(delta)]), `event: content_block_delta\ndata: ${JSON.stringify(delta)}\n\n`)
  const error = reframed(anthropicReframer, [awsChunk(delta), awsException('throttlingException', 'slow')]).split('\n\n')[1]
  assert.equal(error, 'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"slow"}}')
})

test('Nova’s chunks are Converse’s events; OpenAI’s get their last one', () => {
  const chunk = awsChunk({ messageStop: { stopReason: 'end_turn' }, 'amazon-bedrock-invocationMetrics': { inputTokenCount: 1 } })
  assert.ok(reframed(novaReframer, [chunk]).startsWith('event: messageStop\ndata: {"stopReason":"end_turn"}\n\n'))
  assert.equal(reframed(openAiReframer, [awsChunk({ id: 'x' })]), 'data: {"id":"x"}\n\ndata: [DONE]\n\n')
  const cut = awsChunk({ id: 'x' })
  assert.equal(reframed(openAiReframer, [cut.slice(0, cut.length - 1)]), '')
})

/** A text model's stream through its endpoint. */
async function texts(model: string, pieces: readonly Uint8Array[]): Promise<string> {
  const { endpoint } = await sent(model)
  const seen: string[] = []
  const sink: EventSink = {
    event: (event) => {
      if (event.type === 'block-start') seen.push(`<${event.seed.type}>`)
      if (event.type === 'block-delta') seen.push(event.text)
      if (event.type === 'stop') seen.push(`[${event.stop}]`)
      if (event.type === 'usage') seen.push(`${event.usage.input}+${event.usage.output}`)
    },
    fail: (error) => seen.push(`fail ${error.kind}`),
    end: () => seen.push('end'),
  }
  const reader = endpoint.speaks?.reader(sink)
  const parser = new SseParser((name, data) => reader?.event(name, data))
  if (endpoint.reframer !== undefined) parser.push(new TextEncoder().encode(reframed(endpoint.reframer, pieces)))
  parser.end()
  reader?.end()
  return seen.join('')
}

test('streams of text models, by vendor', async () => {
  const metrics = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 9, outputTokenCount: 5 } }
  const titan = [awsChunk({ outputText: 'Yo' }), awsChunk({ outputText: '.', completionReason: 'FINISH', ...metrics })]
  assert.equal(await texts('amazon.titan-text-express-v1', titan), '<text>Yo.[stop]9+5end')
  const mistral = [
    awsChunk({ outputs: [{ text: 'Yo', stop_reason: null }] }),
    awsChunk({ outputs: [{ text: '.', stop_reason: 'length' }] }),
  ]
  assert.equal(await texts('mistral.mistral-7b-instruct-v0:2', mistral), '<text>Yo.[length]end')
  const cohere = [awsChunk({ text: 'Yo', is_finished: false }), awsChunk({ is_finished: true, finish_reason: 'COMPLETE' })]
  assert.equal(await texts('invoke/cohere.command-text-v14', cohere), '<text>Yo[stop]end')
  assert.match(await texts('invoke/cohere.command-text-v14', cohere.slice(0, 1)), /fail bad_gateway$/)
  assert.match(await texts('invoke/cohere.command-text-v14', [awsException('throttlingException', 'x')]), /fail rate_limited$/)
})

test('thoughts before an answer, with tags that are cut', async () => {
  const said = ['<thi', 'nk>hm</', 'think>Y', 'o.']
  const chunks = said.map((generation, at) => awsChunk({ generation, stop_reason: at === 3 ? 'stop' : null }))
  assert.equal(await texts(`deepseek_r1/${imported}`, chunks), '<reasoning>hm<text>Yo.[stop]end')
})

const target = (model: string): Target => ({
  model,
  baseUrl: host,
  key: undefined,
  params: { aws_access_key_id: 'AKIA', aws_secret_access_key: 'secret', aws_region_name: 'us-east-1' },
  traits: { id: model, supports: new Set(), lacks: new Set() },
})

test('inputs that are embedded one at a time are so many requests, each signed', async () => {
  const on = target('amazon.titan-embed-text-v2:0')
  const payload = embedding.write({ input: ['a', 'b'], dimensions: 256 }, on, [])
  assert.ok('json' in payload)
  const bodies: string[] = []
  const answers: ProviderEnv = {
    variable: () => undefined,
    now: Date.now,
    send: (outgoing) => {
      bodies.push(new TextDecoder().decode(outgoing.body))
      assert.match(outgoing.headers['authorization'] ?? '', /^AWS4-HMAC-SHA256 Credential=AKIA/)
      return Promise.resolve(json(200, { embedding: [bodies.at(-1)?.includes('"a"') ? 1 : 2], inputTextTokenCount: 2 }))
    },
  }
  const outgoing: Outgoing = {
    url: `${host}/model/m/invoke`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(payload.json)),
  }
  const incoming = await exchange(outgoing, on, answers, AbortSignal.timeout(1000))
  // Side by side, so in any order.
  assert.deepEqual(bodies.toSorted(), ['{"inputText":"a","dimensions":256}', '{"inputText":"b","dimensions":256}'])
  assert.deepEqual(embedding.read(await read(incoming), { input: ['a', 'b'] }, on), {
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [1] },
      { object: 'embedding', index: 1, embedding: [2] },
    ],
    model: 'amazon.titan-embed-text-v2:0',
    usage: { prompt_tokens: 4, total_tokens: 4 },
  })
})

test('one refusal among several requests is the answer', async () => {
  const on = target('amazon.titan-embed-text-v2:0')
  const payload = embedding.write({ input: ['a', 'b'] }, on, [])
  assert.ok('json' in payload)
  const answers: ProviderEnv = {
    variable: () => undefined,
    now: Date.now,
    send: (one) => Promise.resolve(json(new TextDecoder().decode(one.body).includes('b') ? 429 : 200, { message: 'slow' })),
  }
  const outgoing: Outgoing = {
    url: `${host}/model/m/invoke`,
    method: 'POST',
    headers: {},
    body: new TextEncoder().encode(JSON.stringify(payload.json)),
  }
  assert.equal((await exchange(outgoing, on, answers, AbortSignal.timeout(1000)))?.status, 429)
})

test('names of other services of AWS are refused in words', async () => {
  await assert.rejects(sent('async_invoke/twelvelabs.x'), /not served under bedrock/)
  await assert.rejects(sent('mantle/openai.gpt-oss-120b'), /bedrock_mantle/)
})

test('tokens that stand in headers are put into the body', async () => {
  const answers: ProviderEnv = {
    variable: () => undefined,
    now: Date.now,
    send: () =>
      Promise.resolve(
        json(200, { generation: 'Yo' }, { 'x-amzn-bedrock-input-token-count': '9', 'x-amzn-bedrock-output-token-count': '5' }),
      ),
  }
  const outgoing: Outgoing = { url: `${host}/model/m/invoke`, method: 'POST', headers: {}, body: undefined }
  const body = await read(await exchange(outgoing, target('m'), answers, AbortSignal.timeout(1000)))
  assert.deepEqual(body, {
    generation: 'Yo',
    'amazon-bedrock-invocationMetrics': { inputTokenCount: 9, outputTokenCount: 5 },
  })
  assert.equal(
    exchange({ ...outgoing, url: `${host}/model/m/converse` }, target('m'), answers, AbortSignal.timeout(1)),
    undefined,
  )
})

const json = (status: number, value: unknown, headers: Record<string, string> = {}): Incoming => ({
  status,
  headers: new Headers(headers),
  body: once(new TextEncoder().encode(JSON.stringify(value))),
})

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes
}

async function read(incoming: Incoming | undefined): Promise<unknown> {
  const parts: Uint8Array[] = []
  for await (const part of incoming?.body ?? []) parts.push(part)
  return parseJson(new TextDecoder().decode(concat(parts)))
}

test('the mark of a route is no part of the name that the model is printed by', () => {
  assert.equal(
    bedrock.modelName?.('converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0'),
    'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  )
  assert.equal(bedrock.modelName?.('invoke/anthropic.claude-3-haiku'), 'invoke/anthropic.claude-3-haiku')
})
