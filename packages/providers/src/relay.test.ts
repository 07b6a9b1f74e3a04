import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allDialects, outgoingOf, prepare, RequestBody, type Ask, type Deployment, type Provider } from '@switchyard/core'
import { fail, Secret } from '@switchyard/wire'
import { findProvider, providers } from './registry.ts'

/** As clients write it: their own spacing, and a parameter that nobody knows yet. */
const written = (model: string): string =>
  `{ "model": "${model}",\n "messages": [{"role":"user","content":"Hi \\u00e9"}], "tomorrow": {"a": 1.0}, "temperature": 1 }`

const askFor = (text: string): Ask => ({
  operation: 'chat',
  measured: undefined,
  shape: 'openai-chat',
  body: RequestBody.ofBytes(new TextEncoder().encode(text)),
  path: {},
  model: 'mine',
  stream: false,
  chat: () => {
    throw fail('internal', 'a relay reads no chat')
  },
  dialects: allDialects,
  dropParams: false,
  strict: false,
})

/** Where the provider's own base stands for none. */
const bases: Readonly<Record<string, string>> = { snowflake: 'https://acct.snowflakecomputing.com/api/v2' }

const deploymentOf = (provider: Provider, model: string): Deployment => ({
  id: 'd',
  modelName: 'mine',
  provider,
  model,
  baseUrl: bases[provider.id] ?? provider.baseUrl ?? 'https://own.example.com',
  key: new Secret('test-key'),
  params: { account_id: 'acct', vertex_location: 'global' },
  headers: {},
  bodyDefaults: [],
  weight: 1,
  order: 0,
  timeouts: { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0 },
  dropParams: false,
  additionalDropParams: [],
  allowedParams: [],
  info: {},
})

const models: Readonly<Record<string, string>> = { ragflow: 'chat/abc/model', vertex_ai: 'meta/their-model' }
/** What is put behind the client's fields. */
const added: Readonly<Record<string, string>> = {
  openrouter: ',"usage":{"include":true}',
  watsonx: ',"stream":false,"model_id":"their-model"',
  snowflake: ',"stream":false',
  vertex_ai: ',"stream":false',
  amazon_nova: ',"stream":false',
  maritalk: ',"stream":false',
}
/** They refuse the temperature of the request. */
const strict: ReadonlySet<string> = new Set(['morph', 'v0'])

for (const provider of providers) {
  const chat = provider.endpoints.chat?.find((endpoint) => endpoint.shape === 'openai-chat')
  if (chat === undefined || strict.has(provider.id)) continue
  test(`${provider.id} is sent the client's bytes`, () => {
    const deployment = deploymentOf(provider, models[provider.id] ?? 'their-model')
    const ask = askFor(written('mine'))
    const prepared = prepare(ask, deployment, undefined)
    const outgoing = outgoingOf(ask, deployment, prepared, {})
    const sent = written(prepared.target.model)
    const expected = sent.replace(/ }$/, `${added[provider.id] ?? ''} }`)
    assert.equal(new TextDecoder().decode(outgoing.body), expected)
    assert.ok(outgoing.url.startsWith(deployment.baseUrl), outgoing.url)
    if (provider.auth.kind === 'bearer') assert.equal(outgoing.headers['authorization'], 'Bearer test-key')
  })
}

test('servers that check no key get a stand-in for one, or no header', () => {
  const authorization = (id: string, key: Secret | undefined): string | undefined => {
    const provider = findProvider(id)
    assert.ok(provider)
    const deployment = { ...deploymentOf(provider, 'm'), key }
    const ask = askFor(written('mine'))
    return outgoingOf(ask, deployment, prepare(ask, deployment, undefined), {}).headers['authorization']
  }
  assert.equal(authorization('hosted_vllm', undefined), 'Bearer fake-api-key')
  assert.equal(authorization('hosted_vllm', new Secret('own')), 'Bearer own')
  assert.equal(authorization('xinference', undefined), undefined)
})
