import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  concat,
  dialects,
  isGatewayError,
  objectsOf,
  SseParser,
  type EventSink,
  type JsonObject,
  type ModelTraits,
} from '@switchyard/wire'
import { awsEvent, awsException } from '../../../aws/event-stream.fixture.ts'
import { converseReframer } from '../reframers.ts'
import { converseFamily, converseOf } from './index.ts'

const chat = dialects['openai-chat']

const traitsOf = (id: string, ...supports: string[]): ModelTraits => ({ id, supports: new Set(supports), lacks: new Set() })

/** A chat body as Converse gets it. */
function written(model: string, body: JsonObject, ...supports: string[]): JsonObject {
  const request = chat.readRequest({ model, messages: [{ role: 'user', content: 'Hi.' }], ...body })
  const dialect = converseOf.get(converseFamily(model))
  assert.ok(dialect !== undefined)
  return dialect.writeRequest(request, traitsOf(model, ...supports)).body
}

const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const reasons = 'reasoning'

const user = (...content: JsonObject[]): JsonObject => ({ role: 'user', content })

test('roles alternate, system stands apart, results come with their calls', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Look.' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c:1', type: 'function', function: { name: 'snap', arguments: '{"n":1}' } }],
    },
    { role: 'tool', tool_call_id: 'c:1', content: '' },
    { role: 'user', content: 'And?' },
  ]
  const body = written(claude, { messages, tools: [{ type: 'function', function: { name: 'snap' } }] })
  assert.deepEqual(body['system'], [{ text: 'Be brief.' }])
  assert.deepEqual(body['messages'], [
    user({ text: 'Look.' }),
    { role: 'assistant', content: [{ toolUse: { toolUseId: 'c_1', name: 'snap', input: { n: 1 } } }] },
    user({ toolResult: { toolUseId: 'c_1', content: [{ text: '(no output)' }] } }, { text: 'And?' }),
  ])
})

test('images, documents and videos by format; two documents of one name', () => {
  const file = { type: 'file', file: { filename: 'Q1 report.final.pdf', file_data: 'data:application/pdf;base64,QUJD' } }
  const content = [
    { type: 'image_url', image_url: { url: 'data:image/jpg;base64,QUJD' } },
    file,
    file,
    { type: 'video_url', video_url: { url: 's3://films/a.mp4' } },
  ]
  const body = written('us.amazon.nova-pro-v1:0', { messages: [{ role: 'user', content }] })
  assert.deepEqual(body['messages'], [
    user(
      { image: { format: 'jpeg', source: { bytes: 'QUJD' } } },
      { document: { format: 'pdf', name: 'Q1 report final', source: { bytes: 'QUJD' } } },
      { document: { format: 'pdf', name: 'Q1 report final 2', source: { bytes: 'QUJD' } } },
      { video: { format: 'mp4', source: { s3Location: { uri: 's3://films/a.mp4' } } } },
      { text: '.' },
    ),
  ])
})

test('media at other addresses are refused in words', () => {
  const content = [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }]
  assert.throws(() => written(claude, { messages: [{ role: 'user', content }] }), /from S3/)
})

test('cache marks are cache points where the model has a cache, for an hour where it may', () => {
  const content = [{ type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } }]
  const messages = [{ role: 'user', content }]
  const point = (more: JsonObject): JsonObject => ({ cachePoint: { type: 'default', ...more } })
  assert.deepEqual(written(claude, { messages }, 'prompt_caching')['messages'], [user({ text: 'Long.' }, point({ ttl: '1h' }))])
  const old = written('anthropic.claude-3-7-sonnet-20250219-v1:0', { messages }, 'prompt_caching')
  assert.deepEqual(old['messages'], [user({ text: 'Long.' }, point({}))])
  assert.deepEqual(written(claude, { messages })['messages'], [user({ text: 'Long.' })])
})

test('an effort is said as each family says it', () => {
  const additional = (model: string, ...supports: string[]): unknown =>
    written(model, { reasoning_effort: 'medium' }, ...supports)['additionalModelRequestFields']
  assert.deepEqual(additional(claude, reasons), { thinking: { type: 'enabled', budget_tokens: 2048 } })
  assert.deepEqual(additional('openai.gpt-oss-120b-1:0', reasons), { reasoning_effort: 'medium' })
  assert.deepEqual(additional('openai.gpt-5.4', reasons), { reasoning: { effort: 'medium' } })
  assert.deepEqual(additional('us.amazon.nova-2-lite-v1:0', reasons), {
    reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' },
  })
  assert.equal(additional('us.deepseek.r1-v1:0', reasons), undefined)
})

test('fields of Bedrock and of the model travel, those of the gateway and of AWS do not', () => {
  const body = written(claude, {
    guardrailConfig: { guardrailIdentifier: 'g' },
    service_tier: 'auto',
    metadata: { team: 'orc', user_id: 'x' },
    top_a: 3,
    tags: ['t'],
    aws_secret_access_key: 'never',
    additionalModelRequestFields: { own: 1 },
  })
  assert.deepEqual(body['guardrailConfig'], { guardrailIdentifier: 'g' })
  assert.deepEqual(body['serviceTier'], { type: 'default' })
  assert.deepEqual(body['requestMetadata'], { team: 'orc' })
  assert.deepEqual(body['additionalModelRequestFields'], { top_a: 3, own: 1 })
  assert.ok(!JSON.stringify(body).includes('never'))
})

const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false }
const wish = { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } }

test('a schema is a format where the model has one, else a tool, forced only where it may be', () => {
  const native = written(claude, wish, 'native_structured_output')['outputConfig']
  assert.deepEqual(native, {
    textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: JSON.stringify(schema), name: 'answer' } } },
  })
  const forced = written('openai.gpt-oss-120b-1:0', wish, 'tool_choice')['toolConfig']
  const { additionalProperties: _, ...open } = schema
  const toolSpec = { name: 'json_tool_call', description: 'json_tool_call', inputSchema: { json: open } }
  assert.deepEqual(forced, { tools: [{ toolSpec }], toolChoice: { tool: { name: 'json_tool_call' } } })
  assert.deepEqual(written('meta.llama3-1-70b-instruct-v1:0', wish, 'function_calling')['toolConfig'], { tools: [{ toolSpec }] })
})

test('a named tool of a model that can only be told to call any is offered alone', () => {
  const tool = (name: string): JsonObject => ({ type: 'function', function: { name, parameters: schema } })
  const config = written('mistral.mistral-large-2402-v1:0', {
    tools: [tool('a'), tool('b')],
    tool_choice: { type: 'function', function: { name: 'b' } },
  })['toolConfig']
  assert.deepEqual(config, { tools: [{ toolSpec: { name: 'b', inputSchema: { json: schema } } }], toolChoice: { any: {} } })
})

test('what a family lacks stands in its losses', () => {
  assert.equal(converseOf.get('llama')?.writes['tool-choice'], 'drops')
  assert.equal(converseOf.get('deepseek-r1')?.writes.tools, 'drops')
  assert.equal(converseOf.get('claude')?.writes['sealed-reasoning'], 'keeps')
})

test('a reply: reasoning, text, calls by the client’s names, usage with cache and thinking', () => {
  const content = [
    { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
    { reasoningContent: { redactedContent: 'c2VhbGVk' } },
    { text: 'Yo.' },
    { toolUse: { toolUseId: 't1', name: 'a1_x', input: { n: 1 } } },
  ]
  const reply = converseOf.get('claude')?.readReply(
    {
      output: { message: { role: 'assistant', content } },
      stopReason: 'tool_use',
      usage: {
        inputTokens: 10,
        outputTokens: 50,
        cacheReadInputTokens: 5,
        cacheWriteInputTokens: 7,
        cacheDetails: [{ ttl: '1h', inputTokens: 4 }],
      },
      additionalModelResponseFields: { usage: { output_tokens_details: { thinking_tokens: 30 } } },
      serviceTier: { type: 'priority' },
    },
    { toolNames: new Map([['a1_x', '1.x']]) },
  )
  const [choice] = reply?.choices ?? []
  assert.equal(choice?.stop, 'tool')
  assert.deepEqual(choice?.blocks, [
    { type: 'reasoning', text: 'hm', signature: 's' },
    { type: 'reasoning', text: '', sealed: 'c2VhbGVk' },
    { type: 'text', text: 'Yo.' },
    { type: 'call', id: 't1', name: '1.x', input: '{"n":1}' },
  ])
  const { input, output, cacheRead, cacheWrite, cacheWrite1h, reasoning, serviceTier } = reply?.usage ?? {}
  assert.deepEqual(
    [input, output, cacheRead, cacheWrite, cacheWrite1h, reasoning, serviceTier],
    [22, 50, 5, 7, 4, 30, 'priority'],
  )
})

const streamed = [
  awsEvent('messageStart', { role: 'assistant' }),
  awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { text: 'hm ⚓' } } }),
  awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { signature: 's' } } }),
  awsEvent('contentBlockStop', { contentBlockIndex: 0 }),
  awsEvent('contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'Yo ⚓' } }),
  awsEvent('contentBlockStop', { contentBlockIndex: 1 }),
  awsEvent('contentBlockStart', { contentBlockIndex: 2, start: { toolUse: { toolUseId: 't1', name: 'snap' } } }),
  awsEvent('contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: '{"n"' } } }),
  awsEvent('contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: ':1}' } } }),
  awsEvent('contentBlockStop', { contentBlockIndex: 2 }),
  awsEvent('messageStop', { stopReason: 'tool_use' }),
  awsEvent('metadata', { usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 }, metrics: { latencyMs: 1 } }),
]

/** What a client's sink sees of these bytes. */
function read(pieces: readonly Uint8Array[], jsonTool?: string): string {
  const seen: string[] = []
  const sink: EventSink = {
    event: (event) => seen.push(JSON.stringify(event)),
    fail: (error) => seen.push(`fail ${error.kind}`),
    end: () => seen.push('end'),
  }
  const reader = converseOf.get('claude')?.reader(sink, jsonTool === undefined ? {} : { jsonTool })
  const parser = new SseParser((name, data) => reader?.event(name, data))
  const reframer = converseReframer()
  const encoder = new TextEncoder()
  for (const piece of pieces) parser.push(encoder.encode(reframer.push(piece)))
  parser.push(encoder.encode(reframer.end()))
  parser.end()
  reader?.end()
  return seen.join('\n')
}

test('a stream, cut at every byte, is the same events', () => {
  const bytes = concat(streamed)
  const whole = read([bytes])
  assert.match(whole, /"seed":\{"type":"call","id":"t1","name":"snap","input":""\}/)
  assert.match(whole, /"type":"stop","choice":0,"stop":"tool","rawStop":"tool_use"\}\n\{"type":"usage"/)
  assert.ok(whole.endsWith('\nend'))
  for (let at = 1; at < bytes.length; at++) assert.equal(read([bytes.slice(0, at), bytes.slice(at)]), whole, `cut at ${at}`)
})

test('beside calls alone a chat has an empty text, and other clients have none', () => {
  const dialect = converseOf.get(converseFamily(claude))
  assert.ok(dialect !== undefined)
  const content = [{ toolUse: { toolUseId: 't', name: 'f', input: {} } }]
  const reply = dialect.readReply({ output: { message: { content } }, stopReason: 'tool_use' })
  const request = chat.readRequest({ model: claude, messages: [{ role: 'user', content: 'Hi.' }] })
  const echo = { model: claude, request, callId: 'c', now: 1 }
  assert.partialDeepStrictEqual(chat.writeReply(reply, echo), { choices: [{ message: { content: '' } }] })
  const typesIn = (blocks: unknown): readonly unknown[] => objectsOf(blocks).map(({ type }) => type)
  assert.deepEqual(typesIn(dialects['anthropic-messages'].writeReply(reply, echo)['content']), ['tool_use'])
  assert.deepEqual(typesIn(dialects['openai-responses'].writeReply(reply, echo)['output']), ['function_call'])
})

test('a stream that ends before its last event is no success', () => {
  assert.match(read(streamed.slice(0, 8)), /fail bad_gateway$/)
  const bytes = concat(streamed)
  const cut = bytes.slice(0, bytes.length - 120 - (streamed[11]?.length ?? 0))
  assert.match(read([cut]), /fail bad_gateway$/)
})

const exceptions: readonly (readonly [type: string, message: string, kind: string])[] = [
  ['throttlingException', 'Too many tokens', 'rate_limited'],
  ['internalServerException', 'boom', 'internal'],
  ['modelStreamErrorException', 'boom', 'bad_gateway'],
  ['serviceUnavailableException', 'busy', 'unavailable'],
  ['modelTimeoutException', 'late', 'timeout'],
  ['validationException', 'bad field', 'bad_request'],
  ['validationException', 'Input is too long for requested model.', 'context_length'],
]
for (const [type, message, kind] of exceptions)
  test(`an exception inside a stream keeps its kind: ${type} ${message}`, () => {
    assert.ok(read([...streamed.slice(0, 5), awsException(type, message)]).endsWith(`fail ${kind}`))
  })

test('the answer of a schema’s tool is text, and no call is left', () => {
  const pieces = [
    ...streamed.slice(0, 1),
    awsEvent('contentBlockStart', { contentBlockIndex: 0, start: { toolUse: { toolUseId: 't', name: 'json_tool_call' } } }),
    awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { toolUse: { input: '{"a":1}' } } }),
    ...streamed.slice(10),
  ]
  const seen = read(pieces, 'json_tool_call')
  assert.match(seen, /"seed":\{"type":"text","text":""\}/)
  assert.match(seen, /"stop":"stop","rawStop":"tool_use"/)
})

test('bytes that are no event stream are refused', () => {
  assert.throws(() => read([new TextEncoder().encode('<html>502 Bad Gateway</html>')]), RangeError)
})

test('error replies by their words', () => {
  const readError = converseOf.get('claude')?.readError
  const kindOf = (status: number, body: unknown): string | undefined => {
    const error = readError?.(status, body)
    return isGatewayError(error) ? error.kind : undefined
  }
  assert.equal(kindOf(403, { message: 'The security token included in the request is invalid.' }), 'auth')
  assert.equal(kindOf(403, { message: "You don't have access to the model with the specified model ID." }), 'forbidden')
  assert.equal(kindOf(400, { __type: 'com.amazon#ThrottlingException', message: 'slow' }), 'rate_limited')
  assert.equal(kindOf(429, { message: 'Too many tokens, please wait' }), 'rate_limited')
  assert.equal(kindOf(424, { OriginalMessage: 'CUDA out of memory', Message: 'wrapped' }), 'bad_request')
})

test('Nova searches the web by a tool of the service, however it was wished for', () => {
  const nova = 'us.amazon.nova-pro-v1:0'
  const search = { systemTool: { name: 'nova_grounding' } }
  assert.deepEqual(written(nova, { web_search_options: { search_context_size: 'low' } })['toolConfig'], { tools: [search] })
  assert.deepEqual(written(nova, { tools: [{ type: 'web_search' }], tool_choice: 'none' })['toolConfig'], undefined)
  const snap = { type: 'function', function: { name: 'snap' } }
  const both = written(nova, { tools: [snap, { type: 'web_search_preview' }], tool_choice: 'required' })
  assert.deepEqual(both['toolConfig'], {
    tools: [{ toolSpec: { name: 'snap', inputSchema: { json: { type: 'object', properties: {} } } } }, search],
    toolChoice: { any: {} },
  })
  assert.equal(written('meta.llama3-1-8b-instruct-v1:0', { web_search_options: {} })['toolConfig'], undefined)
})

test('a tool that the service ran is not the client’s to run', () => {
  const ran = { toolUse: { toolUseId: 't', name: 'nova_grounding', type: 'server_tool_use', input: { query: 'x' } } }
  const cited = { citationsContent: { citations: [{ location: { web: { url: 'https://a.example', domain: 'a' } } }] } }
  const content = [{ text: 'Look: ' }, ran, { toolResult: { toolUseId: 't', content: [] } }, { text: 'sun' }, cited]
  const dialect = converseOf.get('nova')
  const reply = dialect?.readReply({ output: { message: { role: 'assistant', content } }, stopReason: 'end_turn' }, {})
  assert.deepEqual(
    reply?.choices[0]?.blocks.map(({ type }) => type),
    ['text', 'text', 'text'],
  )
  assert.equal(reply?.choices[0]?.stop, 'stop')
})
