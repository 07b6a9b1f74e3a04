import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { objectOf, type JsonObject } from '@switchyard/wire'
import { failure, type Script } from '../tools/fake-provider.ts'
import { openStage, type Stage } from '../tools/stage.ts'

interface Dialect {
  readonly name: string
  readonly model: string
  readonly path: (model: string) => string
  readonly body: (model: string) => JsonObject
  /** The status word of the dialect's error. */
  readonly word: (error: JsonObject) => unknown
  readonly words: Readonly<Record<number, string>>
}

const user = [{ role: 'user', content: 'hi' }]
const openAiWords = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'invalid_request_error',
  429: 'throttling_error',
  500: 'internal_server_error',
  502: 'upstream_credential_refused',
  503: 'service_unavailable',
  504: 'timeout_error',
}

const dialects: readonly Dialect[] = [
  {
    name: 'openai-chat',
    model: 'chat',
    path: () => '/v1/chat/completions',
    body: (model) => ({ model, messages: user }),
    word: (error) => error['type'],
    words: openAiWords,
  },
  {
    name: 'openai-responses',
    model: 'openai',
    path: () => '/v1/responses',
    body: (model) => ({ model, input: 'hi' }),
    word: (error) => error['type'],
    words: openAiWords,
  },
  {
    name: 'anthropic-messages',
    model: 'claude',
    path: () => '/v1/messages',
    body: (model) => ({ model, max_tokens: 10, messages: user }),
    word: (error) => error['type'],
    words: {
      400: 'invalid_request_error',
      401: 'authentication_error',
      403: 'permission_error',
      404: 'not_found_error',
      429: 'rate_limit_error',
      500: 'api_error',
      502: 'api_error',
      503: 'overloaded_error',
      504: 'timeout_error',
    },
  },
  {
    name: 'gemini',
    model: 'gemini',
    path: (model) => `/v1beta/models/${model}:generateContent`,
    body: () => ({ contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }),
    word: (error) => error['status'],
    words: {
      400: 'INVALID_ARGUMENT',
      401: 'UNAUTHENTICATED',
      403: 'PERMISSION_DENIED',
      404: 'NOT_FOUND',
      429: 'RESOURCE_EXHAUSTED',
      500: 'INTERNAL',
      502: 'UNAVAILABLE',
      503: 'UNAVAILABLE',
      504: 'DEADLINE_EXCEEDED',
    },
  },
]

describe('errors in every dialect (LiteLLM facts §1.3)', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ sections: { litellm_settings: { num_retries: 0 } } })
  })
  after(() => stage.close())

  for (const { name, model, path, body, word, words } of dialects) {
    const expectError = async (status: number, sent: JsonObject, key?: string, asked = model): Promise<JsonObject> => {
      const { status: got, json, text, headers } = await stage.gateway.call('POST', path(asked), sent, key)
      assert.equal(got, status, text)
      const error = objectOf(json['error']) ?? assert.fail(text)
      assert.equal(typeof error['message'], 'string')
      assert.equal(word(error), words[status], text)
      assert.match(headers.get('x-switchyard-call-id') ?? '', /^[0-9a-f-]{36}$/)
      return error
    }

    const upstream: readonly (readonly [string, Script, number])[] = [
      ['400', failure(400), 400],
      ['401', failure(401), 502],
      ['403', failure(403), 502],
      ['404', failure(404), 404],
      ['429', failure(429, { 'retry-after': '2' }), 429],
      ['500', failure(500), 500],
      ['503', failure(503), 503],
      ['408', failure(408), 504],
      ['504', failure(504), 504],
    ]
    for (const [what, script, status] of upstream) {
      it(`${name}: the provider's ${what} is a ${status}`, async () => {
        stage.provider.reset()
        stage.provider.next(script)
        await expectError(status, body(model))
      })
    }

    it(`${name}: a key that may not use the model is a 403`, async () => {
      const narrow = await stage.gateway.newKey({ models: ['embed'] })
      const { status, json } = await stage.gateway.call('POST', path(model), body(model), narrow)
      assert.equal(status, 403)
      assert.ok('error' in json)
    })

    it(`${name}: an unknown model is a 400 that does not tell what is configured`, async () => {
      const error = await expectError(400, body('no-such-model'), undefined, 'no-such-model')
      assert.doesNotMatch(String(error['message']), /claude|gemini|embed/)
    })

    it(`${name}: an unknown key, a body that is no JSON, a body that is no object`, async () => {
      await expectError(401, body(model), 'sk-unknown-0123456789').catch((error: unknown) => {
        // OpenAI's routes have LiteLLM's word for it.
        if (!name.startsWith('openai')) throw error
      })
      for (const broken of ['{"a":', '[]', '']) {
        const { status, json } = await stage.gateway.call('POST', path(model), broken)
        assert.equal(status, 400)
        assert.ok('error' in json)
      }
    })
  }

  it('what the provider says of a bad request reaches the caller', async () => {
    stage.provider.next({
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: '{"error":{"message":"temperature is too hot","type":"invalid_request_error","param":"temperature","code":"too_hot"}}',
    })
    const { json } = await stage.gateway.call('POST', '/v1/chat/completions', { model: 'chat', messages: user })
    const error = objectOf(json['error'])
    assert.match(String(error?.['message']), /too hot/)
    assert.equal(error?.['param'], 'temperature')
  })

  it('a provider that refuses our key is a 502 that clients do not repeat, and only the operator is told why', async () => {
    const body =
      '{"error":{"message":"Incorrect API key provided: sk-of-the-provider","type":"invalid_request_error","code":"invalid_api_key"}}'
    const refused = async (status: number, key?: string) => {
      stage.provider.next({ status, headers: { 'content-type': 'application/json' }, body })
      return stage.gateway.call('POST', '/v1/chat/completions', { model: 'chat', messages: user }, key)
    }
    const key = await stage.gateway.newKey()
    for (const status of [401, 403]) {
      const told = await refused(status, key)
      assert.deepEqual([told.status, told.headers.get('x-should-retry')], [502, 'false'], told.text)
      assert.doesNotMatch(told.text, /sk-of-the-provider|Incorrect|invalid_api_key/)
      assert.match((await refused(status)).text, new RegExp(`\\(${status}\\): Incorrect API key provided: \\[key\\]`))
    }
    const rows = await stage.gateway.spendRows(key, 2)
    assert.deepEqual(
      rows.map((row) => [row['status'], row['error_kind'], row['spend']]),
      [
        ['failure', 'forbidden', 0],
        ['failure', 'auth', 0],
      ],
    )
    assert.match(stage.gateway.output, /does not accept our credential/)
    assert.doesNotMatch(stage.gateway.output, /sk-of-the-provider/)
  })

  it('no error tells a key, a path, a host or a stack', async () => {
    const replies = await Promise.all([
      stage.gateway.call('POST', '/v1/chat/completions', '{'),
      stage.gateway.call('POST', '/v1/chat/completions', { model: 'x'.repeat(300), messages: [] }),
      stage.gateway.call('GET', '/key/info?key=sk-unknown-0123456789'),
      stage.gateway.call('POST', '/key/generate', { max_budget: 'much' }),
    ])
    for (const { text } of replies) assert.doesNotMatch(text, /sk-of-the-provider|127\.0\.0\.1|\.ts:|\/packages\/|node_modules/)
  })
})
