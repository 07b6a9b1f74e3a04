import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallShape, Target } from '@switchyard/core'
import { isGatewayError, ReplyCollector, Secret, type JsonObject } from '@switchyard/wire'
import { fieldsSent, sentBy } from '../../requests.fixture.ts'
import { codecOf, file } from '../../operations.fixture.ts'
import { post, tokenServer } from '../../token-exchange.fixture.ts'
import { embedding } from './embed.ts'
import { watsonx, watsonxText } from './index.ts'
import { signWatsonx } from './sign.ts'
import { tuneWatsonx } from './tune.ts'

const base = 'https://us-south.ml.cloud.ibm.com'
const env = { WATSONX_TOKEN: 't', WATSONX_URL: base, WATSONX_PROJECT_ID: 'p' }
const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }
const target: Target = { model: 'm', baseUrl: base, key: new Secret('k'), params: { project_id: 'p' }, traits }

test('addresses of models, of deployments and of streams', async () => {
  const urlOf = async (model: string, body: JsonObject = {}): Promise<string> => (await sentBy(watsonx, body, { env, model })).url
  assert.equal(await urlOf('ibm/granite'), `${base}/ml/v1/text/chat?version=2024-03-13`)
  assert.equal(await urlOf('ibm/granite', { stream: true }), `${base}/ml/v1/text/chat_stream?version=2024-03-13`)
  assert.equal(await urlOf('deployment/d 1'), `${base}/ml/v1/deployments/d%201/text/chat?version=2024-03-13`)
  assert.equal(
    (await sentBy(watsonxText, { stream: true }, { env, model: 'm', params: { api_version: '2025-01-01' } })).url,
    `${base}/ml/v1/text/generation_stream?version=2025-01-01`,
  )
})

test('the body names the model and the project, and a choice by its word', async () => {
  const body = { messages: [], tool_choice: 'auto', user: 'u', stream_options: {}, project_id: 'another' }
  const { quirks } = await sentBy(watsonx, body, { env, model: 'm' })
  assert.deepEqual(fieldsSent(watsonx, body, quirks), ['messages', 'model_id', 'project_id', 'stream', 'tool_choice_option'])
  assert.ok(quirks.some((quirk) => quirk.do === 'set' && quirk.field === 'project_id' && quirk.value === 'p'))
})

test('schemas of tools are open', () => {
  const schema = {
    type: 'object',
    additionalProperties: false,
    properties: { a: { type: 'object', additionalProperties: { type: 'string' } } },
  }
  const body = { tools: [{ type: 'function', function: { name: 'f', strict: true, parameters: schema } }] }
  const call: CallShape = {
    operation: 'chat',
    shape: 'openai-chat',
    stream: false,
    field: (name) => (name === 'tools' ? body.tools : undefined),
    mayContain: () => true,
    dropParams: false,
    allowedParams: [],
  }
  const edit = tuneWatsonx(target, call).find((quirk) => quirk.do === 'edit' && quirk.name === 'plain-tools')
  assert.deepEqual(edit?.do === 'edit' ? edit.edit(body) : undefined, {
    tools: [
      {
        type: 'function',
        function: {
          name: 'f',
          parameters: { type: 'object', properties: { a: { type: 'object', additionalProperties: { type: 'string' } } } },
        },
      },
    ],
  })
})

test('a token is bought once, and again before it runs out; another key buys its own', async () => {
  const server = tokenServer((asked) => [200, { access_token: `t${asked}`, expires_in: 3600 }])
  const tokenOf = async (key: string): Promise<string | undefined> => {
    const outgoing = post(base)
    await signWatsonx(outgoing, { ...target, key: new Secret(key) }, server.env)
    return outgoing.headers['authorization']
  }
  assert.deepEqual([await tokenOf('k'), await tokenOf('k'), await tokenOf('k2')], ['Bearer t1', 'Bearer t1', 'Bearer t2'])
  const [first] = server.asked
  assert.equal(first?.url, 'https://iam.cloud.ibm.com/identity/token')
  assert.equal(new TextDecoder().decode(first.body), 'grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey=k')
  server.now += 3_500_000
  assert.equal(await tokenOf('k'), 'Bearer t3')
})

test('a refused key, a missing one, and a missing project', async () => {
  const sign = (changed: Partial<Target>, status = 400): Promise<void> =>
    signWatsonx(
      post(base),
      { ...target, ...changed },
      tokenServer(() => [status, { errorCode: 'BXNIM0415E', apikey: 'k-secret' }]).env,
    )
  const kindOf = (kind: string) => (error: unknown) =>
    isGatewayError(error) && error.kind === kind && !error.message.includes('k-secret')
  await assert.rejects(sign({ params: { project_id: 'p', a: 1 } }), kindOf('auth'))
  await assert.rejects(sign({ params: { project_id: 'p', a: 2 } }, 503), kindOf('unavailable'))
  await assert.rejects(sign({ key: undefined }), /WATSONX_APIKEY/)
  await assert.rejects(sign({ params: {} }), /WATSONX_PROJECT_ID/)
})

test('Cloud Pak for Data’s own key', async () => {
  const { headers } = await sentBy(watsonx, {}, { env: { WATSONX_ZENAPIKEY: 'z', WATSONX_URL: base, WX_SPACE_ID: 's' } })
  assert.equal(headers['authorization'], 'ZenApiKey z')
})

test('text generation: the request, a reply, streams that end, fail and are cut', () => {
  const speaks = watsonxText.endpoints.chat?.[0]?.speaks
  assert.ok(speaks)
  const written = speaks.writeRequest(
    {
      model: 'm',
      stream: false,
      system: [],
      turns: [{ role: 'user', blocks: [{ type: 'text', text: 'Hi.' }] }],
      tools: [],
      sampling: { maxTokens: 5, seed: 1, frequencyPenalty: 1.1 },
    },
    traits,
  )
  assert.deepEqual(written.body, { input: 'Hi.', parameters: { max_new_tokens: 5, repetition_penalty: 1.1, random_seed: 1 } })
  const result = (text: string, stop: string): JsonObject => ({
    results: [{ generated_text: text, stop_reason: stop, input_token_count: 3, generated_token_count: 2 }],
  })
  const reply = speaks.readReply(result('Ahoy', 'max_tokens'))
  assert.equal(reply.choices[0]?.stop, 'length')
  assert.equal(reply.usage?.input, 3)
  assert.throws(() => speaks.readReply(result('', 'error')), isGatewayError)
  const streamed = (...chunks: readonly JsonObject[]): ReplyCollector => {
    const sink = new ReplyCollector()
    const reader = speaks.reader(sink)
    for (const chunk of chunks) reader.event('message', JSON.stringify(chunk))
    reader.end()
    return sink
  }
  assert.deepEqual(streamed(result('Ah', 'not_finished'), result('oy', 'eos_token')).reply.choices[0]?.blocks, [
    { type: 'text', text: 'Ahoy' },
  ])
  const last = { results: [{ generated_text: '', stop_reason: 'eos_token', input_token_count: 0, generated_token_count: 4 }] }
  const { usage } = streamed(result('Ah', 'not_finished'), last).reply
  assert.deepEqual([usage?.input, usage?.output], [3, 4])
  assert.equal(streamed(result('Ah', 'not_finished')).error?.kind, 'bad_gateway')
  assert.equal(
    streamed(result('Ah', 'not_finished'), { errors: [{ code: 'rate_limit_exceeded', message: 'slow down' }] }).error?.kind,
    'rate_limited',
  )
})

test('errors, and embeddings', () => {
  assert.equal(
    watsonx.readError?.(404, { errors: [{ code: 'model_not_supported', message: 'no such model' }] })?.message,
    'no such model',
  )
  assert.deepEqual(watsonx.mend?.({ errors: [{ code: 'c', message: 'm' }] }), { error: { message: 'm', code: 'c' } })
  assert.deepEqual(embedding.write({ input: 'a', truncate_input_tokens: 9 }, target, []), {
    json: { inputs: ['a'], parameters: { truncate_input_tokens: 9 }, model_id: 'm', project_id: 'p' },
  })
})

test('a recording goes with the project that pays', async () => {
  const codec = codecOf(watsonx, 'transcription')
  const payload = codec.write({ model: 'x', language: 'en', response_format: 'json' }, target, [file('file')])
  assert('form' in payload)
  assert.deepEqual(payload.form, { language: 'en', project_id: 'p', model: 'm' })
  assert.deepEqual(codec.read({ text: 'Hello' }, {}, target), { text: 'Hello' })
  const { url } = await sentBy(watsonx, {}, { env, model: 'm', operation: 'transcription' })
  assert.equal(url, `${base}/ml/v1/audio/transcriptions?version=2024-03-13`)
})
