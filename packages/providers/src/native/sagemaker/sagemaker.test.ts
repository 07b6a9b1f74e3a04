import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, SseParser, type EventSink } from '@switchyard/wire'
import { awsException, awsMessage } from '../../aws/event-stream.fixture.ts'
import { textDialect } from '../../aws/text/dialect.ts'
import { fieldsSent, sentBy } from '../../requests.fixture.ts'
import { bedrockMantle } from '../bedrock-mantle/index.ts'
import { embedding } from './embed.ts'
import { listName } from './exchange.ts'
import { sagemaker, sagemakerChat } from './index.ts'
import { containerReframer, openAiReframer } from './reframer.ts'
import { textGeneration } from './text-generation.ts'

const env = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION_NAME: 'eu-west-1' }
const body = { messages: [{ role: 'user', content: 'Hi.' }] }
const host = 'https://runtime.sagemaker.eu-west-1.amazonaws.com'

test('an endpoint is the model; a part of it is named in a header', async () => {
  const sent = await sentBy(sagemaker, { ...body, stream: true }, { env, model: 'my endpoint', params: { model_id: 'part-1' } })
  assert.equal(sent.url, `${host}/endpoints/my%20endpoint/invocations-response-stream`)
  assert.equal(sent.headers['x-amzn-sagemaker-inference-component'], 'part-1')
  assert.match(sent.headers['authorization'] ?? '', /\/eu-west-1\/sagemaker\/aws4_request/)
})

test('a chat container gets OpenAI’s body, without AWS’s parameters', async () => {
  const sent = await sentBy(sagemakerChat, { ...body, seed: 1, user: 'u' }, { env, model: 'e' })
  assert.equal(sent.url, `${host}/endpoints/e/invocations`)
  assert.deepEqual(fieldsSent(sagemakerChat, { ...body, seed: 1, user: 'u' }, sent.quirks), ['messages', 'seed'])
})

const part = (text: string | Uint8Array): Uint8Array =>
  awsMessage({ ':message-type': 'event', ':event-type': 'PayloadPart', ':content-type': 'application/octet-stream' }, text)

test('events of a container in parts of any size are the same events', () => {
  const bytes = new TextEncoder().encode('data: {"a":"⚓"}\n\ndata: {"b":2}\n\ndata: [DONE]\n\n')
  const whole = 'data: {"a":"⚓"}\n\ndata: {"b":2}\n\ndata: [DONE]\n\n'
  for (let at = 1; at < bytes.length; at++) {
    const reframer = openAiReframer()
    const frames = concat([part(bytes.slice(0, at)), part(bytes.slice(at))])
    assert.equal(reframer.push(frames) + reframer.end(), whole, `cut at ${at}`)
  }
})

test('parts without line feeds, and an exception among them', () => {
  const reframer = openAiReframer()
  assert.equal(reframer.push(concat([part('data: {"a":1}'), part('data: {"b":2}')])), 'data: {"a":1}\n\ndata: {"b":2}\n\n')
  assert.match(reframer.push(awsException('ModelStreamError', 'rate limit')), /^data: \{"error":\{"message":"rate limit"/)
})

test('generated text: the request, whole replies, streams', () => {
  const dialect = textDialect(textGeneration)
  const request = {
    model: 'e',
    stream: true,
    system: [{ type: 'text' as const, text: 'Be brief.' }],
    turns: [{ role: 'user' as const, blocks: [{ type: 'text' as const, text: 'Hi.' }] }],
    tools: [],
    sampling: { temperature: 0, maxTokens: 5, stop: ['END'] },
  }
  const written = dialect.writeRequest(request, { id: 'e', supports: new Set(), lacks: new Set() })
  assert.deepEqual(written.body, {
    inputs: 'Be brief. Hi.',
    parameters: { max_new_tokens: 5, temperature: 0.01, stop: ['END'] },
    stream: true,
  })
  const reply = dialect.readReply({ [listName]: [{ generated_text: 'Yo.' }] })
  assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: 'Yo.' }])
  const seen: string[] = []
  const sink: EventSink = {
    event: (event) => seen.push(event.type === 'block-delta' ? event.text : event.type),
    fail: (error) => seen.push(error.kind),
    end: () => seen.push('end'),
  }
  const reader = dialect.reader(sink)
  const parser = new SseParser((name, data) => reader.event(name, data))
  const reframer = containerReframer()
  const tokens = [
    '{"token":{"text":"Yo"},"generated_text":null}',
    '{"token":{"text":"</s>","special":true},"generated_text":"Yo"}',
  ]
  parser.push(new TextEncoder().encode(tokens.map((token) => reframer.push(part(`data:${token}\n\n`))).join('')))
  parser.end()
  reader.end()
  assert.deepEqual(seen, ['start', 'block-start', 'Yo', 'block-end', 'stop', 'end'])
})

test('embeddings in the forms that containers answer', () => {
  const target = {
    model: 'e',
    baseUrl: host,
    key: undefined,
    params: {},
    traits: { id: 'e', supports: new Set<string>(), lacks: new Set<string>() },
  }
  for (const reply of [
    { embedding: [[1, 2]] },
    { [listName]: [[1, 2]] },
    { embedding: [1, 2] },
    { data: [{ embedding: [1, 2] }] },
  ]) {
    assert.deepEqual(embedding.read(reply, { input: 'four' }, target), {
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [1, 2] }],
      model: 'e',
      usage: { prompt_tokens: 1, total_tokens: 1 },
    })
  }
})

test('Mantle: the path by the model, a bearer key or a signature', async () => {
  const base = 'https://bedrock-mantle.eu-west-1.api.aws'
  const keyed = { ...env, BEDROCK_MANTLE_API_KEY: 'bm' }
  const urlOf = async (model: string, client: 'openai-chat' | 'openai-responses' = 'openai-chat'): Promise<string> =>
    (await sentBy(bedrockMantle, body, { env: keyed, model, client })).url
  assert.equal(await urlOf('openai.gpt-oss-120b'), `${base}/v1/chat/completions`)
  assert.equal(await urlOf('openai.gpt-oss-120b', 'openai-responses'), `${base}/v1/responses`)
  assert.equal(await urlOf('openai.gpt-5.4'), `${base}/openai/v1/responses`)
  assert.equal(await urlOf('anthropic.claude-haiku-4-5'), `${base}/anthropic/v1/messages`)
  assert.match(await urlOf('us-gov-west-1/xai.grok-4.6'), /bedrock-mantle\.us-gov-west-1\.api\.aws/)
  const sent = await sentBy(bedrockMantle, body, { env: keyed, model: 'openai.gpt-oss-120b' })
  assert.equal(sent.headers['authorization'], 'Bearer bm')
  const signed = await sentBy(bedrockMantle, body, { env, model: 'openai.gpt-oss-120b' })
  assert.match(signed.headers['authorization'] ?? '', /\/eu-west-1\/bedrock-mantle\/aws4_request/)
})
