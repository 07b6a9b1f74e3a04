import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, describe, it } from 'node:test'
import type { JsonObject } from '@switchyard/wire'
import { TestGateway } from '../tools/gateway.ts'

const config = (origin: string): string => `
model_list:
  - model_name: fast
    litellm_params:
      { model: openai/gpt-4o-mini, api_base: "${origin}/v1?token=in-the-url", api_key: sk-of-the-operator-0123456789,
        extra_headers: { x-team: of-the-operator } }
  - model_name: claude
    litellm_params: { model: anthropic/claude-sonnet-4-5, api_base: ${origin}, api_key: sk-ant-of-the-operator-0123 }
  - model_name: flash
    litellm_params: { model: gemini/gemini-2.5-flash, api_base: ${origin}, api_key: AIza-of-the-operator-0123 }
switchyard_settings: { egress: { allow_private: true } }
`

describe('what clients ask besides calls', () => {
  let asked = 0
  let server: Server
  let gateway: TestGateway
  let key = ''
  const transform = (callType: string, requestBody: JsonObject, as = key) =>
    gateway.call('POST', '/utils/transform_request', { call_type: callType, request_body: requestBody }, as)
  before(async () => {
    server = createServer((_, response) => {
      asked++
      response.end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    gateway = await TestGateway.start({ config: config(`http://127.0.0.1:${address.port}`) })
    key = await gateway.newKey({ models: ['fast', 'claude', 'flash'] })
  })
  after(async () => {
    assert.equal(asked, 0, 'nothing reaches the provider')
    await gateway.stop()
    await new Promise((resolve) => server.close(resolve))
  })

  it('reports of coding agents are taken with a key, and thrown away', async () => {
    const ofModels = await gateway.newKey({ key_type: 'llm_api' })
    for (const one of [key, ofModels]) {
      const reply = await gateway.call('POST', '/api/event_logging/batch', { events: [{ event_type: 'x' }] }, one)
      assert.deepEqual([reply.status, reply.json], [200, { status: 'ok' }])
    }
    assert.equal((await gateway.call('POST', '/api/event_logging/batch', {}, null)).status, 401)
    assert.equal((await gateway.call('POST', '/api/event_logging/batch', {}, 'sk-unknown')).status, 401)
  })

  it('what is known of a model, configured or of the catalog', async () => {
    const info = (model: string, as = key) => gateway.call('GET', `/utils/model_info?model=${model}`, undefined, as)
    const own = await info('fast')
    assert.equal(own.status, 200, own.text)
    assert.deepEqual([own.json['key'], own.json['litellm_provider'], own.json['mode']], ['gpt-4o-mini', 'openai', 'chat'])
    assert.ok(Number(own.json['input_cost_per_token']) > 0)
    const other = await info('anthropic/claude-sonnet-4-5')
    assert.equal(other.json['litellm_provider'], 'anthropic')
    assert.ok(Number(other.json['max_input_tokens']) > 0)
    assert.equal((await info('no/such')).status, 404)
    assert.equal((await info('fast', await gateway.newKey({ models: ['claude'] }))).status, 404)
    assert.equal((await info('')).status, 400)
  })

  it('what would be sent, in the dialect of the provider and without credentials', async () => {
    const messages = [{ role: 'user', content: 'hello' }]
    const openai = await transform('completion', { model: 'fast', messages, temperature: 0.5 })
    assert.equal(openai.status, 200, openai.text)
    assert.deepEqual(openai.json['raw_request_body'], { model: 'gpt-4o-mini', messages, temperature: 0.5 })
    const claude = await transform('acompletion', { model: 'claude', messages, max_tokens: 9 })
    assert.match(String(claude.json['raw_request_api_base']), /^http:\/\/127\.0\.0\.1:\d+\/v1\/messages$/)
    assert.match(claude.text, /"max_tokens":9/)
    assert.match(claude.text, /"anthropic-version"/)
    const flash = await transform('completion', { model: 'flash', messages })
    assert.match(flash.text, /gemini-2\.5-flash:generateContent/)
    assert.match(flash.text, /"contents"/)
    const all = [openai, claude, flash].map(({ text }) => text).join('')
    assert.doesNotMatch(all, /of-the-operator|in-the-url/)
  })

  it('a text that quotes a piece of the key comes back as it was: nobody can ask whether he guessed it', async () => {
    const messages = [{ role: 'user', content: 'sk-of-the-operator-0123456789' }]
    const { json } = await transform('completion', { model: 'fast', messages })
    assert.deepEqual(json['raw_request_body'], { model: 'gpt-4o-mini', messages })
  })

  it('only models of the key, only calls that are known, and no address of the caller', async () => {
    const messages = [{ role: 'user', content: 'hello' }]
    const limited = await gateway.newKey({ models: ['claude'] })
    assert.equal((await transform('completion', { model: 'fast', messages }, limited)).status, 403)
    assert.equal((await transform('completion', { model: 'none', messages })).status, 403)
    assert.equal((await transform('completion', { model: 'none', messages }, gateway.masterKey)).status, 400)
    assert.equal((await transform('dance', { model: 'fast', messages })).status, 400)
    assert.equal((await transform('completion', { model: 'fast', messages, api_base: 'http://evil' })).status, 400)
    assert.equal((await gateway.call('POST', '/utils/transform_request', { call_type: 'completion' }, key)).status, 400)
  })
})
