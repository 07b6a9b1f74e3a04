import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  dialects,
  isGatewayError,
  NdjsonReframer,
  ReplyCollector,
  SseParser,
  type ChatRequest,
  type JsonObject,
} from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { embedding } from './embed.ts'
import { ollama, ollamaChat } from './index.ts'
import { OllamaReader } from './reader.ts'
import { readReply } from './reply.ts'
import { writeChat, writeGenerate } from './request.ts'
import { optionsInPlace } from './settings.ts'

const target = {
  model: 'm',
  baseUrl: '',
  key: undefined,
  params: {},
  traits: { id: 'm', supports: new Set<string>(), lacks: new Set<string>() },
}
const asked = (body: JsonObject): ChatRequest => dialects['openai-chat'].readRequest({ model: 'm', ...body })
const ask = { messages: [{ role: 'user', content: 'Hi.' }] }
const tools = [{ type: 'function', function: { name: 'get_time', parameters: { type: 'object' } } }]

test('generate is one text, calls with tools are chats', async () => {
  const base = 'http://localhost:11434'
  assert.equal((await sentBy(ollama, ask)).url, `${base}/api/generate`)
  assert.equal((await sentBy(ollama, { ...ask, tools })).url, `${base}/api/chat`)
  assert.equal((await sentBy(ollamaChat, ask, { apiBase: 'http://gpu:1/api/chat/' })).url, 'http://gpu:1/api/chat')
  assert.equal(
    (await sentBy(ollamaChat, {}, { operation: 'embedding', apiBase: 'http://gpu:1/api' })).url,
    'http://gpu:1/api/embed',
  )
})

test('a key of the environment goes to its own servers alone', async () => {
  const env = { OLLAMA_API_KEY: 'k' }
  assert.equal((await sentBy(ollamaChat, ask, { env, apiBase: 'https://ollama.com' })).headers['authorization'], 'Bearer k')
  assert.equal((await sentBy(ollamaChat, ask, { env, apiBase: 'https://elsewhere.example' })).headers['authorization'], undefined)
})

test('a conversation with tools and pictures', () => {
  const { body } = writeChat(
    asked({
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What time? ' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_time', arguments: '{"zone":"UTC"}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '21:04' },
      ],
      tools,
      max_tokens: 9,
      stop: 'END',
    }),
  )
  assert.deepEqual(body, {
    model: 'm',
    messages: [
      { role: 'system', content: 'Be brief.', images: [] },
      { role: 'user', content: 'What time? ', images: ['AAAA'] },
      {
        role: 'assistant',
        content: '',
        images: [],
        tool_calls: [{ function: { name: 'get_time', arguments: { zone: 'UTC' } } }],
      },
      { role: 'tool', content: '21:04', images: [], tool_name: 'get_time', tool_call_id: 'c1' },
    ],
    stream: false,
    options: { num_predict: 9, stop: ['END'] },
    tools,
  })
})

test('a choice among tools is made by what is offered', () => {
  const two = [...tools, { type: 'function', function: { name: 'ping' } }]
  const named = { type: 'function', function: { name: 'ping' } }
  assert.deepEqual(writeChat(asked({ ...ask, tools: two, tool_choice: named })).body['tools'], [two[1]])
  assert.equal('tools' in writeChat(asked({ ...ask, tools: two, tool_choice: 'none' })).body, false)
})

test('thinking, by level for gpt-oss alone', () => {
  const think = (model: string, body: JsonObject): unknown => writeChat(asked({ ...ask, ...body, model })).body['think']
  assert.equal(think('qwen3', { reasoning_effort: 'low' }), true)
  assert.equal(think('qwen3', { reasoning_effort: 'none' }), false)
  assert.equal(think('gpt-oss:20b', { reasoning_effort: 'xhigh' }), 'high')
  assert.equal(think('gpt-oss:20b', { thinking: { type: 'enabled', budget_tokens: 2048 } }), 'medium')
  assert.equal(think('qwen3', {}), undefined)
})

test('one text: parts by speaker, results and calls in it', () => {
  const { body } = writeGenerate(
    asked({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'One.' },
        { role: 'user', content: 'Two.' },
        { role: 'assistant', content: 'Three.' },
      ],
      response_format: { type: 'json_object' },
    }),
  )
  assert.deepEqual(body, {
    model: 'm',
    prompt: '### System:\nBe brief.\n\n### User:\nOne.\nTwo.\n\n### Assistant:\nThree.\n\n',
    images: [],
    stream: false,
    format: 'json',
    options: {},
  })
})

test('model parameters move to where they are read', () => {
  const edit = optionsInPlace.do === 'edit' ? optionsInPlace.edit : undefined
  assert.deepEqual(edit?.({ num_ctx: 4096, keep_alive: '10m', options: { seed: 1 } }), {
    keep_alive: '10m',
    options: { seed: 1, num_ctx: 4096 },
  })
})

test('a picture that nobody fetched is refused, not lost', () => {
  const content = [{ type: 'image_url', image_url: { url: 'https://a.example/x.png' } }]
  assert.throws(() => writeChat(asked({ messages: [{ role: 'user', content }] })), /base64/)
})

const usage = { prompt_eval_count: 11, eval_count: 9 }
const lines: readonly JsonObject[] = [
  { message: { role: 'assistant', content: '', thinking: 'Hm ⚓' }, done: false },
  { message: { content: 'Hi ' }, logprobs: [{ token: 'Hi ', logprob: -0.5 }], done: false },
  { message: { content: '', tool_calls: [{ function: { name: 'get_time', arguments: { zone: 'UTC' } } }] }, done: false },
  { message: { content: '' }, done: true, done_reason: 'stop', ...usage },
]
const ndjson = (values: readonly JsonObject[]): Uint8Array =>
  new TextEncoder().encode(values.map((one) => `${JSON.stringify(one)}\n`).join(''))

function read(pieces: readonly Uint8Array[]): ReplyCollector {
  const sink = new ReplyCollector()
  const reader = new OllamaReader(sink)
  const parser = new SseParser((name, data) => reader.event(name, data))
  const reframer = new NdjsonReframer()
  const encoder = new TextEncoder()
  for (const piece of pieces) parser.push(encoder.encode(reframer.push(piece)))
  parser.push(encoder.encode(reframer.end()))
  parser.end()
  reader.end()
  return sink
}

test('a stream, cut at every byte', () => {
  const bytes = ndjson(lines)
  for (let at = 0; at <= bytes.length; at++) {
    const { reply, error } = read([bytes.slice(0, at), bytes.slice(at)])
    assert.equal(error, undefined)
    const [choice] = reply.choices
    assert.equal(choice?.stop, 'tool')
    assert.deepEqual(
      choice.blocks.map((block) =>
        block.type === 'call'
          ? [block.name, block.input]
          : block.type === 'text' || block.type === 'reasoning'
            ? [block.type, block.text]
            : [],
      ),
      [
        ['reasoning', 'Hm ⚓'],
        ['text', 'Hi '],
        ['get_time', '{"zone":"UTC"}'],
      ],
    )
    assert.deepEqual(choice.logprobs, { content: [{ bytes: null, top_logprobs: [], token: 'Hi ', logprob: -0.5 }] })
    assert.equal(reply.usage?.input, 11)
  }
})

test('a stream that is cut, or says that it failed, is no answer', () => {
  assert.equal(read([ndjson(lines.slice(0, 3))]).error?.kind, 'bad_gateway')
  assert.equal(read([ndjson([{ error: 'rate limit reached' }])]).error?.kind, 'rate_limited')
  assert.equal(read([new TextEncoder().encode('oops\n')]).error?.kind, 'bad_reply')
})

test('thoughts between tags, a cut answer, an empty one', () => {
  const of = (body: JsonObject): unknown => readReply({ done: true, ...body }).choices[0]
  assert.deepEqual(of({ response: '<think>Hm</think>Hi', done_reason: 'length' }), {
    index: 0,
    blocks: [
      { type: 'reasoning', text: 'Hm' },
      { type: 'text', text: 'Hi' },
    ],
    stop: 'length',
    rawStop: 'length',
  })
  assert.deepEqual(of({ message: { content: '' } }), { index: 0, blocks: [{ type: 'text', text: '' }], stop: 'stop' })
  assert.throws(() => readReply({ error: 'model is busy' }), isGatewayError)
  assert.throws(() => readReply({ done: true }), isGatewayError)
})

test('embeddings keep the server’s own parameters', () => {
  const body = { model: 'm', input: 'a', truncate: false, user: 'u', encoding_format: 'float' }
  assert.deepEqual(embedding.write(body, target, []), { json: { truncate: false, model: 'm', input: ['a'] } })
  assert.deepEqual(embedding.read({ embeddings: [[1, 2]], prompt_eval_count: 3 }, body, target), {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [1, 2] }],
    model: 'm',
    usage: { prompt_tokens: 3, total_tokens: 3 },
  })
})
