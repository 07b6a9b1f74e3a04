import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '@switchyard/core'
import { dialects, ReplyCollector, Secret, SseParser, type JsonObject } from '@switchyard/wire'
import { post, tokenServer } from '../../token-exchange.fixture.ts'
import { embedding } from './embed.ts'
import { readReply, streamReader } from './reply.ts'
import { writeRequest } from './request.ts'
import { signGigaChat } from './sign.ts'

const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }
const target: Target = { model: 'm', baseUrl: '', key: new Secret('a2V5'), params: { scope: 'GIGACHAT_API_CORP' }, traits }
const written = (body: JsonObject): ReturnType<typeof writeRequest> =>
  writeRequest(dialects['openai-chat'].readRequest({ model: 'm', messages: [{ role: 'user', content: 'Hi.' }], ...body }))
const calling = (id: string, name: string, input: string): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: input },
})

test('a token is bought with the authorization key until the moment that is told', async () => {
  const server = tokenServer((asked) => [200, { access_token: `t${asked}`, expires_at: 1_000_000 + 1_800_000 }])
  const sign = async (): Promise<string | undefined> => {
    const outgoing = post('https://gigachat.devices.sberbank.ru/api/v1/chat/completions')
    await signGigaChat(outgoing, target, server.env)
    return outgoing.headers['authorization']
  }
  assert.deepEqual([await sign(), await sign()], ['Bearer t1', 'Bearer t1'])
  const [first] = server.asked
  assert.equal(first?.url, 'https://ngw.devices.sberbank.ru:9443/api/v2/oauth')
  assert.equal(first.headers['authorization'], 'Basic a2V5')
  assert.match(first.headers['rquid'] ?? '', /^[0-9a-f-]{36}$/)
  assert.equal(new TextDecoder().decode(first.body), 'scope=GIGACHAT_API_CORP')
  server.now += 1_700_000
  assert.equal(await sign(), 'Bearer t2')
})

test('calls and results stand in pairs; results are JSON', () => {
  const { body } = written({
    messages: [
      { role: 'user', content: 'Weather and time?' },
      { role: 'assistant', content: null, tool_calls: [calling('a', 'weather', '{"city":"Oslo"}'), calling('b', 'time', '')] },
      { role: 'tool', tool_call_id: 'a', content: '{"temp":-3}' },
      { role: 'tool', tool_call_id: 'b', content: '21:04' },
    ],
  })
  assert.deepEqual(body['messages'], [
    { role: 'user', content: 'Weather and time?' },
    { role: 'assistant', content: '', function_call: { name: 'weather', arguments: { city: 'Oslo' } } },
    { role: 'function', name: 'weather', content: '{"temp":-3}' },
    { role: 'assistant', content: '', function_call: { name: 'time', arguments: {} } },
    { role: 'function', name: 'time', content: '{"result":"21:04"}' },
  ])
})

test('settings, tools and a schema as a function', () => {
  const tools = [{ type: 'function', function: { name: 'ping', description: 'd' } }]
  const { body } = written({
    temperature: 0,
    max_completion_tokens: 5,
    n: 2,
    reasoning_effort: 'max',
    tools,
    tool_choice: 'required',
    stream: true,
  })
  const { messages: _, ...rest } = body
  assert.deepEqual(rest, {
    model: 'm',
    max_tokens: 5,
    n: 2,
    reasoning_effort: 'high',
    top_p: 0,
    stream: true,
    functions: [{ name: 'ping', description: 'd', parameters: { type: 'object', properties: {} } }],
    function_call: 'auto',
  })
  const schema = { type: 'object', properties: { a: { type: 'string' } } }
  const formed = written({ response_format: { type: 'json_schema', json_schema: { name: 'person', schema } } })
  assert.deepEqual(formed.body['function_call'], { name: 'person' })
  assert.equal(formed.undo.jsonTool, 'person')
})

const answer = {
  role: 'assistant',
  content: '',
  function_call: { name: 'person', arguments: { name: 'Ada' } },
  functions_state_id: 's',
}
const usage = { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25, precached_prompt_tokens: 8 }

test('a call becomes a call, and the answer where it stands for a schema', () => {
  const body = { choices: [{ index: 0, message: answer, finish_reason: 'function_call' }], usage, model: 'GigaChat:2' }
  const called = readReply(body)
  assert.equal(called.choices[0]?.stop, 'tool')
  const call = called.choices[0].blocks.find((block) => block.type === 'call')
  assert.equal(call?.input, '{"name":"Ada"}')
  assert.equal(called.usage?.cacheRead, 8)
  const [formed] = readReply(body, { jsonTool: 'person' }).choices
  assert.deepEqual(
    formed?.blocks
      .filter((block) => block.type === 'text')
      .map(({ text }) => text)
      .join(''),
    '{"name":"Ada"}',
  )
  assert.equal(readReply({ choices: [{ message: { content: '' }, finish_reason: 'blacklist' }] }).choices[0]?.stop, 'filter')
})

const chunk = (delta: JsonObject, reason: string | null = null): JsonObject => ({
  id: 'x',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: reason }],
})
const stream = [
  chunk({ role: 'assistant', content: 'Да ' }),
  chunk({ content: '⚓' }),
  chunk({ function_call: { name: 'f', arguments: { a: 1 } } }, 'function_call'),
]
const sse = [...stream, { choices: [], usage }].map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')

function read(...pieces: readonly Uint8Array[]): ReplyCollector {
  const sink = new ReplyCollector()
  const reader = streamReader(sink)
  const parser = new SseParser((name, data) => reader.event(name, data))
  for (const piece of pieces) parser.push(piece)
  parser.end()
  reader.end()
  return sink
}

test('a stream, cut at every byte', () => {
  const bytes = new TextEncoder().encode(`${sse}data: [DONE]\n\n`)
  for (let at = 0; at <= bytes.length; at++) {
    const { reply, error } = read(bytes.slice(0, at), bytes.slice(at))
    assert.equal(error, undefined)
    assert.equal(reply.choices[0]?.stop, 'tool')
    assert.equal(reply.choices[0].blocks.find((block) => block.type === 'call')?.input, '{"a":1}')
    assert.equal(reply.usage?.cacheRead, 8)
  }
})

test('an error in a stream keeps its kind, and a cut one is no answer', () => {
  const encoder = new TextEncoder()
  assert.equal(read(encoder.encode('data: {"error":{"message":"slow down","code":429}}\n\n')).error?.kind, 'rate_limited')
  assert.equal(read(encoder.encode(`data: ${JSON.stringify(stream[0])}\n\n`)).error?.kind, 'bad_gateway')
})

test('every vector tells its own tokens', () => {
  const reply = {
    data: [
      { embedding: [1], usage: { prompt_tokens: 3 } },
      { embedding: [2], usage: { prompt_tokens: 4 } },
    ],
  }
  const { usage: counted } = { usage: {}, ...(embedding.read(reply, { input: ['a', 'b'] }, target) as JsonObject) }
  assert.deepEqual(counted, { prompt_tokens: 7, total_tokens: 7 })
})
