import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sha256, type FakeProvider } from '../tools/fake-provider.ts'
import type { TestGateway } from '../tools/gateway.ts'
import { model, openStage, type Stage } from '../tools/stage.ts'

/** Blanks, escapes, numbers and fields that no parser would print again as they are. */
const odd = `"metadata_of_tomorrow" : {"a":1.0,"b":-0,"c":1e2,"d":12345678901234567890,"e":"\\u00fc\\/\\ud83d\\ude00"} ,\n\t"note":"ü😀"`

const exact = [
  {
    dialect: 'openai-chat',
    path: '/v1/chat/completions',
    whole: `{ "model":"fake-openai","messages":[{"role":"user","content":"h\\u0069"}],${odd} }`,
    streamed: `{ "model":"fake-openai","stream" : true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"}],${odd} }`,
  },
  {
    dialect: 'openai-responses',
    path: '/v1/responses',
    whole: `{ "model":"fake-openai","store":false,"input":"hi",${odd} }`,
    streamed: `{ "model":"fake-openai","store":false,"stream":true,"input":"hi",${odd} }`,
  },
  {
    dialect: 'anthropic-messages',
    path: '/v1/messages',
    whole: `{ "model":"claude-sonnet-4-5","max_tokens":99,"messages":[{"role":"user","content":"hi"}],${odd} }`,
    streamed: `{ "model":"claude-sonnet-4-5","max_tokens":99,"stream":true,"messages":[{"role":"user","content":"hi"}],${odd} }`,
  },
  {
    dialect: 'gemini',
    path: '/v1beta/models/gemini-2.5-flash:generateContent',
    streamPath: '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    whole: `{ "contents":[{"role":"user","parts":[{"text":"hi"}]}],${odd} }`,
    streamed: `{ "contents":[{"role":"user","parts":[{"text":"hi"}]}],${odd} }`,
  },
]

describe('the same dialect in and out changes no byte', () => {
  let stage: Stage
  let gateway: TestGateway
  let provider: FakeProvider
  before(async () => {
    stage = await openStage({
      models: (origin) => [
        model('fake-openai', 'openai/fake-openai', { api_base: `${origin}/v1` }),
        model('alias', 'openai/fake-openai', { api_base: `${origin}/v1` }),
        model('claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5', { api_base: origin }),
        model('gemini-2.5-flash', 'gemini/gemini-2.5-flash', { api_base: origin }),
      ],
    })
    gateway = stage.gateway
    provider = stage.provider
  })
  after(() => stage.close())

  for (const { dialect, path, streamPath = path, whole, streamed } of exact) {
    it(`${dialect}: request and whole reply`, async () => {
      const { status, text } = await gateway.call('POST', path, whole)
      assert.equal(status, 200, text)
      assert.equal(provider.last.sha256, sha256(Buffer.from(whole)))
      assert.equal(text, provider.last.answer.toString())
    })

    for (const split of [undefined, 1, 7]) {
      it(`${dialect}: request and stream, ${split === undefined ? 'an event a write' : `${split} byte(s) a write`}`, async () => {
        provider.next(split === undefined ? {} : { split })
        const { text } = await gateway.call('POST', streamPath, streamed)
        assert.equal(provider.last.sha256, sha256(Buffer.from(streamed)))
        assert.equal(text, provider.last.answer.toString())
      })
    }
  }

  it('only the model name changes when the deployment has another', async () => {
    const body = exact[0]?.whole.replace('fake-openai', 'alias') ?? ''
    await gateway.call('POST', '/v1/chat/completions', body)
    assert.equal(provider.last.body.toString(), body.replace('"alias"', '"fake-openai"'))
  })

  it('usage that the client did not ask for is asked for and withheld', async () => {
    const body = `{"model":"fake-openai","stream":true,"messages":[{"role":"user","content":"hi"}],${odd}}`
    const { text } = await gateway.call('POST', '/v1/chat/completions', body)
    assert.deepEqual(provider.last.json['stream_options'], { include_usage: true })
    const answer = provider.last.answer.toString()
    const usageEvent = /data: \{[^\n]*"choices":\[\],"usage"[^\n]*\n\n/
    assert.match(answer, usageEvent)
    assert.equal(text, answer.replace(usageEvent, ''))
  })

  it('a field of the gateway does not travel, the rest does', async () => {
    const body = `{"model":"fake-openai","num_retries":0,"tags":["a"],"messages":[{"role":"user","content":"hi"}],"seed":1.0}`
    await gateway.call('POST', '/v1/chat/completions', body)
    assert.equal(provider.last.body.toString(), '{"model":"fake-openai","messages":[{"role":"user","content":"hi"}],"seed":1.0}')
  })

  it('a reply that came compressed arrives readable', async () => {
    provider.next({ gzip: true })
    const { status, json } = await gateway.call('POST', '/v1/chat/completions', exact[0]?.whole)
    assert.equal(status, 200)
    assert.equal(json['object'], 'chat.completion')
  })
})

describe('bodies that are not what they seem', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ models: (origin) => [model('fake', 'openai/fake', { api_base: `${origin}/v1` })] })
  })
  after(() => stage.close())

  const messages = '"messages":[{"role":"user","content":"hi"}]'
  const send = async (body: string | Uint8Array): Promise<{ status: number; calls: number; text: string }> => {
    const { length } = stage.provider.requests
    const reply = await fetch(`${stage.gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.gateway.masterKey}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    })
    return { status: reply.status, text: await reply.text(), calls: stage.provider.requests.length - length }
  }

  const refused: readonly (readonly [string, string | Uint8Array])[] = [
    ['a trailing comma', `{"model":"fake",${messages},}`],
    ['two values', `{"model":"fake",${messages}} {}`],
    ['no object', '[1]'],
    ['an unfinished string', '{"model":"fa'],
    ['NaN', `{"model":"fake",${messages},"temperature":NaN}`],
    ['a control character in a string', `{"model":"fake\n",${messages}}`],
    ['bytes that are not UTF-8', Buffer.from([...Buffer.from('{"model":"'), 0xff, 0xfe, ...Buffer.from('"}')])],
    ['nothing', ''],
    ['a model that is a list', `{"model":["fake"],${messages}}`],
    ['a depth of 100,000', `{"model":"fake",${messages},"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ]
  for (const [what, body] of refused) {
    it(`${what} is a 400 and reaches nobody`, async () => {
      const { status, calls, text } = await send(body)
      assert.deepEqual({ status, calls }, { status: 400, calls: 0 }, text)
    })
  }

  it('a key that stands twice is a 400 that names it, however it is spelled', async () => {
    for (const first of ['"model"', '"mod\\u0065l"']) {
      const { status, calls, text } = await send(`{${first}:"no-such-model","model":"fake",${messages}}`)
      assert.deepEqual({ status, calls }, { status: 400, calls: 0 }, text)
      assert.match(text, /\\"model\\" twice/)
    }
  })

  it('an escaped key is the key', async () => {
    const { status, text } = await send(`{"mod\\u0065l":"fake",${messages}}`)
    assert.equal(status, 200, text)
    assert.equal(stage.provider.last.json['model'], 'fake')
  })

  it('a key called __proto__ is a field like any other and changes nothing here', async () => {
    const { status } = await send(`{"model":"fake",${messages},"__proto__":{"polluted":true}}`)
    assert.equal(status, 200)
    assert.equal((await send(`{"model":"fake",${messages}}`)).status, 200)
    assert.equal('polluted' in stage.provider.last.json, false)
  })
})
