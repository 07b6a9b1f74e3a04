import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadRequestError, BadGatewayError, BinaryReply, Switchyard, type FetchInit } from './index.ts'

interface Sent {
  readonly url: string
  readonly init: FetchInit
}

/** An SDK whose network is one reply. */
function sdkWith(reply: () => Response): { readonly sdk: Switchyard; readonly sent: Sent[] } {
  const sent: Sent[] = []
  const fetch = (url: string, init: FetchInit): Promise<Response> => {
    sent.push({ url, init })
    return Promise.resolve(reply())
  }
  return { sdk: new Switchyard({ env: { OPENAI_API_KEY: 'sk' }, fetch, numRetries: 0 }), sent }
}

const json = (value: unknown) => (): Response => Response.json(value)

test('a file goes out as a form, whatever it is given as', async () => {
  const bytes = new Uint8Array([1, 2, 3])
  for (const [file, name] of [
    [new File([bytes], 'clip.wav', { type: 'audio/wav' }), 'clip.wav'],
    [{ filename: 'clip.wav', bytes, contentType: 'audio/wav' }, 'clip.wav'],
    [bytes, 'file'],
  ] as const) {
    const { sdk, sent } = sdkWith(json({ text: 'hi', usage: { type: 'duration', seconds: 2 } }))
    const reply = await sdk.transcription({
      model: 'openai/whisper-1',
      file,
      temperature: 0.2,
      timestamp_granularities: ['word'],
    })
    assert.equal(reply.text, 'hi')
    assert.equal(reply._info?.responseCost, 0.0002)
    const { url, init } = sent[0] ?? assert.fail()
    assert.equal(url, 'https://api.openai.com/v1/audio/transcriptions')
    const form = await new Response(init.body ?? null, { headers: init.headers }).formData()
    const uploaded = form.get('file')
    assert.ok(uploaded instanceof File)
    assert.equal(uploaded.name, name)
    assert.deepEqual(new Uint8Array(await uploaded.arrayBuffer()), bytes)
    assert.deepEqual(
      [form.get('model'), form.get('temperature'), form.get('timestamp_granularities[]')],
      ['whisper-1', '0.2', 'word'],
    )
  }
})

test('a path instead of a file is refused before anything is sent', async () => {
  const { sdk, sent } = sdkWith(json({}))
  // @ts-expect-error -- what callers without types do
  await assert.rejects(sdk.transcription({ model: 'openai/whisper-1', file: '/tmp/a.wav' }), BadRequestError)
  assert.equal(sent.length, 0)
})

test('subtitles stand in text', async () => {
  const { sdk } = sdkWith(() => new Response('1\n00:00', { headers: { 'content-type': 'text/plain' } }))
  const reply = await sdk.transcription({ model: 'openai/whisper-1', file: new Uint8Array(16), response_format: 'srt' })
  assert.deepEqual({ ...reply }, { text: '1\n00:00' })
})

test('speech is bytes: all at once, or while they come; its cost is known at the end', async () => {
  const { sdk, sent } = sdkWith(() => new Response(new Uint8Array([9, 8, 7]), { headers: { 'content-type': 'audio/mpeg' } }))
  const reply = await sdk.speech({ model: 'openai/tts-1', voice: 'alloy', input: 'hello' })
  assert.ok(reply instanceof BinaryReply)
  assert.equal(reply.contentType, 'audio/mpeg')
  assert.deepEqual(await reply.bytes(), new Uint8Array([9, 8, 7]))
  assert.equal(reply._info.responseCost, 0.000075)
  const { body = new Uint8Array() } = sent[0]?.init ?? {}
  assert.deepEqual(JSON.parse(new TextDecoder().decode(body)), { model: 'tts-1', voice: 'alloy', input: 'hello' })
})

test('speech that breaks off throws a typed error', async () => {
  let isSent = false
  const cut = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (isSent) controller.error(new Error('reset'))
      else controller.enqueue(new Uint8Array([1]))
      isSent = true
    },
  })
  const { sdk } = sdkWith(() => new Response(cut, { headers: { 'content-type': 'audio/mpeg' } }))
  const reply = await sdk.speech({ model: 'openai/tts-1', voice: 'alloy', input: 'hello' })
  await assert.rejects(reply.bytes(), BadGatewayError)
})

test('images stream as typed events, and add up to a reply', async () => {
  const events = [
    { type: 'image_generation.partial_image', b64_json: 'AA==', partial_image_index: 0 },
    { type: 'image_generation.completed', b64_json: 'AAA=', usage: { input_tokens: 10, output_tokens: 50 } },
  ]
  const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
  const { sdk } = sdkWith(() => new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
  const stream = await sdk.imageGeneration({ model: 'openai/gpt-image-1', prompt: 'x', stream: true, partial_images: 1 })
  const types: string[] = []
  for await (const { type } of stream) types.push(type)
  assert.deepEqual(types, ['image_generation.partial_image', 'image_generation.completed'])
  const reply = await stream.finalReply()
  assert.deepEqual(reply.data, [{ b64_json: 'AAA=' }])
  assert.equal(reply._info?.responseCost, 0.00205)
})

test('moderation needs no model', async () => {
  const { sdk, sent } = sdkWith(json({ id: 'm', model: 'x', results: [] }))
  await sdk.moderation({ input: 'x' })
  assert.match(new TextDecoder().decode(sent[0]?.init.body), /omni-moderation-latest/)
})
