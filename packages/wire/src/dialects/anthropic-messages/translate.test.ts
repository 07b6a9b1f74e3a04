import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ModelTraits, Written } from '../../dialect.ts'
import type { Block, ChatRequest, DialectId, Tool, Turn } from '../../hub.ts'
import { objectsOf, type JsonObject } from '../../json.ts'
import { anthropicMessages as dialect, betasFor } from './index.ts'
import { anyRequest, traits } from './test-kit.ts'

const say = (text: string): Block => ({ type: 'text', text })
const user = (...blocks: Block[]): Turn => ({ role: 'user', blocks })
const assistant = (...blocks: Block[]): Turn => ({ role: 'assistant', blocks })
const weather: Tool = { name: 'get_weather', schema: { type: 'object', properties: { city: { type: 'string' } } } }
const hosted = (fields: JsonObject, from: DialectId = 'openai-chat'): Tool => ({
  name: String(fields.type),
  hosted: true,
  extra: { dialect: from, fields },
})
const budgeted = ['reasoning', 'native_structured_output']
const adaptive = [...budgeted, 'adaptive_thinking', 'max_reasoning_effort']

function translate(request: Partial<ChatRequest>, model: ModelTraits = traits(budgeted)): Written {
  return dialect.writeRequest({ ...anyRequest, turns: [user(say('hi'))], ...request }, model)
}
const bodyOf = (request: Partial<ChatRequest>, model?: ModelTraits): JsonObject => translate(request, model).body
const messagesOf = (...turns: Turn[]): unknown => bodyOf({ turns }).messages

describe('turns', () => {
  it('merges roles, puts results first and keeps marks', () => {
    const results = [
      user({ type: 'result', callId: 'a', content: [say('1')] }),
      user({ type: 'result', callId: 'functions.b:0', content: [say('2')], isError: true, cache: { ttl: '1h' } }),
    ]
    const calls = assistant(
      { type: 'call', id: 'a', name: 'get weather', input: '' },
      { type: 'call', id: 'functions.b:0', name: 'get_weather', input: 'not json' },
    )
    assert.deepEqual(messagesOf(user(say('q')), calls, user(say('wait')), ...results, user(say('well?'))), [
      { role: 'user', content: [{ type: 'text', text: 'q' }] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a', name: 'get_weather_2', input: {} },
          { type: 'tool_use', id: 'functions_b_0', name: 'get_weather', input: { arguments: 'not json' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: '1' },
          {
            type: 'tool_result',
            tool_use_id: 'functions_b_0',
            content: '2',
            is_error: true,
            cache_control: { type: 'ephemeral', ttl: '1h' },
          },
          { type: 'text', text: 'wait' },
          { type: 'text', text: 'well?' },
        ],
      },
    ])
  })

  it('drops empty texts, begins with the user and trims the answer to be continued', () => {
    assert.deepEqual(messagesOf(assistant(say('Welcome.')), user(say(' ')), assistant(say('Sure,  '))), [
      { role: 'user', content: [{ type: 'text', text: '.' }] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Welcome.' },
          { type: 'text', text: 'Sure,' },
        ],
      },
    ])
  })

  it('sends back only reasoning that it signed', () => {
    const turn = assistant(
      { type: 'reasoning', text: 'hm' },
      { type: 'reasoning', text: 'signed', signature: 's' },
      { type: 'reasoning', text: '', sealed: 'x', id: 'rs_1' },
      { type: 'reasoning', text: '', sealed: 'ours' },
      say('ok'),
    )
    assert.partialDeepStrictEqual(objectsOf(messagesOf(user(say('q')), turn))[1]?.content, [
      { type: 'thinking', thinking: 'signed', signature: 's' },
      { type: 'redacted_thinking', data: 'ours' },
      { type: 'text', text: 'ok' },
    ])
  })

  it('makes a mid-conversation system turn the operator’s words, or keeps it where the model knows it', () => {
    const turns: Turn[] = [user(say('hi')), { role: 'system', blocks: [say('Be rude.')] }, user(say('again'))]
    const [merged, ...none] = objectsOf(bodyOf({ turns }).messages)
    assert.deepEqual(none, [])
    assert.equal(objectsOf(merged?.content).length, 4)
    const native = bodyOf({ turns }, traits(['mid_conversation_system'])).messages
    assert.deepEqual(
      objectsOf(native).map(({ role }) => role),
      ['user', 'system', 'user'],
    )
  })

  it('writes media, text files as text, and drops what it cannot hear', () => {
    const data = (mimeType: string, base64: string, media: 'image' | 'document' | 'audio'): Block => ({
      type: 'media',
      media,
      mimeType,
      source: { kind: 'data', base64 },
    })
    const turn = user(
      data('image/png', 'AA==', 'image'),
      data('text/csv', btoa('a,b'), 'document'),
      data('audio/wav', 'AA==', 'audio'),
      { type: 'media', media: 'document', source: { kind: 'file', id: 'file_1' } },
      { type: 'native', dialect: 'openai-chat', data: { type: 'document', source: { type: 'url', url: 'u' } } },
      { type: 'native', dialect: 'gemini', data: { executableCode: {} } },
    )
    const body = bodyOf({ turns: [turn] })
    assert.deepEqual(objectsOf(body.messages)[0]?.content, [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' } },
      { type: 'document', source: { type: 'file', file_id: 'file_1' } },
      { type: 'document', source: { type: 'url', url: 'u' } },
    ])
    assert.deepEqual(betasFor(body), ['files-api-2025-04-14'])
  })
})

describe('tools', () => {
  it('rewrites names, forces object schemas and tells how to undo it', () => {
    const tools: Tool[] = [
      { name: 'a.b' },
      { name: 'a_b', schema: { properties: { x: {} } }, cache: {} },
      { name: 'a b', strict: true },
    ]
    const { body, undo } = translate({ tools, toolChoice: { mode: 'named', name: 'a.b' } })
    assert.deepEqual(body.tools, [
      { type: 'custom', name: 'a_b_2', input_schema: { type: 'object', properties: {} } },
      {
        type: 'custom',
        name: 'a_b',
        cache_control: { type: 'ephemeral' },
        input_schema: { type: 'object', properties: { x: {} } },
      },
      { type: 'custom', name: 'a_b_3', input_schema: { type: 'object', properties: {} } },
    ])
    assert.deepEqual(body.tool_choice, { type: 'tool', name: 'a_b_2' })
    assert.deepEqual(
      [...(undo.toolNames ?? [])],
      [
        ['a_b_2', 'a.b'],
        ['a_b_3', 'a b'],
      ],
    )
  })

  it('writes choices and parallel calls', () => {
    const choiceOf = (more: Partial<ChatRequest>): unknown => bodyOf({ tools: [weather], ...more }).tool_choice
    assert.equal(choiceOf({}), undefined)
    assert.deepEqual(choiceOf({ parallelTools: false }), { type: 'auto', disable_parallel_tool_use: true })
    assert.deepEqual(choiceOf({ toolChoice: { mode: 'required' }, parallelTools: true }), {
      type: 'any',
      disable_parallel_tool_use: false,
    })
    assert.deepEqual(choiceOf({ toolChoice: { mode: 'none' }, parallelTools: false }), { type: 'none' })
    const allowed = bodyOf({ tools: [weather, { name: 'b' }], toolChoice: { mode: 'allowed', names: ['b'], required: true } })
    assert.deepEqual([objectsOf(allowed.tools).map(({ name }) => name), allowed.tool_choice], [['b'], { type: 'any' }])
  })

  it('passes hosted tools, web search and MCP servers, with their betas', () => {
    const body = bodyOf({
      tools: [
        hosted({ type: 'code_execution_20250825', name: 'code_execution' }),
        hosted({ type: 'computer_20250124', function: { name: 'computer', parameters: { display_width_px: 9 } } }),
        hosted(
          { type: 'web_search', search_context_size: 'low', filters: { allowed_domains: ['a.example'] } },
          'openai-responses',
        ),
        hosted({ type: 'mcp', server_label: 'deep', server_url: 'https://mcp.example.com', allowed_tools: ['x'] }),
        hosted({ type: 'file_search', vector_store_ids: [] }, 'openai-responses'),
      ],
      extra: {
        dialect: 'openai-chat',
        fields: { web_search_options: { user_location: { approximate: { city: 'Oslo' } } }, other: 1 },
      },
    })
    assert.deepEqual(body.tools, [
      { type: 'code_execution_20250825', name: 'code_execution' },
      { type: 'computer_20250124', name: 'computer', display_width_px: 9 },
      { type: 'web_search_20250305', name: 'web_search', max_uses: 1, allowed_domains: ['a.example'] },
      { type: 'web_search_20250305', name: 'web_search', user_location: { type: 'approximate', city: 'Oslo' } },
    ])
    assert.partialDeepStrictEqual(body.mcp_servers, [{ type: 'url', url: 'https://mcp.example.com', name: 'deep' }])
    assert.equal(body.other, undefined)
    assert.deepEqual(betasFor(body), ['code-execution-2025-08-25', 'computer-use-2025-01-24', 'mcp-client-2025-04-04'])
  })

  it('stands a tool in for calls of the past', () => {
    const body = bodyOf({ turns: [user(say('q')), assistant({ type: 'call', id: 'a', name: 'f', input: '{}' })] })
    assert.equal(objectsOf(body.tools).length, 1)
    assert.deepEqual(body.tool_choice, { type: 'none' })
  })
})

describe('structured output', () => {
  const schema = {
    type: 'object',
    properties: { n: { $ref: '#/$defs/n' } },
    required: ['n'],
    $defs: { n: { type: 'integer', minimum: 3 } },
  }
  const format = { type: 'schema' as const, name: 'answer', schema }

  it('is native where the model has it, with limits as words', () => {
    const { body, undo } = translate({ format })
    assert.deepEqual(body.output_format, {
      type: 'json_schema',
      schema: {
        type: 'object',
        properties: { n: { type: 'integer', description: '(minimum: 3)' } },
        required: ['n'],
        additionalProperties: false,
      },
    })
    assert.deepEqual(undo, {})
    assert.deepEqual(betasFor(body), ['structured-outputs-2025-11-13'])
  })

  it('is a tool elsewhere, forced unless there are other tools or thinking', () => {
    const { body, undo } = translate({ format }, traits())
    assert.deepEqual(body.tools, [{ name: 'json_tool_call', input_schema: schema }])
    assert.deepEqual(body.tool_choice, { type: 'tool', name: 'json_tool_call' })
    assert.equal(undo.jsonTool, 'json_tool_call')
    assert.deepEqual(bodyOf({ format, tools: [weather] }, traits()).tool_choice, { type: 'any' })
    assert.equal(bodyOf({ format, reasoning: { effort: 'low' } }, traits(['reasoning'])).tool_choice, undefined)
  })

  it('is a tool for a schema that cannot be inlined', () => {
    const tree = { type: 'object', properties: { kids: { type: 'array', items: { $ref: '#' } } } }
    const doubling = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`d${n}`, { anyOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] }]),
    )
    for (const bad of [tree, { $ref: '#/$defs/d0', $defs: doubling }]) {
      assert.equal(translate({ format: { ...format, schema: bad } }).undo.jsonTool, 'json_tool_call')
    }
  })
})

describe('thinking', () => {
  const thinkingOf = (request: Partial<ChatRequest>, model?: ModelTraits): unknown[] => {
    const { thinking, output_config, max_tokens } = bodyOf(request, model)
    return [thinking, output_config, max_tokens]
  }
  const enabled = (budget_tokens: number): unknown => ({ type: 'enabled', budget_tokens })
  const plain: readonly unknown[] = [undefined, undefined, 4096]

  it('has a budget on older models, under max_tokens', () => {
    assert.deepEqual(thinkingOf({ reasoning: { effort: 'high' } }), [enabled(4096), undefined, 8192])
    assert.deepEqual(thinkingOf({ reasoning: { effort: 'minimal' }, sampling: { maxTokens: 9000 } }), [
      enabled(1024),
      undefined,
      9000,
    ])
    assert.deepEqual(thinkingOf({ reasoning: { budget: 4096 }, sampling: { maxTokens: 2000 } }), [enabled(1999), undefined, 2000])
    assert.deepEqual(thinkingOf({ reasoning: { budget: 4096 }, sampling: { maxTokens: 500 } }), [undefined, undefined, 500])
  })

  it('is adaptive on newer ones', () => {
    const display = { type: 'adaptive', display: 'summarized' }
    const model = traits(adaptive, { maxOutput: 128000 })
    assert.deepEqual(thinkingOf({ reasoning: { effort: 'minimal' } }, model), [display, { effort: 'low' }, 128000])
    assert.deepEqual(thinkingOf({ reasoning: { effort: 'max' } }, model), [display, { effort: 'max' }, 128000])
    assert.deepEqual(thinkingOf({ reasoning: { effort: 'xhigh' } }, model), [display, { effort: 'high' }, 128000])
    assert.deepEqual(thinkingOf({ reasoning: { budget: 2048 } }, model), [{ type: 'adaptive' }, { effort: 'medium' }, 128000])
    const both = traits([...adaptive, 'legacy_thinking'])
    assert.deepEqual(thinkingOf({ reasoning: { budget: 2048 }, sampling: { maxTokens: 4096 } }, both), [
      enabled(2048),
      undefined,
      4096,
    ])
  })

  it('goes where the API would refuse it', () => {
    const reasoning = { effort: 'low' }
    assert.deepEqual(thinkingOf({ reasoning: { effort: 'none' } }), plain)
    assert.deepEqual(thinkingOf({ reasoning }, traits(['vision'])), plain)
    assert.deepEqual(thinkingOf({ reasoning, tools: [weather], toolChoice: { mode: 'required' } }), plain)
    const unsigned = [user(say('q')), assistant({ type: 'call', id: 'a', name: 'f', input: '{}' })]
    assert.deepEqual(thinkingOf({ reasoning, turns: unsigned }), plain)
  })

  it('has only the efforts that are known', () => {
    assert.throws(() => bodyOf({ reasoning: { effort: 'disable' } }), { name: 'GatewayError', kind: 'bad_request' })
    assert.equal(bodyOf({ reasoning: { effort: 'none' } }).thinking, undefined)
  })

  it('is read from the parameter that chat clients pass', () => {
    const extra = { dialect: 'openai-chat' as const, fields: { thinking: { type: 'enabled', budget_tokens: 2048 } } }
    assert.deepEqual(thinkingOf({ extra, sampling: { maxTokens: 4096 } }), [enabled(2048), undefined, 4096])
  })
})

describe('settings', () => {
  it('drops what the model or the API does not take', () => {
    const sampling = { temperature: 1.7, topP: 0.5, topK: 5, stop: ['\n', 'END'], seed: 1, n: 2, logprobs: true }
    assert.deepEqual(bodyOf({ sampling, store: true, metadata: { a: 'b' } }, traits([], { maxOutput: 900 })), {
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      max_tokens: 900,
      temperature: 1,
      top_k: 5,
      stop_sequences: ['END'],
    })
    const warm = (temperature: number, id: string): unknown => {
      const body = bodyOf({ sampling: { temperature, topP: 0.5 } }, { ...traits(), id })
      return [body.temperature, body.top_p]
    }
    assert.deepEqual(warm(1, 'claude-sonnet-4-5-20250929'), [undefined, 0.5])
    assert.deepEqual(warm(0.3, 'claude-opus-4-1'), [0.3, undefined])
    for (const id of ['claude-3-5-haiku-20241022', 'claude-sonnet-4-20250514', 'claude-opus-4@20250514'])
      assert.deepEqual(warm(0.3, id), [0.3, 0.5])
    const bare = bodyOf({ sampling }, traits([], { lacks: new Set(['sampling_params']) }))
    assert.deepEqual([bare.temperature, bare.top_p, bare.top_k], [undefined, undefined, undefined])
    const thinking = bodyOf({ sampling, reasoning: { effort: 'low' } })
    assert.deepEqual([thinking.temperature, thinking.top_p, thinking.top_k], [undefined, undefined, undefined])
  })

  it('sends user ids, but no addresses or phone numbers', () => {
    assert.deepEqual(bodyOf({ user: 'user-42' }).metadata, { user_id: 'user-42' })
    assert.deepEqual(bodyOf({ metadata: { user_id: 'u-7' } }).metadata, { user_id: 'u-7' })
    for (const id of ['me@example.com', '+47 22 33 44 55']) assert.equal(bodyOf({ user: id }).metadata, undefined)
  })

  it('maps tiers, streams and compaction', () => {
    const fields = { context_management: [{ type: 'compaction', compact_threshold: 5 }], speed: 'fast' }
    const body = bodyOf({
      stream: true,
      serviceTier: 'default',
      system: [say('s'), say('')],
      extra: { dialect: 'openai-chat', fields },
    })
    assert.equal(body.service_tier, 'standard_only')
    assert.equal(body.stream, true)
    assert.deepEqual(body.system, [{ type: 'text', text: 's' }])
    assert.deepEqual(body.context_management, {
      edits: [{ type: 'compact_20260112', trigger: { type: 'input_tokens', value: 5 } }],
    })
    assert.deepEqual(betasFor(body), ['fast-mode-2026-02-01', 'compact-2026-01-12'])
    assert.equal(bodyOf({ serviceTier: 'flex' }).service_tier, undefined)
  })
})
