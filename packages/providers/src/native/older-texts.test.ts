import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Provider } from '@switchyard/core'
import { dialects, type JsonObject, type ProviderDialect } from '@switchyard/wire'
import { sentBy } from '../requests.fixture.ts'
import { cutAnywhere, readText } from '../text/reading.fixture.ts'
import { alephAlpha } from './aleph-alpha.ts'
import { anthropicText } from './anthropic-text.ts'
import { custom } from './custom.ts'

const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi.' },
]
const speaksOf = (provider: Provider): ProviderDialect => provider.endpoints.chat?.[0]?.speaks ?? assert.fail()
const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }
const write = (provider: Provider, more: JsonObject = {}): JsonObject =>
  speaksOf(provider).writeRequest(dialects['openai-chat'].readRequest({ model: 'm', messages, ...more }), traits).body
const sse = (list: readonly JsonObject[]): string => list.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')

test('Aleph Alpha: body, reply, stream', async () => {
  assert.deepEqual(write(alephAlpha, { max_tokens: 5, stop: ['X'] }), {
    model: 'm',
    prompt: 'Be brief.\n\nHi.',
    maximum_tokens: 5,
    stop_sequences: ['X'],
  })
  assert.equal((await sentBy(alephAlpha, { messages }, { apiKey: 'k' })).url, 'https://api.aleph-alpha.com/complete')
  const counts = { num_tokens_prompt_total: 3, num_tokens_generated: 2 }
  const reply = speaksOf(alephAlpha).readReply({
    completions: [{ completion: 'Yo.', finish_reason: 'maximum_tokens' }],
    ...counts,
  })
  assert.deepEqual([reply.choices[0]?.stop, reply.usage?.input, reply.usage?.output], ['length', 3, 2])
  const events = [
    { type: 'stream_chunk', completion: 'Yo' },
    { type: 'stream_chunk', completion: ' ⚓' },
    { type: 'stream_summary', finish_reason: 'end_of_text' },
    { type: 'completion_summary', ...counts },
  ]
  for (const { reply: cut, ended } of cutAnywhere(sse(events), speaksOf(alephAlpha))) {
    assert(ended)
    assert.deepEqual(cut.choices[0]?.blocks, [{ type: 'text', text: 'Yo ⚓' }])
    assert.equal(cut.usage?.output, 2)
  }
  assert.equal(readText(sse(events.slice(0, 2)), speaksOf(alephAlpha)).error?.kind, 'bad_gateway')
})

test('Anthropic’s text completions: body, reply, stream, errors', async () => {
  assert.deepEqual(write(anthropicText, { stop: ['X'] }), {
    model: 'm',
    prompt: 'Be brief.\n\nHuman: Hi.\n\nAssistant:',
    max_tokens_to_sample: 256,
    stop_sequences: ['X'],
  })
  const sent = await sentBy(anthropicText, { messages }, { apiKey: 'k' })
  assert.deepEqual([sent.url, sent.headers['x-api-key']], ['https://api.anthropic.com/v1/complete', 'k'])
  const speaks = speaksOf(anthropicText)
  assert.equal(speaks.readReply({ completion: ' Yo.', stop_reason: 'max_tokens' }).choices[0]?.stop, 'length')
  const events = [
    { type: 'completion', completion: ' Yo', stop_reason: null },
    { type: 'ping' },
    { type: 'completion', completion: '.', stop_reason: 'stop_sequence' },
  ]
  const { reply, ended } = readText(sse(events), speaks)
  assert(ended)
  assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: ' Yo.' }])
  const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'busy' } }
  assert.equal(readText(`event: error\n${sse([overloaded])}`, speaks).error?.kind, 'unavailable')
  assert.equal(speaks.readError(401, { type: 'error', error: { type: 'authentication_error', message: 'no' } }).kind, 'auth')
})

test('a custom server: body and reply', async () => {
  assert.deepEqual(write(custom, { max_tokens: 5 }), { model: 'm', params: { prompt: ['Be brief. Hi.'], max_tokens: 5 } })
  assert.equal((await sentBy(custom, { messages }, { apiBase: 'https://mine.example/run' })).url, 'https://mine.example/run')
  const { choices } = speaksOf(custom).readReply({ data: [{ output: ['Yo.'] }] })
  assert.deepEqual(choices[0]?.blocks, [{ type: 'text', text: 'Yo.' }])
})
