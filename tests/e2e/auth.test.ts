import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { routes } from '../../packages/gateway/src/http/routes.ts'
import { openStage, type Stage } from '../tools/stage.ts'

const body = JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'hi' }] })

describe('credentials (LiteLLM facts §1.2)', () => {
  let stage: Stage
  let key = ''
  let other = ''
  before(async () => {
    stage = await openStage({ sections: { switchyard_settings: { wrong_keys_per_minute: 0 } } })
    key = await stage.gateway.newKey()
    other = await stage.gateway.newKey()
  })
  after(() => stage.close())

  const post = async (headers: Readonly<Record<string, string>>, path = '/v1/chat/completions', text = body): Promise<Response> =>
    fetch(stage.gateway.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text })
  const fill = (headers: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        value
          .replace('KEY', key)
          .replace('OTHER', other)
          .replace('BASIC', btoa(`user:${key}`)),
      ]),
    )

  const matrix: readonly (readonly [number, Readonly<Record<string, string>>])[] = [
    [200, { authorization: 'Bearer KEY' }],
    [200, { authorization: 'bearer KEY' }],
    [200, { authorization: 'Basic BASIC' }],
    [200, { 'x-api-key': 'KEY' }],
    [200, { 'api-key': 'KEY' }],
    [200, { 'x-goog-api-key': 'KEY' }],
    [200, { 'ocp-apim-subscription-key': 'KEY' }],
    [200, { 'x-litellm-api-key': 'KEY' }],
    [200, { 'x-litellm-api-key': 'Bearer KEY' }],
    [200, { 'x-switchyard-api-key': 'KEY' }],
    // The gateway's own header leaves the others to the provider.
    [200, { 'x-litellm-api-key': 'KEY', authorization: 'Bearer sk-ant-oat-of-someone' }],
    [200, { authorization: 'Bearer KEY', 'x-api-key': 'sk-ant-not-ours' }],
    [401, {}],
    [401, { authorization: '' }],
    [401, { authorization: 'Bearer ' }],
    [401, { authorization: 'KEY' }],
    [401, { authorization: 'NotBearer KEY' }],
    [401, { authorization: 'Bearer sk-unknown-0123456789' }],
    [401, { authorization: 'Bearer KEYx' }],
    [401, { 'x-litellm-api-key': 'sk-wrong-0123456789', authorization: 'Bearer KEY' }],
    [401, { 'x-api-key': `sk-${'x'.repeat(5000)}` }],
    [400, { authorization: 'Bearer KEY', 'x-api-key': 'OTHER' }],
  ]
  for (const [status, headers] of matrix) {
    it(`${status} for ${JSON.stringify(headers).slice(0, 90)}`, async () => {
      const calls = stage.provider.requests.length
      const reply = await post(fill(headers))
      assert.equal(reply.status, status, await reply.text())
      assert.equal(stage.provider.requests.length - calls, status === 200 ? 1 : 0)
    })
  }

  it('no credential of a client ever travels to the provider', () => {
    for (const { headers, body: sent } of stage.provider.requests) {
      const all = JSON.stringify(headers) + sent.toString()
      assert.ok(!all.includes(key) && !all.includes(other) && !all.includes('sk-ant-') && !all.includes(stage.gateway.masterKey))
    }
  })

  it('?key= is read on the routes of Google, and nowhere else', async () => {
    const contents = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'hi' }] }] })
    assert.equal((await post({}, `/v1beta/models/gemini:generateContent?key=${key}`, contents)).status, 200)
    assert.equal((await post({}, `/v1/chat/completions?key=${key}`)).status, 401)
  })

  it('every route that is not public refuses the anonymous and the unknown, in its own dialect', async () => {
    for (const { method, path, auth, dialect, ofProvider } of routes) {
      if (auth === 'public') continue
      const url = stage.gateway.url + path.replace(/\{\w+(:path)?\}/g, 'x')
      for (const headers of [{}, { authorization: 'Bearer sk-unknown-0123456789' }]) {
        const reply = await fetch(url, { method, headers })
        assert.equal(reply.status, 401, `${method} ${path}`)
        const text = await reply.text()
        if (ofProvider?.writeError !== undefined) assert.match(text, /Authentication Error/)
        else if (dialect === 'anthropic-messages') assert.match(text, /^\{"type":"error","error":\{"type":"authentication_error"/)
        else if (dialect === 'gemini') assert.match(text, /"status":"UNAUTHENTICATED"/)
        else assert.match(text, /^\{"error":\{"message"/)
      }
    }
  })

  it('a key that is not the master key may not administer', async () => {
    for (const { method, path, auth } of routes) {
      if (auth !== 'admin') continue
      const { status, json } = await stage.gateway.call(method, path, method === 'POST' ? {} : undefined, key)
      assert.equal(status, 401, `${method} ${path}: ${JSON.stringify(json)}`)
    }
  })

  it('a path that the table does not name does not exist, whoever asks', async () => {
    for (const path of ['/nothing', '/v1/chat/completions/', '/v1/%63hat/completions', '/v1/chat/completions;x']) {
      const { status, json } = await stage.gateway.call('POST', path, body)
      assert.equal(status, 404, path)
      assert.ok('error' in json)
    }
    assert.equal((await stage.gateway.call('GET', '/v1/chat/completions')).status, 405)
  })
})
