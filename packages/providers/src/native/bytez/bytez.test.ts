import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects } from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { cutAnywhere } from '../../text/reading.fixture.ts'
import { bytez } from './index.ts'

const endpoint = bytez.endpoints.chat?.[0]
const speaks = endpoint?.speaks
assert(speaks !== undefined)
const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }

test('turns apart, media by address, parameters in a place of their own', async () => {
  const picture = { type: 'image_url', image_url: { url: 'https://a.example/b.png' } }
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'What?' }, picture] },
  ]
  const request = dialects['openai-chat'].readRequest({ model: 'm', messages, max_tokens: 5 })
  assert.deepEqual(speaks.writeRequest(request, traits).body, {
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What?' },
          { type: 'image', url: 'https://a.example/b.png' },
        ],
      },
    ],
    stream: false,
    params: { max_new_tokens: 5 },
  })
  const sent = await sentBy(bytez, { messages }, { model: 'google/gemma-3-4b-it', apiKey: 'k' })
  assert.equal(sent.url, 'https://api.bytez.com/models/v2/google/gemma-3-4b-it')
  assert.equal(sent.headers['authorization'], 'Key k')
})

test('the forms of an output; an error is none', () => {
  const text = [{ type: 'text', text: 'Yo.' }]
  for (const output of ['Yo.', { content: 'Yo.' }, { content: text }, [{ generated_text: 'Yo.' }]])
    assert.deepEqual(speaks.readReply({ error: null, output }).choices[0]?.blocks, text)
  assert.throws(() => speaks.readReply({ error: 'rate limit reached', output: null }), { kind: 'rate_limited' })
})

test('a stream of bare text, cut anywhere', () => {
  for (const { reply, ended } of cutAnywhere('Hi Ada ⚓', speaks, endpoint?.reframer)) {
    assert(ended)
    assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: 'Hi Ada ⚓' }])
  }
})
