import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Anthropic from '@anthropic-ai/sdk'
import { ApiError, GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { failure } from '../tools/fake-provider.ts'
import { openStage, type Stage } from '../tools/stage.ts'

/** The gateway's own retries are off: each test wants the first answer. */
const noRetries = { 'x-litellm-num-retries': '0' }

describe('the error classes of the client libraries', () => {
  let stage: Stage
  const keys = { good: '', narrow: '', unknown: 'sk-unknown-0123456789' }
  before(async () => {
    stage = await openStage()
    keys.good = await stage.gateway.newKey()
    keys.narrow = await stage.gateway.newKey({ models: ['claude'] })
  })
  after(() => stage.close())

  const openAi = (key: keyof typeof keys): OpenAI =>
    new OpenAI({ baseURL: `${stage.gateway.url}/v1`, apiKey: keys[key], maxRetries: 0, defaultHeaders: noRetries })
  const say = (key: keyof typeof keys, model: string): Promise<unknown> =>
    openAi(key).chat.completions.create({ model, messages: [{ role: 'user', content: 'hi' }] })
  const thrown = async (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => assert.fail('no error'),
      (error: unknown) => error,
    )

  it('openai: an unknown key is an AuthenticationError', async () => {
    assert.ok((await thrown(say('unknown', 'chat'))) instanceof OpenAI.AuthenticationError)
  })

  it('openai: a model that the key may not use is a PermissionDeniedError', async () => {
    const error = await thrown(say('narrow', 'chat'))
    assert.ok(error instanceof OpenAI.PermissionDeniedError)
    assert.equal(error.type, 'key_model_access_denied')
    assert.equal(error.param, 'model')
  })

  it('openai: an unknown model is a BadRequestError that names the parameter', async () => {
    const error = await thrown(say('good', 'no-such-model'))
    assert.ok(error instanceof OpenAI.BadRequestError)
    assert.equal(error.param, 'model')
    assert.match(error.message, /no-such-model/)
  })

  it('openai: a wrong field is a BadRequestError that never reached the provider', async () => {
    const before = stage.provider.requests.length
    const error = await thrown(openAi('good').post('/chat/completions', { body: { model: 'chat', messages: 'hi' } }))
    assert.ok(error instanceof OpenAI.BadRequestError)
    assert.equal(error.param, 'messages')
    assert.equal(stage.provider.requests.length, before)
  })

  for (const [status, headers, Class] of [
    [429, { 'retry-after': '7' }, OpenAI.RateLimitError],
    [500, {}, OpenAI.InternalServerError],
    [503, {}, OpenAI.InternalServerError],
    [400, {}, OpenAI.BadRequestError],
    [404, {}, OpenAI.NotFoundError],
    // As LiteLLM 1.106.2 maps it (facts native-wire §0.5, 2026-11-22).
    [422, {}, OpenAI.BadRequestError],
  ] as const) {
    it(`openai: the provider's ${status} is a ${Class.name}`, async () => {
      stage.provider.next(failure(status, headers))
      const error = await thrown(say('good', 'chat'))
      assert.ok(error instanceof Class)
      assert.equal(error.headers?.get('retry-after'), 'retry-after' in headers ? headers['retry-after'] : null)
    })
  }

  it('anthropic: classes and types', async () => {
    const messages = (key: keyof typeof keys, model: string): Promise<unknown> =>
      new Anthropic({ baseURL: stage.gateway.url, apiKey: keys[key], maxRetries: 0, defaultHeaders: noRetries }).messages.create({
        model,
        max_tokens: 10,
        messages: [{ role: 'user', content: 'hi' }],
      })
    assert.ok((await thrown(messages('unknown', 'claude'))) instanceof Anthropic.AuthenticationError)
    assert.ok((await thrown(messages('narrow', 'chat'))) instanceof Anthropic.PermissionDeniedError)
    stage.provider.next(failure(429, { 'retry-after': '2' }))
    const limited = await thrown(messages('good', 'claude'))
    assert.ok(limited instanceof Anthropic.RateLimitError)
    assert.equal(limited.headers.get('retry-after'), '2')
    assert.equal(limited.type, 'rate_limit_error')
  })

  it('google: the status, and a body of its own shape', async () => {
    const generate = (key: keyof typeof keys, model: string): Promise<unknown> =>
      new GoogleGenAI({
        apiKey: keys[key],
        httpOptions: { baseUrl: stage.gateway.url, headers: noRetries },
      }).models.generateContent({
        model,
        contents: 'hi',
      })
    const cases = [
      { error: await thrown(generate('unknown', 'gemini')), status: 401, word: 'UNAUTHENTICATED' },
      { error: await thrown(generate('narrow', 'gemini')), status: 403, word: 'PERMISSION_DENIED' },
      { error: await thrown(generate('good', 'no-such-model')), status: 400, word: 'INVALID_ARGUMENT' },
    ]
    for (const { error, status, word } of cases) {
      assert.ok(error instanceof ApiError)
      assert.equal(error.status, status)
      assert.match(error.message, new RegExp(word))
    }
  })
})
