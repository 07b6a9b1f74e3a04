import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '@switchyard/core'
import { dialects, lossesOf, type ChatRequest, type JsonObject } from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { embedding } from './embed.ts'
import { writes } from './fidelity.ts'
import { cohere, cohereChat } from './index.ts'
import { readReply } from './reply.ts'
import { writeRequest } from './request.ts'
import { writeRequest as writeV1Request } from './v1/request.ts'
import { readReply as readV1Reply } from './v1/reply.ts'

const traits = { id: 'command-a', supports: new Set<string>(), lacks: new Set<string>() }
const chat = (body: JsonObject): ChatRequest => dialects['openai-chat'].readRequest({ model: 'command-a', ...body })
const written = (body: JsonObject): JsonObject => writeRequest(chat(body), traits).body
const hi = [{ role: 'user', content: 'Hi' }]
const tool = (name: string): JsonObject => ({
  type: 'function',
  function: { name, description: name, parameters: { type: 'object' } },
})
const call = { id: 'c1', type: 'function', function: { name: 'get_time', arguments: '{"zone":"UTC"}' } }

test('where each model is asked', async () => {
  const env = { CO_API_KEY: 'k' }
  const cases = [
    ['command-a-03-2025', {}, 'https://api.cohere.com/v2/chat'],
    ['v1/command-r-plus', {}, 'https://api.cohere.com/v1/chat'],
    ['embed-v4.0', { operation: 'embedding' }, 'https://api.cohere.com/v2/embed'],
    ['m', { apiBase: 'https://own.example/v2/chat', apiKey: 'k' }, 'https://own.example/v2/chat'],
    ['m', { apiBase: 'https://own.example/v1', apiKey: 'k' }, 'https://own.example/v2/chat'],
  ] as const
  for (const [model, setting, url] of cases) {
    for (const provider of [cohere, cohereChat]) {
      const sent = await sentBy(provider, {}, { env, model, ...setting })
      assert.equal(sent.url, url)
      assert.deepEqual(sent.headers, { authorization: 'Bearer k' })
    }
  }
  assert.equal(cohere.modelName?.('v1/command-r-plus'), 'command-r-plus')
})

test('parameters under their names, and those of Cohere itself', () => {
  const settings = {
    temperature: 0,
    top_p: 0.5,
    top_k: 9,
    max_completion_tokens: 7,
    stop: 'END',
    seed: 3,
    frequency_penalty: 0.1,
    presence_penalty: 0.2,
  }
  assert.deepEqual(
    written({
      messages: hi,
      ...settings,
      stream: true,
      documents: [{ id: 'd' }],
      user: 'u',
      logit_bias: {},
      safety_mode: 'STRICT',
    }),
    {
      model: 'command-a',
      messages: hi,
      documents: [{ id: 'd' }],
      safety_mode: 'STRICT',
      max_tokens: 7,
      temperature: 0,
      p: 0.5,
      k: 9,
      stop_sequences: ['END'],
      seed: 3,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      stream: true,
    },
  )
})

test('what cannot be said is in the list of losses', () => {
  const request = chat({ messages: hi, n: 2, logprobs: true, logit_bias: { 1: 2 }, user: 'u', seed: 1 })
  assert.deepEqual(
    lossesOf(request, writes)
      .map(({ feature, fidelity }) => `${feature} ${fidelity}`)
      .toSorted(),
    ['logit-bias drops', 'logprobs drops', 'n drops', 'user drops'],
  )
})

test('conversations: developers, pictures, plans, calls and their results', () => {
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } }
  const { messages } = written({
    messages: [
      { role: 'developer', content: 'Be terse.' },
      { role: 'user', content: [{ type: 'text', text: 'What?' }, picture], name: 'ada' },
      { role: 'assistant', content: null, reasoning_content: 'I look it up.', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: '21:04' },
      { role: 'assistant', content: 'Late.', reasoning_content: 'Easy.' },
      { role: 'user', content: [{ type: 'text', text: 'Well?' }] },
    ],
  })
  assert.deepEqual(messages, [
    { role: 'system', content: 'Be terse.' },
    { role: 'user', content: [{ type: 'text', text: 'What?' }, picture] },
    { role: 'assistant', tool_plan: 'I look it up.', tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c1', content: '21:04' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Easy.' },
        { type: 'text', text: 'Late.' },
      ],
    },
    { role: 'user', content: 'Well?' },
  ])
})

test('choices of tools', () => {
  const tools = [tool('a'), tool('b')]
  const chosen = (choice: unknown): unknown => {
    const body = written({ messages: hi, tools, ...(choice === undefined ? {} : { tool_choice: choice }) })
    return [body['tool_choice'], Array.isArray(body['tools']) ? body['tools'].length : 0]
  }
  assert.deepEqual(chosen(undefined), [undefined, 2])
  assert.deepEqual(chosen('auto'), [undefined, 2])
  assert.deepEqual(chosen('none'), ['NONE', 2])
  assert.deepEqual(chosen('required'), ['REQUIRED', 2])
  assert.deepEqual(chosen({ type: 'function', function: { name: 'b' } }), ['REQUIRED', 1])
})

test('formats, strictness and thinking', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }
  const format = (response_format: JsonObject): unknown => written({ messages: hi, response_format })['response_format']
  assert.deepEqual(format({ type: 'json_object' }), { type: 'json_object' })
  assert.deepEqual(format({ type: 'json_schema', json_schema: { name: 'n', schema } }), {
    type: 'json_object',
    json_schema: schema,
  })
  assert.equal(format({ type: 'text' }), undefined)
  const strict = { type: 'function', function: { name: 'a', parameters: schema, strict: true } }
  assert.equal(written({ messages: hi, tools: [strict] })['strict_tools'], true)
  const thinking = (more: JsonObject, supports: readonly string[]): unknown =>
    writeRequest(chat({ messages: hi, ...more }), { ...traits, supports: new Set(supports) }).body['thinking']
  assert.deepEqual(thinking({ reasoning_effort: 'none' }, ['reasoning']), { type: 'disabled' })
  assert.deepEqual(thinking({ reasoning_effort: 'high' }, ['reasoning']), { type: 'enabled' })
  assert.deepEqual(thinking({ thinking: { type: 'enabled', budget_tokens: 512 } }, ['reasoning']), {
    type: 'enabled',
    token_budget: 512,
  })
  assert.equal(thinking({ reasoning_effort: 'high' }, ['function_calling']), undefined)
})

test('a reply with thinking, a plan, calls and citations', () => {
  const source = { type: 'document', id: 'd1', document: { title: 'Log', url: 'https://log.example', text: 'Ada came.' } }
  const reply = readReply({
    id: 'r1',
    message: {
      content: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'Ada is here.' },
      ],
      citations: [{ start: 0, end: 3, text: 'Ada', sources: [source], content_index: 1 }],
      tool_plan: 'Look.',
      tool_calls: [call],
    },
    finish_reason: 'TOOL_CALL',
    usage: {
      billed_units: { input_tokens: 9, output_tokens: 7 },
      tokens: { input_tokens: 11, output_tokens: 8 },
      cached_tokens: 4,
    },
  })
  assert.equal(reply.id, 'r1')
  assert.deepEqual(reply.choices, [
    {
      index: 0,
      blocks: [
        { type: 'reasoning', text: 'Look.' },
        { type: 'reasoning', text: 'Hm.' },
        {
          type: 'text',
          text: 'Ada is here.',
          citations: [{ start: 0, end: 3, url: 'https://log.example', title: 'Log', citedText: 'Ada came.' }],
        },
        { type: 'call', id: 'c1', name: 'get_time', input: '{"zone":"UTC"}' },
      ],
      stop: 'tool',
      rawStop: 'TOOL_CALL',
    },
  ])
  assert.deepEqual([reply.usage?.input, reply.usage?.output, reply.usage?.cacheRead], [11, 8, 4])
})

test('ends: limits and filters are told, failures are failures', () => {
  const ended = (reason: string): JsonObject => ({ message: { content: [{ type: 'text', text: 'x' }] }, finish_reason: reason })
  const stops = { COMPLETE: 'stop', STOP_SEQUENCE: 'stop', MAX_TOKENS: 'length', ERROR_TOXIC: 'filter' }
  for (const [reason, stop] of Object.entries(stops)) assert.equal(readReply(ended(reason)).choices[0]?.stop, stop)
  assert.throws(() => readReply(ended('ERROR')), { kind: 'internal' })
  assert.throws(() => readReply(ended('TIMEOUT')), { kind: 'timeout' })
  assert.throws(() => readReply({ id: 'x' }), { kind: 'bad_reply' })
})

test('v1: history, preamble, definitions of tools, and results by their calls', () => {
  const properties = { zone: { type: 'string', description: 'Zone' }, at: { type: 'integer' } }
  const clock = {
    type: 'function',
    function: { name: 'get_time', description: 'Clock', parameters: { type: 'object', properties, required: ['zone'] } },
  }
  const twice = [call, { ...call, id: 'c2' }]
  const { body } = writeV1Request(
    chat({
      model: 'command-r',
      tools: [clock],
      messages: [
        { role: 'system', content: 'Be terse.' },
        { role: 'user', content: 'When?' },
        { role: 'assistant', content: 'Wait.', tool_calls: twice },
        { role: 'tool', tool_call_id: 'c1', content: '21:04' },
        { role: 'tool', tool_call_id: 'c2', content: '{"hour":9}' },
      ],
    }),
  )
  const made = { name: 'get_time', parameters: { zone: 'UTC' } }
  assert.deepEqual(body, {
    model: 'command-r',
    message: '',
    tool_results: [
      { call: made, outputs: [{ result: '21:04' }] },
      { call: made, outputs: [{ hour: 9 }] },
    ],
    chat_history: [
      { role: 'USER', message: 'When?' },
      { role: 'CHATBOT', message: 'Wait.', tool_calls: [made, made] },
    ],
    preamble: 'Be terse.',
    tools: [
      {
        name: 'get_time',
        description: 'Clock',
        parameter_definitions: {
          zone: { description: 'Zone', type: 'string', required: true },
          at: { description: '', type: 'integer', required: false },
        },
      },
    ],
  })
  const reply = readV1Reply({
    text: '',
    generation_id: 'g',
    finish_reason: 'COMPLETE',
    tool_calls: [made],
    meta: { billed_units: { input_tokens: 5, output_tokens: 6 }, tokens: { input_tokens: 50, output_tokens: 6 } },
  })
  assert.deepEqual([reply.choices[0]?.stop, reply.usage?.input, reply.choices[0]?.blocks.length], ['tool', 5, 1])
})

test('errors by what they say', () => {
  const endpoint = cohere.endpoints.chat?.[0]
  const kind = (status: number, body: unknown): string | undefined => endpoint?.speaks?.readError(status, body).kind
  assert.equal(kind(401, { message: 'invalid api token' }), 'auth')
  assert.equal(kind(400, { message: 'too many tokens: size limit exceeded by 812 tokens.' }), 'context_length')
  assert.equal(kind(498, { message: 'blocked' }), 'bad_request')
  assert.equal(kind(429, { message: 'past the limit' }), 'rate_limited')
  assert.equal(kind(502, '<html>Bad gateway</html>'), 'bad_gateway')
})

const target: Target = { model: 'embed-v4.0', baseUrl: 'https://api.cohere.com', key: undefined, params: {}, traits }

test('embeddings: texts, pictures, types and what is billed', () => {
  const json = (body: JsonObject): unknown => {
    const payload = embedding.write(body, target, [])
    return 'json' in payload ? payload.json : undefined
  }
  assert.deepEqual(json({ input: 'a', dimensions: 256, encoding_format: 'base64', user: 'u', truncate: 'END' }), {
    model: 'embed-v4.0',
    texts: ['a'],
    input_type: 'search_document',
    embedding_types: ['float'],
    output_dimension: 256,
    truncate: 'END',
  })
  const picture = 'data:image/png;base64,AAAA'
  assert.deepEqual(json({ input: [picture], embedding_types: ['int8'] }), {
    model: 'embed-v4.0',
    images: [picture],
    input_type: 'image',
    embedding_types: ['int8'],
  })
  const read = (reply: JsonObject): unknown => embedding.read(reply, {}, target)
  const expected = (usage: JsonObject): JsonObject => ({
    object: 'list',
    model: 'embed-v4.0',
    data: [{ object: 'embedding', index: 0, embedding: [0.5, 1] }],
    usage,
  })
  assert.deepEqual(
    read({ embeddings: { float: [[0.5, 1]] }, meta: { billed_units: { input_tokens: 8 } } }),
    expected({ prompt_tokens: 8, total_tokens: 8, prompt_tokens_details: { text_tokens: 8 } }),
  )
  assert.deepEqual(
    read({ embeddings: [[0.5, 1]], meta: { billed_units: { images: 1 } } }),
    expected({ prompt_tokens: 1, total_tokens: 1, prompt_tokens_details: { image_tokens: 1 } }),
  )
  assert.throws(() => read({ embeddings: {} }), { kind: 'bad_reply' })
})
