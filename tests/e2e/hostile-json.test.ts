import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { objectOf } from '@switchyard/wire'
import { openStage, type Stage } from '../tools/stage.ts'
import { atMost } from '../tools/wire.ts'

/** Fifteen values, and the JSON type of each. */
const values: readonly (readonly [json: string, type: string])[] = [
  ['null', 'null'],
  ['true', 'boolean'],
  ['false', 'boolean'],
  ['0', 'number'],
  ['-1', 'number'],
  ['1.5', 'number'],
  ['1e400', 'number'],
  ['9007199254740993', 'number'],
  ['""', 'string'],
  ['"text"', 'string'],
  ['"\\ud800"', 'string'],
  ['[]', 'array'],
  ['[[null]]', 'array'],
  ['{}', 'object'],
  ['{"__proto__":{"constructor":1}}', 'object'],
]

interface Route {
  readonly path: string
  /** A request that is served. */
  readonly good: Readonly<Record<string, unknown>>
  /** The known fields and the types that they may have; what is required may not be null. */
  readonly fields: Readonly<Record<string, string>>
  readonly required: readonly string[]
}

const messages = [{ role: 'user', content: 'hi' }]
const sampling = { temperature: 'number', top_p: 'number', max_tokens: 'number' }

const chatFields = {
  ...sampling,
  model: 'string',
  messages: 'array',
  stream: 'boolean',
  max_completion_tokens: 'number',
  n: 'number',
  stop: 'string array',
  stream_options: 'object',
  tools: 'array',
  tool_choice: 'string object',
  response_format: 'object',
  seed: 'number',
  logprobs: 'boolean',
  top_logprobs: 'number',
  user: 'string',
  frequency_penalty: 'number',
  presence_penalty: 'number',
  logit_bias: 'object',
  parallel_tool_calls: 'boolean',
  reasoning_effort: 'string object',
  metadata: 'object',
  functions: 'array',
  function_call: 'string object',
  modalities: 'array',
  audio: 'object',
  prediction: 'object',
  service_tier: 'string',
  store: 'boolean',
}

const messagesFields = {
  ...sampling,
  model: 'string',
  messages: 'array',
  stream: 'boolean',
  system: 'string array',
  top_k: 'number',
  stop_sequences: 'array',
  tools: 'array',
  tool_choice: 'object',
  thinking: 'object',
  metadata: 'object',
  service_tier: 'string',
}

const geminiFields = {
  contents: 'array object',
  generationConfig: 'object',
  generation_config: 'object',
  systemInstruction: 'object string',
  tools: 'array object',
  safetySettings: 'array',
  toolConfig: 'object',
  cachedContent: 'string',
}

const routes: readonly Route[] = [
  ...['chat', 'claude'].map((model) => ({
    path: '/v1/chat/completions',
    good: { model, messages },
    fields: chatFields,
    required: ['model', 'messages'],
  })),
  ...['claude', 'chat'].map((model) => ({
    path: '/v1/messages',
    good: { model, messages, max_tokens: 5 },
    fields: messagesFields,
    required: ['model', 'messages'],
  })),
  {
    path: '/v1/messages/count_tokens',
    good: { model: 'chat', messages },
    fields: { model: 'string', messages: 'array', system: 'string array', tools: 'array' },
    required: ['model', 'messages'],
  },
  ...['openai', 'gemini'].map((model) => ({
    path: '/v1/responses',
    good: { model, input: 'hi' },
    fields: {
      model: 'string',
      input: 'string array',
      stream: 'boolean',
      instructions: 'string array',
      max_output_tokens: 'number',
      temperature: 'number',
      top_p: 'number',
      tools: 'array',
      tool_choice: 'string object',
      text: 'object',
      reasoning: 'object',
      previous_response_id: 'string',
      store: 'boolean',
      metadata: 'object',
      include: 'array',
      parallel_tool_calls: 'boolean',
      user: 'string',
      truncation: 'string',
      service_tier: 'string',
      background: 'boolean',
    },
    required: ['model'],
  })),
  ...['gemini', 'claude'].flatMap((model) =>
    ['generateContent', 'streamGenerateContent', 'countTokens'].map((method) => ({
      path: `/v1beta/models/${model}:${method}`,
      good: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
      fields: geminiFields,
      required: ['contents'],
    })),
  ),
  {
    path: '/v1/completions',
    good: { model: 'openai', prompt: 'hi' },
    fields: {
      ...sampling,
      model: 'string',
      prompt: 'string array',
      stream: 'boolean',
      n: 'number',
      stop: 'string array',
      stream_options: 'object',
      logprobs: 'number',
      echo: 'boolean',
      best_of: 'number',
      suffix: 'string',
      user: 'string',
    },
    required: ['model', 'prompt'],
  },
  {
    path: '/v1/embeddings',
    good: { model: 'embed', input: 'hi' },
    fields: { model: 'string', input: 'string array', dimensions: 'number', encoding_format: 'string', user: 'string' },
    required: ['model', 'input'],
  },
]

/** The request with one field replaced by JSON text, which no printer may change. */
const withField = (good: Route['good'], field: string, json: string): string =>
  `{${[
    ...Object.entries(good)
      .filter(([name]) => name !== field)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`),
    `"${field}":${json}`,
  ].join(',')}}`

describe('bodies that are not what they should be', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ sections: { litellm_settings: { num_retries: 0 } } })
  })
  after(() => stage.close())

  it('every known field with every wrong type is a 4xx on every route, and nothing is sent', { timeout: 60_000 }, async () => {
    const cases = routes.flatMap((route) =>
      Object.entries(route.fields).flatMap(([field, types]) =>
        values.map(([json, type]) => ({ route, field, types, json, type })),
      ),
    )
    const failures: string[] = []
    await atMost(16, cases, async ({ route, field, types, json, type }) => {
      const mark = crypto.randomUUID()
      const body = withField({ ...route.good, mark }, field, json)
      const { status, json: reply, text } = await stage.gateway.call('POST', route.path, body)
      const about = `${route.path} ${body}: ${status} ${text.slice(0, 200)}`
      if (status >= 500) failures.push(about)
      if (types.split(' ').includes(type) || (type === 'null' && !route.required.includes(field))) return
      if (status < 400 || typeof objectOf(reply['error'])?.['message'] !== 'string') failures.push(about)
      if (stage.provider.requests.some(({ body: sent }) => sent.includes(mark))) failures.push(`sent: ${about}`)
    })
    assert.deepEqual(failures, [], `${failures.length} of ${cases.length}`)
  })

  /** Sends bytes as the body of a chat, and answers its status. Only the good ones may reach the provider. */
  const send = async (
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; text: string }> => {
    const reply = await fetch(`${stage.gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.gateway.masterKey}`, 'content-type': 'application/json', ...headers },
      body: new Uint8Array(Buffer.from(body)),
    })
    return { status: reply.status, text: await reply.text() }
  }
  const chat = (content: string, more = ''): string => `{"model":"chat","messages":[{"role":"user","content":${content}}]${more}}`
  const nested = (depth: number): string => chat('"hi"', `,"x":${'['.repeat(depth)}${']'.repeat(depth)}`)
  const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

  const refused: readonly (readonly [string, string | Uint8Array])[] = [
    ['an empty body', ''],
    ['no object', '[]'],
    ['two objects', `${chat('"a"')}${chat('"b"')}`],
    ['invalid UTF-8', bytes('{"model":"chat","messages":[{"role":"user","content":"', [0xff, 0xfe], '"}]}')],
    ['an overlong slash', bytes('{"model":"chat","messages":[{"role":"user","content":"', [0xc0, 0xaf], '"}]}')],
    ['UTF-16', Buffer.from(chat('"hi"'), 'utf16le')],
    ['a byte order mark', bytes([0xef, 0xbb, 0xbf], chat('"hi"'))],
    ['NaN', chat('"hi"', ',"temperature":NaN')],
    ['Infinity', chat('"hi"', ',"temperature":-Infinity')],
    ['a leading zero', chat('"hi"', ',"temperature":01')],
    ['a control character in a string', chat('"a\u0001b"')],
    ['a NUL byte behind the body', `${chat('"hi"')}\0`],
    ['a comment', `/* a */${chat('"hi"')}`],
    ['a trailing comma', chat('"hi"', ',')],
    ['single quotes', "{'model':'chat'}"],
    ['1,000 levels', nested(1000)],
    ['100,000 levels', nested(100_000)],
    ['a million levels that never close', '['.repeat(1_000_000)],
  ]
  it('what is not JSON is a 400 that says where, and nothing is sent', async () => {
    for (const [what, body] of refused) {
      stage.provider.reset()
      const { status, text } = await send(body)
      assert.deepEqual([status, stage.provider.requests.length], [400, 0], `${what}: ${text.slice(0, 200)}`)
      assert.match(text, /"param":"request_body"/, what)
    }
  })

  const served: readonly (readonly [string, string])[] = [
    ['a lone surrogate', chat('"a\\ud800b"')],
    [
      '__proto__ and constructor',
      chat('"hi"', ',"__proto__":{"model":"claude","polluted":1},"constructor":{"prototype":{"polluted":1}}'),
    ],
    ['numbers at the edge', chat('"hi"', ',"temperature":-0,"seed":9007199254740993,"top_p":1e-400')],
    ['a number beyond doubles', chat('"hi"', ',"max_tokens":1e400')],
    ['50,000 fields', chat('"hi"', Array.from({ length: 50_000 }, (_, index) => `,"f${index}":0`).join(''))],
    ['a megabyte of digits', chat('"hi"', `,"x":${'1'.repeat(1_000_000)}`)],
  ]
  for (const [what, body] of served) {
    it(`${what}: relayed as it came, translated without a 5xx`, async () => {
      stage.provider.reset()
      assert.equal((await send(body)).status, 200)
      const [, tail] = body.split('"messages"')
      assert.ok(stage.provider.last.body.includes(tail ?? ''), 'the bytes changed')
      for (const model of ['claude', 'gemini', 'openai']) {
        const { status, text } = await send(body.replace('"chat"', JSON.stringify(model)))
        assert.ok(status < 500, `${model}: ${status} ${text.slice(0, 200)}`)
      }
    })
  }

  it('a key that stands twice is a 400 that names it, in every dialect and for the operator', async () => {
    const twice = [
      ...routes.map(({ path, good }) => ({ path, json: JSON.stringify(good) })),
      { path: '/key/generate', json: '{}' },
    ]
    stage.provider.reset()
    for (const { path, json } of twice) {
      const body = `{"user":"a","user":"b"${json === '{}' ? '' : ','}${json.slice(1)}`
      const { status, text } = await stage.gateway.call('POST', path, body)
      assert.equal(status, 400, `${path}: ${text}`)
      assert.match(text, /\\"user\\" twice/, path)
    }
    assert.equal(stage.provider.requests.length, 0)
  })

  it('20 MB of blanks, of text and of tiny values do not stop the others', { timeout: 30_000 }, async () => {
    const large = 20_000_000
    for (const body of [
      chat('"hi"') + ' '.repeat(large),
      chat(`"${'x'.repeat(large)}"`),
      chat('"hi"', `,"x":[${'0,'.repeat(large / 2)}0]`),
    ]) {
      const sent = send(body)
      let isOver = false
      void sent.then(() => (isOver = true))
      let slowestMs = 0
      while (!isOver) {
        const startMs = performance.now()
        await stage.gateway.call('GET', '/health/liveness')
        slowestMs = Math.max(slowestMs, performance.now() - startMs)
      }
      assert.equal((await sent).status, 200)
      assert.ok(slowestMs < 1000, `${slowestMs} ms`)
    }
  })

  it('a body of another type is a 415', async () => {
    for (const type of [
      'multipart/form-data; boundary=-----',
      'application/xml',
      'application/octet-stream',
      'image/png',
      ',;,',
    ]) {
      assert.equal((await send(chat('"hi"'), { 'content-type': type })).status, 415, type)
    }
    assert.equal((await send(chat('"hi"'), { 'content-encoding': 'gzip' })).status, 415)
  })
})
