import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { isGatewayError } from '../../errors.ts'
import { SseParser } from '../../framing/sse.ts'
import { isObject, objectOf, objectsOf, type JsonObject } from '../../json.ts'
import { completionWriter, openaiChat, readCompletionRequest, writeCompletionReply } from './index.ts'

const folder = new URL('../../../../../fixtures/dialects/openai-chat/', import.meta.url)
const load = (name: string): string => readFileSync(new URL(name, folder), 'utf8')
const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }

test('a prompt becomes a chat', () => {
  const body = {
    model: 'm',
    prompt: ['Once upon'],
    max_tokens: 8,
    temperature: 0.2,
    stop: '.',
    logprobs: 2,
    best_of: 1,
    suffix: null,
    stream: true,
    x: 1,
  }
  assert.deepEqual(openaiChat.writeRequest(readCompletionRequest(body), traits).body, {
    model: 'm',
    messages: [{ role: 'user', content: 'Once upon' }],
    max_tokens: 8,
    temperature: 0.2,
    stop: '.',
    logprobs: true,
    top_logprobs: 2,
    stream: true,
    x: 1,
  })
})

test('what chat cannot say is refused', () => {
  const refused = (body: JsonObject): unknown => {
    try {
      readCompletionRequest({ model: 'm', ...body })
    } catch (error) {
      return isGatewayError(error) ? `${error.kind} ${error.facts.param}` : error
    }
    return 'read'
  }
  assert.equal(refused({}), 'bad_request prompt')
  for (const prompt of [[1, 2], [[1, 2]], ['a', 'b'], 5, {}, []]) assert.equal(refused({ prompt }), 'bad_request prompt')
  assert.equal(refused({ prompt: 'a', suffix: 'b' }), 'unsupported_params suffix')
  assert.equal(refused({ prompt: 'a', best_of: 3 }), 'unsupported_params best_of')
  assert.equal(refused({ prompt: 'a', logprobs: true }), 'bad_request logprobs')
})

test('a reply in the text shape', () => {
  const body: unknown = JSON.parse(load('choices.reply.json'))
  assert.ok(isObject(body))
  const request = readCompletionRequest({ model: 'm', prompt: 'P', echo: true })
  const written = writeCompletionReply(openaiChat.readReply(body), { model: 'asked', request, callId: 'uuid', now: 1 })
  assert.equal(written.object, 'text_completion')
  assert.equal(written.model, 'asked')
  assert.deepEqual(objectsOf(written.choices), [
    {
      text: 'Pa',
      index: 0,
      logprobs: { tokens: ['a'], token_logprobs: [-0.1], top_logprobs: [{ a: -0.1 }], text_offset: [1] },
      finish_reason: 'stop',
    },
    { text: 'PNo.', index: 1, logprobs: null, finish_reason: 'content_filter' },
    { text: 'Pc', index: 2, logprobs: null, finish_reason: 'length' },
  ])
  assert.equal(objectOf(written.usage)?.total_tokens, 3)
})

test("the provider's own usage keeps the figures that the hub does not know", () => {
  const usage = {
    prompt_tokens: 2,
    completion_tokens: 1,
    total_tokens: 3,
    completion_tokens_details: { accepted_prediction_tokens: 0, reasoning_tokens: 0 },
  }
  const reply = openaiChat.readReply({ choices: [{ index: 0, message: { content: 'a' }, finish_reason: 'stop' }], usage })
  const request = readCompletionRequest({ model: 'm', prompt: 'P' })
  assert.deepEqual(writeCompletionReply(reply, { model: 'm', request, callId: 'uuid', now: 1 }).usage, usage)
})

test('a stream in the text shape', () => {
  const request = readCompletionRequest({
    model: 'm',
    prompt: 'P',
    echo: true,
    stream: true,
    stream_options: { include_usage: true },
  })
  let out = ''
  const reader = openaiChat.reader(completionWriter((part) => (out += part), { model: 'asked', request, callId: 'uuid', now: 1 }))
  new SseParser((name, data) => reader.event(name, data)).push(new TextEncoder().encode(load('text.sse')))
  assert.ok(out.endsWith('data: [DONE]\n\n'))
  const chunks: JsonObject[] = []
  const parser = new SseParser((_name, data) => void (data === '[DONE]' || chunks.push(objectOf(JSON.parse(data)) ?? {})))
  parser.push(new TextEncoder().encode(out))
  const choices = chunks.flatMap((chunk) => objectsOf(chunk.choices))
  assert.equal(choices.map((choice) => choice.text).join(''), 'PHi Ada ⚓ "q"')
  assert.equal(choices.at(-1)?.finish_reason, 'stop')
  assert.ok(chunks.every((chunk) => chunk.object === 'text_completion' && chunk.id === 'chatcmpl-1'))
  assert.equal(objectOf(chunks.at(-1)?.usage)?.total_tokens, 140)
})
