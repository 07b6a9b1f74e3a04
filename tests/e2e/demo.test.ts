import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import OpenAI from 'openai'
import { TestGateway } from '../tools/gateway.ts'

describe('the first start: no configuration, no provider key, no master key', () => {
  let gateway: TestGateway
  let key = ''
  before(async () => {
    gateway = await TestGateway.start({ config: undefined, keyless: true })
    key = /sk-[\w-]+/.exec(gateway.output)?.[0] ?? assert.fail(gateway.output)
  })
  after(() => gateway.stop())

  it('demo/echo answers with the key that was shown', async () => {
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 })
    const { choices } = await client.chat.completions.create({
      model: 'demo/echo',
      messages: [{ role: 'user', content: 'hello there' }],
    })
    assert.match(choices[0]?.message.content ?? '', /hello there/)
    const stream = client.chat.completions.stream({ model: 'demo/echo', messages: [{ role: 'user', content: 'hello there' }] })
    assert.match((await stream.finalContent()) ?? '', /hello there/)
  })

  it('demo/echo answers in every dialect', async () => {
    const calls = [
      ['/v1/messages', { model: 'demo/echo', max_tokens: 50, messages: [{ role: 'user', content: 'hello there' }] }],
      ['/v1/responses', { model: 'demo/echo', input: 'hello there' }],
      ['/v1beta/models/demo/echo:generateContent', { contents: [{ role: 'user', parts: [{ text: 'hello there' }] }] }],
    ] as const
    for (const [path, body] of calls) {
      const { status, text } = await gateway.call('POST', path, body, key)
      assert.equal(status, 200, text)
      assert.match(text, /hello there/)
    }
  })

  it('nobody gets in without the key, and health is public', async () => {
    assert.equal((await gateway.call('GET', '/v1/models', undefined, null)).status, 401)
    assert.equal((await gateway.call('GET', '/health/liveliness', undefined, null)).status, 200)
  })

  it('a provider whose key is missing is refused before anything is sent', async () => {
    const { status, text } = await gateway.call(
      'POST',
      '/v1/chat/completions',
      { model: 'openai/gpt-4o', messages: [{ role: 'user', content: 'hi' }] },
      key,
    )
    assert.equal(status, 400, text)
  })
})
