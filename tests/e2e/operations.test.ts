import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import OpenAI, { toFile } from 'openai'
import { FakeProvider } from '../tools/fake-provider.ts'
import { fakeSpeech } from '../tools/fake/measured.ts'
import { TestGateway } from '../tools/gateway.ts'

const config = (origin: string): string => `
model_list:
  - model_name: draw
    litellm_params: { model: openai/gpt-image-1, api_base: ${origin}/v1, api_key: sk-upstream }
  - model_name: hear
    litellm_params: { model: openai/whisper-1, api_base: ${origin}/v1, api_key: sk-upstream }
  - model_name: speak
    litellm_params: { model: openai/tts-1, api_base: ${origin}/v1, api_key: sk-upstream }
  - model_name: judge
    litellm_params: { model: openai/omni-moderation-latest, api_base: ${origin}/v1, api_key: sk-upstream }
router_settings: { num_retries: 0 }
switchyard_settings: { max_form_mb: 1, egress: { allow_private: true } }
`

/** A second of silence: 8000 samples of 16 bits. */
function wav(seconds: number): Buffer<ArrayBuffer> {
  const samples = Buffer.alloc(16_000 * seconds)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8000, 24)
  header.writeUInt32LE(16_000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  return Buffer.concat([header, samples])
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('operations besides chat, with the client of OpenAI', () => {
  let provider: FakeProvider
  let gateway: TestGateway
  let key = ''
  const client = (): OpenAI => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 })
  before(async () => {
    provider = await FakeProvider.start()
    gateway = await TestGateway.start({ config: config(provider.origin) })
  })
  beforeEach(async () => {
    provider.reset()
    key = await gateway.newKey({ max_budget: 5 })
  })
  after(async () => {
    await gateway.stop()
    await provider.stop()
  })

  const rowOf = async (): Promise<Readonly<Record<string, unknown>>> =>
    (await gateway.spendRows(key, 1))[0] ?? assert.fail('no ledger row')

  it('images: the body passes with the model put in, tokens are billed', async () => {
    const reply = await client().images.generate({ model: 'draw', prompt: 'a red dot', size: '1024x1024' })
    assert.equal(reply.data?.[0]?.b64_json, Buffer.from('a red dot').toString('base64'))
    assert.equal(provider.last.path, '/v1/images/generations')
    assert.deepEqual(provider.last.json, { model: 'gpt-image-1', prompt: 'a red dot', size: '1024x1024' })
    const row = await rowOf()
    assert.equal(row['call_type'], 'image_generation')
    // 10 text tokens at $5, 40 image tokens at $10 and 50 made ones at $40 a million (oracle, azure/image_generation.gpt_image).
    assert.equal(row['spend'], 0.00245)
  })

  it('an image is changed: the form arrives with its file, whose bytes and name are the client’s', async () => {
    const image = await toFile(Buffer.from([137, 80, 78, 71, 0, 13, 10, 26, 10, 45, 45]), 'dot "1".png', { type: 'image/png' })
    const reply = await client().images.edit({ model: 'draw', image: [image, image], prompt: 'blüe' })
    assert.equal(reply.data?.[0]?.b64_json, Buffer.from('blüe').toString('base64'))
    const sent = provider.last.body.toString('latin1')
    assert.equal(sent.split('name="image[]"; filename="dot %221%22.png"\r\nContent-Type: image/png').length, 3)
    assert.ok(sent.includes('name="model"\r\n\r\ngpt-image-1\r\n'))
  })

  it('speech to text: the file’s bytes arrive, seconds are billed', async () => {
    const bytes = wav(3)
    const reply = await client().audio.transcriptions.create({
      model: 'hear',
      file: await toFile(bytes, 'clip.wav'),
      language: 'en',
    })
    assert.equal(reply.text, sha256(bytes))
    const row = await rowOf()
    assert.equal(row['call_type'], 'transcription')
    assert.equal(row['spend'], 0.0012)
  })

  it('subtitles are text and stay text', async () => {
    const form = new FormData()
    form.append('model', 'hear')
    form.append('response_format', 'srt')
    form.append('file', new Blob([wav(2)], { type: 'audio/wav' }), 'a.wav')
    const reply = await fetch(`${gateway.url}/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: form,
    })
    assert.equal(reply.headers.get('content-type'), 'text/plain')
    assert.match(await reply.text(), /^1\n00:00/)
    // The provider does not say how long it was: the header of the file does.
    assert.equal((await rowOf())['spend'], 0.0002)
  })

  it('speech: the bytes and their type pass, characters are billed', async () => {
    const reply = await client().audio.speech.create({ model: 'speak', voice: 'alloy', input: 'Grüße 👋' })
    assert.equal(reply.headers.get('content-type'), 'audio/mpeg')
    assert.deepEqual(Buffer.from(await reply.arrayBuffer()), Buffer.concat(fakeSpeech))
    assert.equal((await rowOf())['spend'], 0.000105)
  })

  it('speech begins before it is over', async () => {
    provider.next({ paceMs: 300 })
    const started = Date.now()
    const reply = await client().audio.speech.create({ model: 'speak', voice: 'alloy', input: 'slow' })
    const reader = reply.body?.getReader() ?? assert.fail()
    await reader.read()
    assert.ok(Date.now() - started < 450, `the first piece took ${Date.now() - started} ms`)
    while (!(await reader.read()).done);
    assert.ok(Date.now() - started >= 550)
  })

  it('speech that breaks off is an error, not a short recording', async () => {
    provider.next({ cut: { at: 1, by: 'reset' } })
    await assert.rejects(async () => {
      const reply = await client().audio.speech.create({ model: 'speak', voice: 'alloy', input: 'cut' })
      await reply.arrayBuffer()
    })
    assert.equal((await rowOf())['status'], 'failure')
  })

  it('moderations, with and without a model', async () => {
    const reply = await client().moderations.create({ model: 'judge', input: 'bad words' })
    assert.equal(reply.results[0]?.flagged, true)
    assert.equal(provider.last.json['model'], 'omni-moderation-latest')
  })

  it('Azure’s paths name the model', async () => {
    const { status, json } = await gateway.call('POST', '/openai/deployments/draw/images/generations', { prompt: 'x' }, key)
    assert.equal(status, 200, JSON.stringify(json))
    assert.equal(provider.last.json['model'], 'gpt-image-1')
  })

  it('what is not as it must be is refused before anything is sent', async () => {
    const post = async (path: string, body: FormData | string, type?: string): Promise<readonly [number, string]> => {
      const headers = { authorization: `Bearer ${key}`, ...(type === undefined ? {} : { 'content-type': type }) }
      const reply = await fetch(gateway.url + path, { method: 'POST', headers, body })
      return [reply.status, await reply.text()]
    }
    const form = (fields: Readonly<Record<string, string | Blob>>): FormData => {
      const out = new FormData()
      for (const [name, value] of Object.entries(fields)) out.append(name, value)
      return out
    }
    const file = new Blob([wav(1)])
    const refused: readonly (readonly [Promise<readonly [number, string]>, number, RegExp])[] = [
      [post('/v1/audio/transcriptions', '{}', 'application/json'), 415, /multipart/],
      [post('/v1/images/generations', form({ model: 'draw', prompt: 'x' })), 415, /application\/json/],
      [post('/v1/audio/transcriptions', form({ model: 'hear' })), 400, /"file"/],
      [post('/v1/audio/transcriptions', form({ file })), 400, /"model"/],
      [post('/v1/audio/transcriptions', form({ model: 'hear', file, temperature: 'warm' })), 400, /"temperature"/],
      [post('/v1/images/edits', form({ model: 'draw', prompt: 'x', image: new Blob([Buffer.alloc(2 ** 21)]) })), 413, /1 MB/],
      [post('/v1/audio/transcriptions', 'no form', 'multipart/form-data; boundary=x'), 400, /boundary/],
      [post('/v1/audio/speech', '{"model":"speak","input":"x"}', 'application/json'), 400, /"voice"/],
      [post('/v1/rerank', '{"model":"draw","query":"x","documents":["y"]}', 'application/json'), 400, /rerank/],
    ]
    for (const [answer, status, message] of refused) {
      const [actual, text] = await answer
      assert.equal(actual, status, text)
      assert.match(text, message)
    }
    assert.equal(provider.requests.length, 0)
  })

  it('a call that the budget may not pay for is not made', async () => {
    key = await gateway.newKey({ max_budget: 0.001 })
    const { status, text } = await gateway.call('POST', '/v1/images/generations', { model: 'draw', prompt: 'x', n: 10 }, key)
    assert.equal(status, 422, text)
    assert.equal(provider.requests.length, 0)
  })
})
