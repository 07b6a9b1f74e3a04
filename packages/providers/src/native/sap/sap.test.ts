import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '@switchyard/core'
import { dialects, Secret, type JsonObject } from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { cutAnywhere, readText } from '../../text/reading.fixture.ts'
import { post, tokenServer } from '../../token-exchange.fixture.ts'
import { orchestration } from './dialect.ts'
import { embedding } from './embed.ts'
import { sap } from './index.ts'

const traits = { id: 'gpt-5', supports: new Set<string>(), lacks: new Set<string>() }
const api = 'https://api.ai.prod.eu-central-1.aws.ml.hana.ondemand.com'
const serviceKey = JSON.stringify({
  clientid: 'client',
  clientsecret: 'secret',
  url: 'https://tenant.authentication.eu10.hana.ondemand.com',
  serviceurls: { AI_API_URL: api },
})

const targetOf = (more: Partial<Target> = {}): Target => ({
  model: 'gpt-5',
  baseUrl: sap.baseUrl ?? '',
  key: new Secret(serviceKey),
  params: {},
  traits,
  ...more,
})

const deployments = { count: 1, resources: [{ id: 'd123', status: 'RUNNING' }] }

test('a token is bought with the service key, and the deployment of the resource group is found: each once', async () => {
  const server = tokenServer((asked) => [200, asked === 1 ? { access_token: 't1', expires_in: 43_199 } : deployments])
  const target = targetOf({ params: { resource_group: 'team-a' } })
  const endpoint = sap.endpoints.chat?.[0]
  assert(endpoint !== undefined)
  for (let call = 0; call < 2; call++) {
    const outgoing = post(sap.url?.(target, endpoint, { operation: 'chat', stream: false }) ?? '')
    await sap.prepare?.(outgoing, target, server.env)
    assert.equal(outgoing.url, `${api}/v2/inference/deployments/d123/v2/completion`)
    assert.equal(outgoing.headers['authorization'], 'Bearer t1')
    assert.equal(outgoing.headers['ai-resource-group'], 'team-a')
  }
  const [token, list, ...rest] = server.asked
  assert.equal(rest.length, 0)
  assert.equal(token?.url, 'https://tenant.authentication.eu10.hana.ondemand.com/oauth/token')
  assert.equal(token?.headers['authorization'], `Basic ${btoa('client:secret')}`)
  assert.equal(new TextDecoder().decode(token?.body), 'grant_type=client_credentials')
  assert.equal(list?.url, `${api}/v2/lm/deployments?scenarioId=orchestration&status=RUNNING`)
  assert.equal(list?.headers['ai-resource-group'], 'team-a')
})

test('a binding of VCAP_SERVICES is a service key; one with a certificate cannot be used', async () => {
  const server = tokenServer((asked) => [200, asked === 1 ? { access_token: 't2' } : deployments])
  const bound = targetOf({ key: new Secret(`{"aicore":[{"credentials":${serviceKey}}]}`), params: { deployment_id: 'd9' } })
  const outgoing = post(`${api}/v2/inference/deployments/d9/v2/completion`)
  await sap.prepare?.(outgoing, bound, server.env)
  assert.equal(server.asked.length, 1)
  const certified = targetOf({ key: new Secret('{"clientid":"c","certificate":"PEM","url":"https://a.example"}'), params: {} })
  await assert.rejects(async () => sap.prepare?.(post(outgoing.url), certified, server.env), /certificate/)
})

test('the environment’s secret goes to SAP’s hosts alone', async () => {
  const server = tokenServer(() => [200, { access_token: 't3' }])
  const params = { client_id: 'c', client_secret: new Secret('s'), deployment_id: 'd' }
  const env = { ...server.env, variable: (name: string) => (name === 'AICORE_CLIENT_SECRET' ? 's' : undefined) }
  // Below SAP's domain customers run programs of their own.
  for (const auth_url of ['https://evil.example', 'https://evil.cfapps.eu10.hana.ondemand.com']) {
    const target = targetOf({ key: undefined, params: { ...params, auth_url } })
    await assert.rejects(async () => sap.prepare?.(post(api), target, env), /SAP's own hosts/)
  }
  assert.equal(server.asked.length, 0)
})

test('addresses', async () => {
  const env = { AICORE_SERVICE_KEY: serviceKey }
  await assert.rejects(sentBy(sap, {}, {}), /AICORE_BASE_URL/)
  for (const apiBase of ['https://evil.example', 'https://evil.cfapps.eu10.hana.ondemand.com']) {
    await assert.rejects(sentBy(sap, {}, { env, apiBase }), /AICORE_SERVICE_KEY/)
  }
})

test('the deployment that was found at one address is not asked for at another', async () => {
  const server = tokenServer((asked) => [
    200,
    asked === 1 ? { access_token: 't4' } : { resources: [{ id: `d${asked}`, status: 'RUNNING' }] },
  ])
  const params = {}
  const urls: string[] = []
  for (const region of ['eu-central-1', 'us-east-1']) {
    const baseUrl = `https://api.ai.prod.${region}.aws.ml.hana.ondemand.com`
    const target = targetOf({ baseUrl, params })
    const endpoint = sap.endpoints.chat?.[0] ?? assert.fail()
    const outgoing = post(sap.url?.(target, endpoint, { operation: 'chat', stream: false }) ?? '')
    await sap.prepare?.(outgoing, target, server.env)
    urls.push(outgoing.url)
  }
  assert.deepEqual(
    urls.map((url) => /deployments\/(\w+)\//.exec(url)?.[1]),
    ['d2', 'd3'],
  )
})

test('a group without orchestration says what to do', async () => {
  const server = tokenServer((asked) => [200, asked === 1 ? { access_token: 't' } : { resources: [] }])
  const outgoing = post(`${api}/v2/inference/deployments/-/v2/completion`)
  await assert.rejects(async () => sap.prepare?.(outgoing, targetOf(), server.env), /runs no orchestration/)
})

const write = (body: JsonObject): JsonObject =>
  orchestration.writeRequest(dialects['openai-chat'].readRequest({ model: 'gpt-5', ...body }), traits).body

test('a chat is a template, its settings are the model’s parameters', () => {
  const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }]
  const format = { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } }
  const messages = [{ role: 'user', content: 'Hi' }]
  const body = { messages, tools, response_format: format, max_completion_tokens: 5, temperature: 0.5, user: 'u', stream: true }
  assert.deepEqual(write({ ...body, stream_options: { include_usage: true } }), {
    config: {
      modules: {
        prompt_templating: {
          prompt: { template: messages, tools, response_format: format },
          model: { name: 'gpt-5', params: { temperature: 0.5, max_tokens: 5, stream_options: { include_usage: true } } },
        },
      },
      stream: { enabled: true },
    },
  })
})

test('a text with the mark of a placeholder stays what it is', () => {
  const body = write({ messages: [{ role: 'user', content: 'What is {{?name}} in a template?' }] })
  assert.deepEqual(body['placeholder_values'], { opening_braces: '{{?' })
  assert(JSON.stringify(body).includes('What is {{?opening_braces}}name}} in a template?'))
})

const result = {
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-5-2026',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Hi.', reasoning_content: [{ content: 'Hm.', signature: 'sig' }] },
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
}

test('a reply stands in the final result; thoughts keep their signatures, there and back', () => {
  const reply = orchestration.readReply({ request_id: 'r', intermediate_results: {}, final_result: result })
  assert.deepEqual(reply.choices[0]?.blocks, [
    { type: 'reasoning', text: 'Hm.', signature: 'sig' },
    { type: 'text', text: 'Hi.' },
  ])
  assert.equal(reply.usage?.output, 2)
  const assistant = {
    role: 'assistant',
    content: 'Hi.',
    thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 'sig' }],
  }
  const body = write({ messages: [{ role: 'user', content: 'Hi' }, assistant, { role: 'user', content: 'Go on' }] })
  assert(JSON.stringify(body).includes('"reasoning_content":[{"content":"Hm.","signature":"sig"}]'))
})

test('errors, one or a list, have their own status', () => {
  const error = { request_id: 'r', code: 429, message: 'Too many requests.', location: 'LLM Module' }
  assert.equal(orchestration.readError(429, { error }).kind, 'rate_limited')
  assert.equal(orchestration.readError(500, { error: [error] }).kind, 'rate_limited')
  assert.match(orchestration.readError(400, { error: { ...error, code: 400, message: 'Bad.' } }).message, /Bad\./)
})

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`
const chunk = (more: object): string =>
  event({
    request_id: 'r',
    final_result: { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'gpt-5-2026', ...more },
  })
const choice = (delta: object, finish?: string): object => ({
  choices: [{ index: 0, delta, ...(finish === undefined ? {} : { finish_reason: finish }) }],
})
const told = [
  event({ request_id: 'r', intermediate_results: { templating: [{ role: 'user', content: 'Hi' }] } }),
  chunk(choice({ role: 'assistant', content: '' })),
  chunk(choice({ content: 'Hi ⚓' })),
  chunk({ ...choice({ content: '' }, 'stop'), usage: result.usage }),
  'data: [DONE]\n\n',
]

test('a stream, cut anywhere', () => {
  for (const { reply, ended } of cutAnywhere(told.join(''), orchestration)) {
    assert(ended)
    assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: 'Hi ⚓' }])
    assert.deepEqual([reply.model, reply.choices[0]?.stop, reply.usage?.input], ['gpt-5-2026', 'stop', 3])
  }
})

test('a cut stream and an error inside one fail', () => {
  assert.equal(readText(told.slice(0, 3).join(''), orchestration).error?.kind, 'bad_gateway')
  const failed = event({ error: { request_id: 'r', code: 429, message: 'slow down', location: 'LLM Module' } })
  assert.equal(readText(told.slice(0, 2).join('') + failed + told[4], orchestration).error?.kind, 'rate_limited')
})

test('embeddings', () => {
  assert.deepEqual(embedding.write({ model: 'm', input: ['a'], dimensions: 3, input_type: 'query' }, targetOf(), []), {
    json: {
      config: { modules: { embeddings: { model: { name: 'gpt-5', params: { dimensions: 3 } } } } },
      input: { text: ['a'], type: 'query' },
    },
  })
  const list = { object: 'list', data: [], model: 'm', usage: { prompt_tokens: 1, total_tokens: 1 } }
  assert.deepEqual(embedding.read({ request_id: 'r', final_result: list }, {}, targetOf()), list)
})
