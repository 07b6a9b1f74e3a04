import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { FakeProvider, failure } from '../tools/fake-provider.ts'
import { TestGateway } from '../tools/gateway.ts'

/** Calls in the providers' own shapes, sent as their own client programs send them; `npm run test:clients` runs those programs. */
describe('pass-through of the providers’ own clients', () => {
  let provider: FakeProvider
  let gateway: TestGateway
  let key = ''
  before(async () => {
    provider = await FakeProvider.start()
    const { origin } = provider
    gateway = await TestGateway.start({
      config: 'switchyard_settings: { egress: { allow_private: true } }',
      env: {
        ELEVENLABS_API_KEY: 'upstream-key',
        ELEVENLABS_API_BASE: origin,
        DEEPGRAM_API_KEY: 'upstream-key',
        DEEPGRAM_API_BASE: `${origin}/v1`,
        COHERE_API_KEY: 'upstream-key',
        COHERE_API_BASE: origin,
        ASSEMBLYAI_API_KEY: 'upstream-key',
        ASSEMBLYAI_API_BASE: `${origin}/v1`,
        GEMINI_API_KEY: 'upstream-key',
        GEMINI_API_BASE: origin,
        MISTRAL_API_KEY: 'upstream-key',
        MISTRAL_API_BASE: `${origin}/v1`,
        REPLICATE_API_KEY: 'upstream-key',
        REPLICATE_API_BASE: `${origin}/v1`,
        ANTHROPIC_API_KEY: 'upstream-key',
        ANTHROPIC_API_BASE: origin,
        OPENAI_API_KEY: 'upstream-key',
        OPENAI_BASE_URL: `${origin}/v1`,
        AWS_ACCESS_KEY_ID: 'AKIAUPSTREAM',
        AWS_SECRET_ACCESS_KEY: 'upstream-secret',
        AWS_REGION: 'us-east-1',
        AWS_BEDROCK_RUNTIME_ENDPOINT: origin,
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
  })

  const post = (path: string, headers: Record<string, string>, body: BodyInit): Promise<Response> =>
    fetch(gateway.url + path, { method: 'POST', headers, body })

  async function billed(): Promise<readonly unknown[]> {
    const [row] = await gateway.spendRows(key, 1)
    assert.ok(row)
    assert.doesNotMatch(JSON.stringify(provider.last.headers), new RegExp(key))
    return [row['call_type'], row['model'], row['spend']]
  }

  it('speech is paid by its characters', async () => {
    provider.next({ status: 200, headers: { 'content-type': 'audio/mpeg' }, body: 'sound' })
    const body = JSON.stringify({ text: 'hello', model_id: 'eleven_multilingual_v2' })
    const reply = await post('/elevenlabs/v1/text-to-speech/V', { 'xi-api-key': key, 'content-type': 'application/json' }, body)
    assert.deepEqual([reply.status, await reply.text()], [200, 'sound'])
    assert.deepEqual([provider.last.body.toString(), provider.last.headers['xi-api-key']], [body, 'upstream-key'])
    assert.deepEqual(await billed(), ['speech', 'eleven_multilingual_v2', 0.0009])
  })

  it('a recording goes out as it came, and is paid by what the reply says of its length', async () => {
    provider.next({ status: 200, body: '{"metadata":{"duration":60},"results":{"channels":[]}}' })
    const recording = Buffer.from([1, 2, 0, 255])
    const headers = { authorization: `Token ${key}`, 'content-type': 'audio/wav' }
    assert.equal((await post('/deepgram/v1/listen?model=nova-3&smart_format=true', headers, recording)).status, 200)
    assert.deepEqual([provider.last.body, provider.last.query], [recording, 'model=nova-3&smart_format=true'])
    assert.equal(provider.last.headers['authorization'], 'Token upstream-key')
    const [call, model, spend] = await billed()
    assert.deepEqual([call, model], ['transcription', 'nova-3'])
    assert.ok(Math.abs(Number(spend) - 0.0043) < 0.0001, String(spend))
  })

  it('a form goes out as it came', async () => {
    const form = new FormData()
    form.set('model', 'whisper-1')
    form.set('file', new Blob(['sound']), 'a.mp3')
    const sent = new Response(form)
    const type = sent.headers.get('content-type') ?? ''
    const body = Buffer.from(await sent.arrayBuffer())
    const reply = await post('/openai/v1/audio/transcriptions', { authorization: `Bearer ${key}`, 'content-type': type }, body)
    assert.equal(reply.status, 200)
    assert.deepEqual([provider.last.body, provider.last.headers['content-type']], [body, type])
    assert.deepEqual((await billed()).slice(0, 2), ['transcription', 'whisper-1'])
  })

  it('vectors are paid by the tokens of the reply', async () => {
    provider.next({ status: 200, body: '{"embeddings":{"float":[[1]]},"meta":{"billed_units":{"input_tokens":1000}}}' })
    const body = JSON.stringify({ model: 'embed-v4.0', texts: ['x'] })
    await post('/cohere/v2/embed', { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body)
    assert.deepEqual(await billed(), ['embedding', 'embed-v4.0', 0.00012])
  })

  it('AWS’s clients send the key in the place of an access key, and read the errors of the gateway', async () => {
    const signed = (id: string): Record<string, string> => ({
      authorization: `AWS4-HMAC-SHA256 Credential=${id}/20261122/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=0`,
      'content-type': 'application/json',
    })
    const path = '/bedrock/model/amazon.nova-pro-v1%3A0/converse'
    const body = '{"messages":[{"role":"user","content":[{"text":"x"}]}]}'
    const refused = await post(path, signed('sk-unknown'), body)
    assert.deepEqual([refused.status, refused.headers.get('x-amzn-errortype')], [401, 'UnrecognizedClientException'])
    assert.match(await refused.text(), /^{"message":"Authentication Error/)
    provider.next(failure(429, { 'x-amzn-errortype': 'ThrottlingException' }))
    const slowed = await post(path, signed(key), body)
    assert.deepEqual([slowed.status, slowed.headers.get('x-amzn-errortype')], [429, 'ThrottlingException'])
    assert.match(provider.last.headers['authorization'] ?? '', /^AWS4-HMAC-SHA256 Credential=AKIAUPSTREAM\//)
    // And say of JSON that it is bytes.
    provider.next({ status: 200, body: '{"usage":{"inputTokens":1,"outputTokens":1}}' })
    assert.equal((await post(path, { ...signed(key), 'content-type': 'application/octet-stream' }, body)).status, 200)
    assert.equal(provider.last.headers['content-type'], 'application/octet-stream')
    // A signature was made for the gateway's address, so it is not passed on beside a key in a header of its own.
    provider.next({ status: 200, body: '{"usage":{"inputTokens":1,"outputTokens":1}}' })
    assert.equal((await post(path, { ...signed('nobody'), 'x-litellm-api-key': key }, body)).status, 200)
    assert.match(provider.last.headers['authorization'] ?? '', /Credential=AKIAUPSTREAM\//)
  })

  it('what starts a bill that nobody reads is not for keys with a budget, who are told of the gateway’s own', async () => {
    const open = await gateway.newKey()
    for (const path of ['/gemini/v1beta/models/gemini-2.5-flash:batchGenerateContent', '/mistral/v1/batch/jobs']) {
      const ask = (who: string): Promise<Response> =>
        post(path, { 'x-api-key': who, 'content-type': 'application/json' }, '{"model":"m"}')
      const refused = await ask(key)
      assert.equal(refused.status, 403)
      assert.match(await refused.text(), /this key has a budget: use POST \/v1\/batches/)
      assert.equal(provider.requests.length, 0)
      provider.next({ status: 200, body: '{}' }, { status: 200, body: '{}' })
      assert.equal((await ask(open)).status, 200)
      // Looking at them costs nothing.
      assert.equal((await fetch(gateway.url + path, { headers: { 'x-api-key': key } })).status, 200)
      provider.reset()
    }
  })

  it('a job is billed beside the request that finds it done, whatever limits that one has used up', async () => {
    const narrow = await gateway.newKey({ max_budget: 5, max_parallel_requests: 1, rpm_limit: 2 })
    const headers = { authorization: narrow, 'content-type': 'application/json' }
    provider.next({ status: 200, body: '{"id":"t9","status":"queued"}' })
    await post('/assemblyai/v2/transcript', headers, '{"audio_url":"https://example.com/a.mp3"}')
    provider.next({ status: 200, body: '{"id":"t9","status":"completed","speech_model":"best","audio_duration":100}' })
    assert.equal((await fetch(`${gateway.url}/assemblyai/v2/transcript/t9`, { headers })).status, 200)
    assert.ok((await gateway.spendRows(narrow, 3)).some((row) => Number(row['spend']) > 0))
  })

  it('a job is billed once, when it is first seen to be done', async () => {
    const headers = { authorization: key, 'content-type': 'application/json' }
    provider.next({ status: 200, body: '{"id":"t1","status":"queued"}' })
    await post('/assemblyai/v2/transcript', headers, '{"audio_url":"https://example.com/a.mp3"}')
    assert.equal(provider.last.headers['authorization'], 'upstream-key')
    const done = '{"id":"t1","status":"completed","speech_model":"best","audio_duration":100}'
    for (const body of ['{"id":"t1","status":"processing"}', done, done]) {
      provider.next({ status: 200, body })
      const reply = await fetch(`${gateway.url}/assemblyai/v2/transcript/t1`, { headers })
      assert.equal(await reply.text(), body)
    }
    const rows = await gateway.spendRows(key, 5)
    const paid = rows.filter(({ spend }) => Number(spend) > 0)
    assert.deepEqual([rows.length, paid.map((row) => [row['call_type'], row['model']])], [5, [['transcription', 'best']]])
    // Another's job is nobody's to be billed for twice, and one that was not made here is not billed at all.
    provider.next({ status: 200, body: done.replace('t1', 't2') })
    const stranger = await gateway.newKey()
    await fetch(`${gateway.url}/assemblyai/v2/transcript/t2`, { headers: { authorization: stranger } })
    assert.equal((await gateway.spendRows(stranger, 1)).length, 1)
  })

  it('addresses of the provider that clients follow with their key lead back through the gateway', async () => {
    const headers = { 'x-goog-api-key': key, 'content-type': 'application/json' }
    const upload = `${provider.origin}/upload/v1beta/files?upload_id=u1`
    provider.next({ status: 200, headers: { 'x-goog-upload-url': upload }, body: '{}' })
    const begun = await post('/gemini/upload/v1beta/files', headers, '{}')
    const back = begun.headers.get('x-goog-upload-url')
    assert.equal(back, `${gateway.url}/gemini/upload/v1beta/files?upload_id=u1&key=${key}`)
    provider.next({ status: 200, body: '{"file":{}}' })
    // Clients send it without any key.
    assert.equal((await fetch(back, { method: 'POST', body: 'bytes' })).status, 200)
    assert.deepEqual([provider.last.query, provider.last.headers['x-goog-api-key']], ['upload_id=u1', 'upstream-key'])

    const get = 'https://api.replicate.com/v1/predictions/p1'
    provider.next({
      status: 201,
      body: `{"id":"p1","input":{"prompt":"${get}"},"urls":{"get":"${get}","cancel": "${get}/cancel"}}`,
    })
    const made = await post('/replicate/v1/predictions', { ...headers, authorization: `Bearer ${key}` }, '{"version":"v"}')
    const own = `${gateway.url}/replicate/v1/predictions/p1`
    assert.equal(await made.text(), `{"id":"p1","input":{"prompt":"${get}"},"urls":{"get":"${own}","cancel": "${own}/cancel"}}`)
  })

  it('what is the operator’s of a provider’s account is for the master key alone', async () => {
    const path = '/deepgram/v1/projects/p/keys'
    assert.equal((await gateway.call('POST', path, {}, key)).status, 403)
    assert.equal((await gateway.call('GET', '/elevenlabs/v1/user', undefined, key)).status, 403)
    assert.equal(provider.requests.length, 0)
    provider.next({ status: 200, body: '{"key":"new"}' })
    assert.equal((await gateway.call('POST', path, {})).status, 200)
  })

  it('a local server that the operator did not name is not looked for', async () => {
    const { status, text } = await gateway.call('GET', '/ollama/api/tags', undefined, key)
    assert.deepEqual(
      [status, text],
      [404, '{"error":"This gateway has no address for ollama: its operator can name one in OLLAMA_API_BASE."}'],
    )
  })

  it('files of a client that knows its provider’s shape alone are passed through', async () => {
    const file = '{"id":"file_1","type":"file","size_bytes":9}'
    const ask = async (headers: Record<string, string>): Promise<string> => {
      provider.next({ status: 200, body: file })
      const reply = await fetch(`${gateway.url}/anthropic/v1/files/file_1`, { headers: { 'x-api-key': key, ...headers } })
      return reply.text()
    }
    assert.equal(await ask({ 'anthropic-version': '2023-06-01' }), file)
    assert.equal(provider.last.headers['x-api-key'], 'upstream-key')
    assert.notEqual(await ask({}), file)
  })
})
