import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects } from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { cutAnywhere, readText } from '../../text/reading.fixture.ts'
import { predibase } from './index.ts'

const speaks = predibase.endpoints.chat?.[0]?.speaks
assert(speaks !== undefined)
const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }
const messages = [{ role: 'user', content: 'Hi.' }]

test('LoRAX’s body: a schema is held to, an adapter travels', () => {
  const schema = { type: 'object' }
  const response_format = { type: 'json_schema', json_schema: { name: 'a', schema } }
  const body = { model: 'm', messages, temperature: 0, adapter_id: 'mine/1', response_format }
  const { body: written } = speaks.writeRequest(dialects['openai-chat'].readRequest(body), traits)
  assert.deepEqual(written, {
    inputs: 'Hi.',
    parameters: {
      adapter_id: 'mine/1',
      details: true,
      return_full_text: false,
      max_new_tokens: 4096,
      temperature: 0.01,
      response_format: { type: 'json_object', schema },
    },
  })
})

test('the tenant stands in the URL, and without one there is none', async () => {
  const setting = { model: 'llama', apiKey: 'k', env: { PREDIBASE_TENANT_ID: 't1' } }
  const sent = await sentBy(predibase, { messages, stream: true }, setting)
  assert.equal(sent.url, 'https://serving.app.predibase.com/t1/deployments/v2/llms/llama/generate_stream')
  await assert.rejects(sentBy(predibase, { messages }, { apiKey: 'k' }), /PREDIBASE_TENANT_ID/)
})

const events = [
  { token: { text: 'Hi', special: false }, generated_text: null },
  { token: { text: ' ⚓', special: false }, generated_text: null },
  {
    token: { text: '</s>', special: true },
    generated_text: 'Hi ⚓',
    details: { finish_reason: 'length', prompt_tokens: 3, generated_tokens: 2 },
  },
]
const sse = (list: readonly object[]): string => list.map((event) => `data:${JSON.stringify(event)}\n\n`).join('')

test('a stream, cut anywhere', () => {
  for (const { reply, ended } of cutAnywhere(sse(events), speaks)) {
    assert(ended)
    assert.deepEqual(reply.choices[0], { index: 0, blocks: [{ type: 'text', text: 'Hi ⚓' }], stop: 'length', rawStop: 'length' })
    assert.deepEqual([reply.usage?.input, reply.usage?.output], [3, 2])
  }
})

test('a stream without its last event, and one with an error, fail', () => {
  assert.equal(readText(sse(events.slice(0, 2)), speaks).error?.kind, 'bad_gateway')
  const error = { error: 'Model is overloaded', error_type: 'overloaded' }
  assert.equal(readText(sse([error]), speaks).error?.kind, 'unavailable')
})
