import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects, type JsonObject } from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { cutAnywhere, readText } from '../../text/reading.fixture.ts'
import { nlpCloud } from './index.ts'
import { NlpCloudReframer } from './reframer.ts'

const endpoint = nlpCloud.endpoints.chat?.[0]
const speaks = endpoint?.speaks
assert(speaks !== undefined)
const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }
const write = (body: JsonObject): JsonObject => speaks.writeRequest(dialects['openai-chat'].readRequest(body), traits).body
const reframer = (): NlpCloudReframer => new NlpCloudReframer()

test('the conversation is one text, and the model’s own fields travel', async () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi.' },
  ]
  assert.deepEqual(write({ model: 'm', messages, max_tokens: 5, stop: ['END'], repetition_penalty: 1.1, stream: true }), {
    repetition_penalty: 1.1,
    text: 'Be brief. Hi.',
    max_length: 5,
    stop_sequences: ['END'],
    stream: true,
  })
  const sent = await sentBy(nlpCloud, { messages }, { model: 'chatdolphin', apiKey: 'k' })
  assert.equal(sent.url, 'https://api.nlpcloud.io/v1/gpu/chatdolphin/generation')
  assert.equal(sent.headers['authorization'], 'Token k')
})

test('a whole reply counts its tokens; one without text is none', () => {
  const reply = speaks.readReply({ generated_text: 'Hi ⚓', nb_input_tokens: 9, nb_generated_tokens: 6 })
  assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: 'Hi ⚓' }])
  assert.deepEqual([reply.usage?.input, reply.usage?.output], [9, 6])
  assert.throws(() => speaks.readReply({}), { kind: 'bad_reply' })
  assert.equal(speaks.readError(401, { detail: 'invalid token' }).kind, 'auth')
})

const streams = {
  'bare text': 'Hi [DONE] Ada ⚓[DONE]\n',
  'lines of JSON': '{"generated_text":"Hi [DONE] "}\n{"generated_text":"Ada ⚓"}\n{"generated_text":"[DONE]"}\n',
}
for (const [name, text] of Object.entries(streams)) {
  test(`a stream of ${name}, cut anywhere`, () => {
    for (const { reply, ended } of cutAnywhere(text, speaks, reframer)) {
      assert(ended)
      assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: 'Hi [DONE] Ada ⚓' }])
    }
  })
}

test('a stream without its mark was cut', () => {
  assert.equal(readText('Hi [DON', speaks, reframer()).error?.kind, 'bad_gateway')
  assert.equal(readText('', speaks, reframer()).error?.kind, 'bad_gateway')
})

test('an error among the lines keeps its kind', () => {
  const text = '{"generated_text":"Hi"}\n{"error":"rate limit reached"}\n'
  assert.equal(readText(text, speaks, reframer()).error?.kind, 'rate_limited')
})
