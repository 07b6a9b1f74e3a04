import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Incoming, Target } from '@switchyard/core'
import { isObject, objectOf, objectsOf, SseParser, stringOf, type JsonObject } from '@switchyard/wire'
import { demo } from './index.ts'

const target: Target = {
  model: 'echo',
  baseUrl: 'http://localhost',
  key: undefined,
  params: {},
  traits: { id: 'echo', supports: new Set(), lacks: new Set() },
}

async function ask(body: JsonObject, signal = new AbortController().signal): Promise<Incoming> {
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  const incoming = await demo.answer?.({ url: 'http://localhost', method: 'POST', headers: {}, body: bytes }, target, signal)
  assert.ok(incoming)
  return incoming
}

async function textOf(incoming: Incoming): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of incoming.body ?? []) text += decoder.decode(chunk, { stream: true })
  return text
}

const messages = [
  { role: 'system', content: 'Be kind.' },
  { role: 'user', content: [{ type: 'text', text: 'two words' }] },
]
const answer = 'Hello from Switchyard! You said: two words'
const usage = { prompt_tokens: 4, completion_tokens: 7, total_tokens: 11 }

test('a whole reply', async () => {
  const incoming = await ask({ messages })
  assert.equal(incoming.headers.get('content-type'), 'application/json')
  const reply = objectOf(JSON.parse(await textOf(incoming)))
  const [choice] = objectsOf(reply?.['choices'])
  assert.deepEqual(choice, { index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' })
  assert.deepEqual(reply?.['usage'], usage)
})

test('a stream, word by word, with usage when asked for', async () => {
  const incoming = await ask({ messages, stream: true, stream_options: { include_usage: true } })
  const events: string[] = []
  const parser = new SseParser((_name, data) => events.push(data))
  for await (const chunk of incoming.body ?? []) parser.push(chunk)
  parser.end()
  assert.equal(events.at(-1), '[DONE]')
  const chunks = events
    .slice(0, -1)
    .map((data) => JSON.parse(data))
    .filter(isObject)
  const deltas = chunks.flatMap((chunk) => objectsOf(chunk['choices'])).map((choice) => objectOf(choice['delta']))
  assert.equal(deltas.map((delta) => stringOf(delta?.['content']) ?? '').join(''), answer)
  assert.equal(deltas.length, 9)
  assert.deepEqual(chunks.at(-1)?.['usage'], usage)
})

test('pictures are echoed by their kind, and what an echo cannot do is left out', async () => {
  const content = [
    { type: 'text', text: 'see ' },
    { type: 'image_url', image_url: { url: 'https://host.example/a.png' } },
  ]
  assert.match(await textOf(await ask({ messages: [{ role: 'user', content }] })), /You said: see \[image_url\]/)
  const dropped = demo.quirks?.flatMap((quirk) => (quirk.do === 'drop' ? [quirk.field] : []))
  assert(dropped?.includes('tools') && dropped.includes('reasoning_effort'))
})

test('an abort ends the stream', async () => {
  const control = new AbortController()
  const incoming = await ask({ messages, stream: true }, control.signal)
  const reading = textOf(incoming)
  setTimeout(() => control.abort(new Error('gone')), 5)
  await assert.rejects(reading, /gone/)
})
