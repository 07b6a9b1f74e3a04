import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { BulkProvider } from '../tools/bulk-provider.ts'
import { FakeProvider } from '../tools/fake-provider.ts'
import { TestGateway } from '../tools/gateway.ts'
import { growthMb, mostGrownMb } from '../tools/memory.ts'

const megabyte = 1024 * 1024

const config = (origin: string, bulk: string): string => `
model_list:
  - model_name: mine
    litellm_params: { model: openai/gpt-4o-mini, api_base: ${origin}/v1, api_key: sk-upstream-of-the-model }
  - model_name: open
    litellm_params: { model: mistral/mistral-small-latest, api_base: ${origin}/v1, api_key: sk-upstream-marked, use_in_pass_through: true }
general_settings:
  pass_through_endpoints:
    - { path: /rank, target: "${origin}/v2/rerank", headers: { Authorization: "bearer os.environ/RANK_KEY", x-kind: rank }, cost_per_request: 0.25 }
    - { path: /bulk, target: "${bulk}/store", include_subpath: true, forward_headers: true, auth: false, default_query_params: { v: 2 } }
    - { path: /read, target: "${bulk}/store", methods: [GET] }
switchyard_settings: { egress: { allow_private: true } }
`

describe('pass-through', () => {
  let provider: FakeProvider
  let bulk: BulkProvider
  let gateway: TestGateway
  let key = ''
  before(async () => {
    provider = await FakeProvider.start()
    bulk = await BulkProvider.start()
    gateway = await TestGateway.start({
      config: config(provider.origin, bulk.origin),
      env: {
        OPENAI_API_KEY: 'sk-upstream-of-the-environment',
        OPENAI_BASE_URL: `${provider.origin}/v1`,
        ANTHROPIC_API_KEY: 'sk-ant-api-upstream',
        ANTHROPIC_API_BASE: provider.origin,
        GEMINI_API_KEY: 'AIza-upstream',
        GEMINI_API_BASE: provider.origin,
        RANK_KEY: 'rank-secret',
      },
    })
  })
  beforeEach(async () => {
    provider.reset()
    key = await gateway.newKey({ max_budget: 5 })
  })
  after(async () => {
    await gateway.stop()
    await provider.stop()
    await bulk.stop()
  })

  const rowOf = async (of = key): Promise<Readonly<Record<string, unknown>>> =>
    (await gateway.spendRows(of, 1))[0] ?? assert.fail('no ledger row')

  it('a chat with OpenAI’s client: the body is the client’s, the key the provider’s, and it is billed', async () => {
    const client = new OpenAI({ baseURL: `${gateway.url}/openai/v1`, apiKey: key, maxRetries: 0 })
    const reply = await client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] })
    assert.ok(reply.choices[0]?.message.content)
    assert.equal(provider.last.path, '/v1/chat/completions')
    assert.deepEqual(provider.last.json, { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] })
    assert.equal(provider.last.headers['authorization'], 'Bearer sk-upstream-of-the-environment')
    assert.doesNotMatch(JSON.stringify(provider.last.headers), new RegExp(key))
    const row = await rowOf()
    assert.equal(row['call_type'], 'chat')
    assert.ok(Number(row['spend']) > 0, JSON.stringify(row))
  })

  it('a stream with Anthropic’s client, whose usage is read along', async () => {
    const client = new Anthropic({ baseURL: `${gateway.url}/anthropic`, apiKey: key, maxRetries: 0 })
    const stream = client.messages.stream({
      model: 'claude-sonnet-4-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'hi' }],
    })
    const message = await stream.finalMessage()
    assert.equal(provider.last.path, '/v1/messages')
    assert.equal(provider.last.headers['x-api-key'], 'sk-ant-api-upstream')
    const row = await rowOf()
    assert.deepEqual([row['prompt_tokens'], row['completion_tokens']], [message.usage.input_tokens, message.usage.output_tokens])
    assert.ok(Number(row['spend']) > 0)
  })

  it('Gemini’s paths name the model, and ?key= does not travel', async () => {
    const path = '/gemini/v1beta/models/gemini-2.5-flash:generateContent'
    const reply = await fetch(`${gateway.url}${path}?key=${key}&alt=json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }),
    })
    assert.equal(reply.status, 200, await reply.clone().text())
    assert.deepEqual([provider.last.query, provider.last.headers['x-goog-api-key']], ['alt=json', 'AIza-upstream'])
    const row = await rowOf()
    assert.equal(row['model'], 'gemini-2.5-flash')
    assert.ok(Number(row['spend']) > 0)
  })

  it('what is not known passes too, in a row that costs nothing', async () => {
    provider.next({ status: 201, body: '{"id":"x"}' })
    const { status, text, headers } = await gateway.call('PUT', '/openai/v1/evals/abc?after=1&limit=2', { a: 1 }, key)
    assert.deepEqual([status, text], [201, '{"id":"x"}'])
    assert.deepEqual(
      [provider.last.method, provider.last.path, provider.last.query, provider.last.body.toString()],
      ['PUT', '/v1/evals/abc', 'after=1&limit=2', '{"a":1}'],
    )
    assert.ok(headers.get('x-litellm-call-id'))
    const row = await rowOf()
    assert.deepEqual([row['call_type'], row['spend'], row['status']], ['passthrough', 0, 'success'])
  })

  it('a reply without a body has none', async () => {
    provider.next({ status: 204, body: '' })
    const { status, text } = await gateway.call('DELETE', '/openai/v1/evals/abc', undefined, key)
    assert.deepEqual([status, text], [204, ''])
    assert.equal((await rowOf())['status'], 'success')
  })

  it('a key that is limited to models passes only calls of them', async () => {
    const limited = await gateway.newKey({ models: ['mine'] })
    const chat = (model: string) =>
      gateway.call('POST', '/openai/v1/chat/completions', { model, messages: [{ role: 'user', content: 'x' }] }, limited)
    assert.equal((await chat('gpt-4o')).status, 403)
    assert.equal((await gateway.call('GET', '/openai/v1/evals', undefined, limited)).status, 403)
    assert.equal(provider.requests.length, 0)
    assert.equal((await chat('gpt-4o-mini')).status, 200)
    // The deployment that the key may use has a credential of its own.
    assert.equal(provider.last.headers['authorization'], 'Bearer sk-upstream-of-the-model')
    const spelled = ['//chat/completions', '/chat%2Fcompletions', '/Chat/Completions/', '/x/%2e%2e/chat/completions']
    for (const path of spelled) {
      const { status } = await gateway.call('POST', `/openai/v1${path}`, { model: 'gpt-4o', messages: [] }, limited)
      assert.ok(status === 403 || status === 400, `${path}: ${status}`)
    }
  })

  it('nobody passes without a key, and a refused credential of ours is not the client’s', async () => {
    assert.equal((await gateway.call('GET', '/openai/v1/evals', undefined, null)).status, 401)
    assert.equal((await gateway.call('GET', '/openai/v1/evals', undefined, 'sk-unknown')).status, 401)
    assert.equal((await gateway.call('GET', '/cohere/v1/models', undefined, key)).status, 404)
    provider.next({ status: 401, body: '{"error":{"message":"bad key sk-upstream-of-the-environment"}}' })
    const { status, text } = await gateway.call('GET', '/openai/v1/evals', undefined, key)
    assert.equal(status, 502)
    assert.doesNotMatch(text, /sk-upstream/)
  })

  it('deployments that are marked lend their credentials', async () => {
    provider.next({ status: 200, body: '{}' })
    assert.equal((await gateway.call('GET', '/mistral/v1/agents', undefined, key)).status, 200)
    assert.equal(provider.last.headers['authorization'], 'Bearer sk-upstream-marked')
  })

  it('with our key in a header of its own, the client’s credential goes to the provider, but never a key of ours', async () => {
    const call = async (authorization: string): Promise<string | undefined> => {
      provider.next({ status: 200, body: '{}' })
      const headers = { 'x-litellm-api-key': key, authorization, 'x-pass-x-team': 'red', 'x-pass-authorization': 'Bearer evil' }
      const reply = await fetch(`${gateway.url}/openai/v1/evals`, { headers })
      assert.equal(reply.status, 200, await reply.text())
      assert.equal(provider.last.headers['x-team'], 'red')
      return provider.last.headers['authorization']
    }
    assert.equal(await call('Bearer sk-of-the-client'), 'Bearer sk-of-the-client')
    for (const ours of [`Bearer ${key}`, `Token ${key}`, key, `Basic ${Buffer.from(`user:${key}`).toString('base64')}`])
      assert.equal(await call(ours), 'Bearer sk-upstream-of-the-environment', ours)
  })

  it('errors pass as they are; redirects are not followed', async () => {
    provider.next({ status: 422, body: '{"detail":"no"}' }, { status: 302, headers: { location: `${provider.origin}/secret` } })
    const refused = await gateway.call('POST', '/openai/v1/evals', {}, key)
    assert.deepEqual([refused.status, refused.text], [422, '{"detail":"no"}'])
    const { status, headers } = await gateway.call('GET', '/openai/v1/evals', undefined, key)
    assert.deepEqual([status, headers.get('location')], [502, null])
    assert.equal(provider.requests.length, 2)
  })

  it('configured routes: target, headers, price', async () => {
    provider.next({ status: 200, body: '{"results":[]}' })
    const { status, text } = await gateway.call('POST', '/rank', { query: 'x' }, key)
    assert.equal(status, 200, text)
    assert.deepEqual(
      [provider.last.path, provider.last.headers['authorization'], provider.last.headers['x-kind']],
      ['/v2/rerank', 'bearer rank-secret', 'rank'],
    )
    const row = await rowOf()
    assert.deepEqual([row['call_type'], row['spend']], ['passthrough', 0.25])
    const poor = await gateway.newKey({ max_budget: 0.1 })
    assert.equal((await gateway.call('POST', '/rank', {}, poor)).status, 422)
    assert.equal((await gateway.call('POST', '/rank/more', {}, key)).status, 404)
    assert.equal((await gateway.call('POST', '/read', {}, key)).status, 405)
    const open = await gateway.call('GET', '/bulk/one/two?q=1', undefined, null)
    assert.equal(open.status, 200)
    assert.equal(bulk.last, 'GET /store/one/two?q=1&v=2')
  })

  it('200 MB each way do not enter memory', async () => {
    const size = 200 * megabyte
    const up = await growthMb(gateway.pid, async () => {
      const sent = await bulk.upload(`${gateway.url}/bulk/in`, key, size)
      assert.deepEqual(sent, { status: 200, bytes: size, sha256: bulk.sha256Of(size) })
    })
    const down = await growthMb(gateway.pid, async () => {
      const read = await bulk.download(`${gateway.url}/bulk/out?bytes=${size}`, key)
      assert.deepEqual(read, { status: 200, bytes: size, sha256: bulk.sha256Of(size) })
    })
    assert.ok(up <= mostGrownMb && down <= mostGrownMb, `${up.toFixed(1)} MB up, ${down.toFixed(1)} MB down`)
  })
})
