import assert from 'node:assert/strict'
import test from 'node:test'
import type { ModelTraits } from '../../dialect.ts'
import type { ChatReply, ChatRequest } from '../../hub.ts'
import { features } from '../../loss.ts'
import { makeUsage } from '../../usage.ts'
import { openaiChat } from './index.ts'

const traits: ModelTraits = { id: 'm', supports: new Set(), lacks: new Set() }
const request: ChatRequest = {
  model: 'm',
  stream: true,
  system: [{ type: 'text', text: 'Be terse.', cache: {} }],
  turns: [
    { role: 'user', blocks: [{ type: 'text', text: 'Weather?' }] },
    {
      role: 'assistant',
      blocks: [
        { type: 'reasoning', text: 'hm', signature: 'sig' },
        { type: 'text', text: 'Checking.' },
        { type: 'call', id: 'toolu_1', name: 'mcp.get', input: '' },
        { type: 'native', dialect: 'anthropic-messages', data: { type: 'server_tool_use' } },
      ],
    },
    {
      role: 'user',
      blocks: [
        {
          type: 'result',
          callId: 'toolu_1',
          isError: true,
          content: [
            { type: 'text', text: 'boom' },
            { type: 'media', media: 'image', source: { kind: 'data', base64: 'AA==' }, mimeType: 'image/png' },
          ],
        },
        {
          type: 'result',
          callId: 'toolu_2',
          content: [{ type: 'media', media: 'image', source: { kind: 'url', url: 'https://x.example' } }],
        },
        { type: 'text', text: 'Well?' },
      ],
    },
  ],
  tools: [
    { name: 'mcp.get', description: 'd', schema: { type: 'object' } },
    { name: 'mcp_get', schema: { type: 'object' } },
    { name: 'web_search', hosted: true, extra: { dialect: 'anthropic-messages', fields: { type: 'web_search_20250305' } } },
  ],
  toolChoice: { mode: 'named', name: 'mcp.get' },
  reasoning: { budget: 2500 },
  sampling: { maxTokens: 100, topK: 3 },
  extra: { dialect: 'anthropic-messages', fields: { context_management: {} } },
}

test('another dialect’s request is written in plain OpenAI form', () => {
  const { body, undo } = openaiChat.writeRequest(request, traits)
  assert.deepEqual(body, {
    model: 'm',
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'Be terse.' }] },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: 'Checking.',
        tool_calls: [{ id: 'toolu_1', type: 'function', function: { name: 'mcp_get_2', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'boom' },
      { role: 'tool', tool_call_id: 'toolu_2', content: 'The result is in the next message.' },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
          { type: 'image_url', image_url: { url: 'https://x.example' } },
          { type: 'text', text: 'Well?' },
        ],
      },
    ],
    stream: true,
    stream_options: { include_usage: true },
    top_k: 3,
    max_tokens: 100,
    tools: [
      { type: 'function', function: { name: 'mcp_get_2', description: 'd', parameters: { type: 'object' } } },
      { type: 'function', function: { name: 'mcp_get', parameters: { type: 'object' } } },
    ],
    tool_choice: { type: 'function', function: { name: 'mcp_get_2' } },
    reasoning_effort: 'medium',
  })
  assert.deepEqual([...(undo.toolNames ?? [])], [['mcp_get_2', 'mcp.get']])
})

test('extensions are written where the model’s traits name them', () => {
  const supports = new Set(['reasoning_content', 'thinking_blocks', 'cache_control'])
  const { body } = openaiChat.writeRequest(request, { ...traits, supports })
  const text = JSON.stringify(body.messages)
  assert.match(text, /"text":"Be terse\.","cache_control":\{"type":"ephemeral"\}/)
  assert.match(text, /"reasoning_content":"hm","thinking_blocks":\[\{"type":"thinking","thinking":"hm","signature":"sig"\}\]/)
})

test('a budget becomes a level that the model has', () => {
  const effort = (budget: number, reasoningLevels?: readonly string[]): unknown =>
    openaiChat.writeRequest(
      { ...request, reasoning: { budget } },
      { ...traits, ...(reasoningLevels === undefined ? {} : { reasoningLevels }) },
    ).body.reasoning_effort
  assert.deepEqual([effort(0), effort(1), effort(2048), effort(32000)], ['none', 'low', 'medium', 'high'])
  assert.deepEqual([effort(0, ['low']), effort(32000, ['low', 'max'])], ['low', 'max'])
})

const usage = makeUsage({
  input: 100,
  output: 50,
  cacheRead: 40,
  cacheWrite: 20,
  cacheWrite1h: 5,
  reasoning: 10,
  webSearches: 2,
  statedCostUsd: 0.1,
})
const reply: ChatReply = {
  id: '',
  model: 'claude',
  created: 0,
  usage,
  choices: [
    {
      index: 0,
      stop: 'tool',
      rawStop: 'tool_use',
      blocks: [
        { type: 'reasoning', text: 'think', signature: 'sig' },
        { type: 'reasoning', text: '', sealed: 'cmVk' },
        { type: 'text', text: 'One. ' },
        { type: 'text', text: 'Two.', citations: [{ url: 'https://x.example', title: 'X' }, { citedText: 'no url' }] },
        { type: 'media', media: 'image', source: { kind: 'data', base64: 'AA==' }, mimeType: 'image/png' },
        { type: 'call', id: 'toolu_1', name: 'a', input: '', signature: 'c2ln' },
      ],
    },
  ],
}
const echo = { model: 'asked', request: { ...request, tools: [] }, callId: 'uuid', now: 1767225600 }

test('another dialect’s reply is printed with the extensions of LiteLLM', () => {
  const body = openaiChat.writeReply(reply, echo)
  assert.deepEqual(body, {
    id: 'chatcmpl-uuid',
    object: 'chat.completion',
    created: 1767225600,
    model: 'asked',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'One. Two.',
          refusal: null,
          reasoning_content: 'think',
          thinking_blocks: [
            { type: 'thinking', thinking: 'think', signature: 'sig' },
            { type: 'redacted_thinking', data: 'cmVk' },
          ],
          annotations: [
            { type: 'url_citation', url_citation: { url: 'https://x.example', title: 'X', start_index: 5, end_index: 9 } },
          ],
          images: [{ type: 'image_url', index: 0, image_url: { url: 'data:image/png;base64,AA==', detail: 'auto' } }],
          tool_calls: [
            {
              index: 0,
              id: 'toolu_1',
              type: 'function',
              function: { name: 'a', arguments: '{}' },
              provider_specific_fields: { thought_signature: 'c2ln' },
            },
          ],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
      },
    ],
    usage: body.usage,
  })
  assert.deepEqual(openaiChat.readUsage(body), usage)
})

test('usage says what the provider counts, and kinds of tokens that were used', () => {
  const written = (parts: Parameters<typeof makeUsage>[0]): unknown =>
    openaiChat.writeReply({ ...reply, choices: [], usage: makeUsage({ input: 10, output: 5, ...parts }) }, echo).usage
  const sums = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
  const said = { reasoning_tokens: 0, text_tokens: 5 }
  assert.deepEqual(written({}), {
    ...sums,
    prompt_tokens_details: { cached_tokens: 0, text_tokens: 10 },
    completion_tokens_details: said,
  })
  assert.deepEqual(written({ countsCacheWrites: true }), {
    ...sums,
    prompt_tokens_details: { cached_tokens: 0, cache_creation_tokens: 0, cache_write_tokens: 0, text_tokens: 10 },
    completion_tokens_details: said,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  })
  assert.deepEqual(written({ inputAudio: 4 }), {
    ...sums,
    prompt_tokens_details: { cached_tokens: 0, text_tokens: 6, audio_tokens: 4 },
    completion_tokens_details: said,
  })
})

test('thoughts that nobody counted are estimated, as far as there is output', () => {
  const written = (text: string, parts: Parameters<typeof makeUsage>[0]): unknown => {
    const choices = [{ index: 0, stop: 'stop' as const, blocks: [{ type: 'reasoning' as const, text }] }]
    return openaiChat.writeReply({ ...reply, choices, usage: makeUsage({ input: 10, output: 5, ...parts }) }, echo).usage
  }
  const details = (reasoning: number): unknown => ({
    completion_tokens_details: { reasoning_tokens: reasoning, text_tokens: 5 - reasoning },
  })
  assert.partialDeepStrictEqual(written('A thought.', {}), details(3))
  assert.partialDeepStrictEqual(written('A thought.', { reasoning: 4 }), details(4))
  assert.partialDeepStrictEqual(written('A thought that is longer than all output.', {}), details(5))
})

test('thoughts without a signature are thinking blocks too', () => {
  const thought = { index: 0, stop: 'stop', blocks: [{ type: 'reasoning', text: 'Hm.' }] } as const
  const body = openaiChat.writeReply({ ...reply, choices: [thought] }, echo)
  assert.partialDeepStrictEqual(body.choices, [
    { message: { reasoning_content: 'Hm.', thinking_blocks: [{ type: 'thinking', thinking: 'Hm.' }] } },
  ])
})

test('a client that declared functions gets a function_call', () => {
  const legacy = openaiChat.readRequest({ model: 'm', messages: [{ role: 'user', content: 'x' }], functions: [{ name: 'a' }] })
  const body = JSON.stringify(openaiChat.writeReply(reply, { ...echo, request: legacy }))
  assert.match(body, /"function_call":\{"name":"a","arguments":"\{\}"\}/)
  assert.match(body, /"finish_reason":"function_call"/)
})

test('the fidelity table names every feature', () => {
  assert.deepEqual(Object.keys(openaiChat.writes).toSorted(), [...features].toSorted())
})

test('a user id of another dialect is cut to what OpenAI takes', () => {
  const { body } = openaiChat.writeRequest({ ...request, user: 'u'.repeat(180) }, traits)
  assert.equal(body.user, 'u'.repeat(64))
})

test('not storing, which another dialect must ask for, is not said where it is the default', () => {
  assert.equal('store' in openaiChat.writeRequest({ ...request, store: false }, traits).body, false)
  assert.equal(openaiChat.writeRequest({ ...request, store: true }, traits).body.store, true)
})
