import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelTraits } from '../../dialect.ts'
import { isGatewayError } from '../../errors.ts'
import type { Block, ChatRequest } from '../../hub.ts'
import { continueFrom, inputItemsOf, openaiResponses } from './index.ts'
import { callId, echo, fixture, traits } from './test-kit.ts'

const ask = (more: Partial<ChatRequest>): ChatRequest => ({
  model: 'gpt-5',
  stream: false,
  system: [],
  turns: [{ role: 'user', blocks: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  sampling: {},
  ...more,
})
const body = (more: Partial<ChatRequest>, forModel: ModelTraits = traits) =>
  openaiResponses.writeRequest(ask(more), forModel).body
const user = (...blocks: Block[]): Partial<ChatRequest> => ({ turns: [{ role: 'user', blocks }] })
const hi = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }]

test('requests of other dialects are written as OpenAI takes them (oracle chat.codex.*, messages.gpt5.*)', () => {
  assert.deepEqual(body({}), { model: 'gpt-5', input: hi })
  assert.deepEqual(
    body({ system: [{ type: 'text', text: 'Be terse.', cache: {} }], sampling: { maxTokens: 3, stop: ['END'], seed: 7 } }),
    {
      model: 'gpt-5',
      input: hi,
      instructions: 'Be terse.',
      max_output_tokens: 16,
    },
  )
  assert.deepEqual(body({ system: [{ type: 'text', text: 'Alone.' }], turns: [] })['input'], [
    { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Alone.' }] },
  ])
  assert.deepEqual(body({ reasoning: { budget: 2048 } }), {
    model: 'gpt-5',
    input: hi,
    reasoning: { effort: 'medium' },
    include: ['reasoning.encrypted_content'],
  })
  const pdf: Block = { type: 'media', media: 'document', source: { kind: 'data', base64: 'JVBE' }, mimeType: 'application/pdf' }
  assert.deepEqual(body(user(pdf, { type: 'text', text: '?' }))['input'], [
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_file', filename: 'document.pdf', file_data: 'data:application/pdf;base64,JVBE' },
        { type: 'input_text', text: '?' },
      ],
    },
  ])
})

test('encrypted reasoning is asked of models that reason', () => {
  const knows = (...words: string[]): ModelTraits => ({ ...traits, supports: new Set(words) })
  const asked = ['reasoning.encrypted_content']
  assert.deepEqual(body({}, knows('reasoning', 'vision'))['include'], asked)
  assert.deepEqual(body({ reasoning: { effort: 'low' } })['include'], asked)
  assert.equal(body({ reasoning: { effort: 'low' } }, knows('vision'))['include'], undefined)
})

test('calls, results and reasoning of other dialects become items', () => {
  const { input } = body({
    turns: [
      {
        role: 'assistant',
        blocks: [
          { type: 'reasoning', text: 'hm', signature: 'sig' },
          { type: 'reasoning', text: '', signature: 'sig' },
          { type: 'text', text: 'yo' },
          { type: 'call', id: 'c1', name: 'f', input: '' },
        ],
      },
      {
        role: 'user',
        blocks: [
          { type: 'result', callId: 'c1', content: [{ type: 'text', text: 'boom' }], isError: true },
          { type: 'text', text: 'go' },
        ],
      },
    ],
  })
  assert.deepEqual(input, [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'yo' }] },
    { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c1', output: 'boom' },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'go' }] },
  ])
})

test('tool names that OpenAI refuses are changed, and changed back', () => {
  const name = 'files.read:one'
  const written = openaiResponses.writeRequest(
    ask({
      tools: [{ name }, { name: 'files_read_one', schema: { type: 'object' } }, { name: 'web_search_20250305', hosted: true }],
      toolChoice: { mode: 'named', name },
    }),
    traits,
  )
  assert.deepEqual(written.body['tools'], [
    { type: 'function', name: 'files_read_one_2', parameters: { type: 'object', properties: {} }, strict: false },
    { type: 'function', name: 'files_read_one', parameters: { type: 'object' }, strict: false },
    { type: 'web_search' },
  ])
  assert.deepEqual(written.body['tool_choice'], { type: 'function', name: 'files_read_one_2' })
  const call = { type: 'function_call', call_id: 'c', name: 'files_read_one_2', arguments: '{}' }
  const [block] = openaiResponses.readReply({ output: [call] }, written.undo).choices[0]?.blocks ?? []
  assert.equal(block?.type === 'call' ? block.name : undefined, name)
})

test('a block that was changed on its way is written as changed', () => {
  const request = openaiResponses.readRequest(fixture('tools.request.json'))
  const masked = {
    ...request,
    turns: request.turns.map((turn) => ({
      ...turn,
      blocks: turn.blocks.map((block) =>
        block.type === 'text' || block.type === 'reasoning' ? { ...block, text: 'XX' } : block,
      ),
    })),
  }
  const text = JSON.stringify(openaiResponses.writeRequest(masked, traits).body)
  assert.ok(!text.includes('Go on.') && !text.includes('Call twice') && !text.includes('"raw"'))
  const short = openaiResponses.readRequest({ model: 'm', input: 'secret' })
  const replaced = { ...short, turns: [{ role: 'user' as const, blocks: [{ type: 'text' as const, text: 'XX' }] }] }
  assert.equal(openaiResponses.writeRequest(replaced, traits).body['input'], 'XX')
})

test('what one model said in one go is one turn, with its results in the next', () => {
  const { turns, system } = openaiResponses.readRequest({
    model: 'm',
    input: [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'a' },
      { type: 'reasoning', id: 'rs', summary: [] },
      { role: 'assistant', content: 'b' },
      { type: 'function_call', call_id: '1', name: 'f', arguments: '{}' },
      { type: 'function_call', call_id: '2', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: '1', output: 'x' },
      { type: 'function_call_output', call_id: '2', output: 'y' },
      { role: 'user', content: 'c' },
    ],
  })
  assert.equal(system.length, 1)
  assert.deepEqual(
    turns.map((turn) => [turn.role, ...turn.blocks.map((block) => block.type)]),
    [
      ['user', 'text'],
      ['assistant', 'reasoning', 'text', 'call', 'call'],
      ['user', 'result', 'result'],
      ['user', 'text'],
    ],
  )
})

test('a failed response is an error', () => {
  const failed = { id: 'r', status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow' }, output: [] }
  assert.throws(
    () => openaiResponses.readReply(failed),
    (error) => isGatewayError(error) && error.kind === 'rate_limited',
  )
  assert.throws(
    () => openaiResponses.readReply({ ok: true }),
    (error) => isGatewayError(error) && error.kind === 'bad_reply',
  )
})

test('a stored turn and a new request make the whole conversation', () => {
  const first = { model: 'm', input: 'Name a knot.' }
  const output = [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Bowline.' }],
    },
  ]
  const input = inputItemsOf(first, callId)
  assert.deepEqual(input, [
    {
      id: 'msg_0190a1b2c3d47e5f8a9b0c1d2e3f4a5b0000',
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: 'Name a knot.' }],
    },
  ])
  assert.deepEqual(inputItemsOf(openaiResponses.readRequest(first)), inputItemsOf(first))
  const next = {
    model: 'm',
    previous_response_id: 'resp_1',
    instructions: 'Be brief.',
    input: [
      { type: 'item_reference', id: 'msg_1' },
      { role: 'user', content: 'Another?' },
    ],
  }
  const joined = continueFrom({ input, output }, next)
  assert.deepEqual(joined, {
    model: 'm',
    instructions: 'Be brief.',
    input: [...input, ...output, { role: 'user', content: 'Another?' }],
  })
  assert.equal(openaiResponses.readRequest(joined).turns.length, 3)
  assert.deepEqual(continueFrom({ input, output }, { model: 'm', input: 'And?' })['input'], [
    ...input,
    ...output,
    { role: 'user', content: 'And?' },
  ])
  assert.throws(() => continueFrom({ input, output }, { model: 'm', input: 3 }), isGatewayError)
})

test('a reply without usage says so, and one that a guardrail cut has the new status', () => {
  const reply = openaiResponses.readReply(fixture('text.reply.json'))
  const [choice] = reply.choices
  assert.ok(choice !== undefined)
  const cut = openaiResponses.writeReply({ ...reply, choices: [{ ...choice, stop: 'filter' }] }, echo('alias'))
  assert.deepEqual(
    [cut['status'], cut['incomplete_details'], cut['model']],
    ['incomplete', { reason: 'content_filter' }, 'alias'],
  )
  assert.equal(openaiResponses.readUsage({ usage: null }), undefined)
})

test('a translated response says what was asked, and null for what was left open', () => {
  const reply = { id: '', model: 'm', created: 1, choices: [{ index: 0, blocks: [], stop: 'stop' as const }] }
  const said = openaiResponses.writeReply(reply, echo('m'))
  const open = ['background', 'reasoning', 'service_tier', 'store', 'temperature', 'top_logprobs', 'top_p', 'truncation']
  for (const field of open) assert.equal(said[field], null, field)
  assert.deepEqual([said['parallel_tool_calls'], said['text'], said['tools']], [false, undefined, []])
  const asked = { model: 'm', input: 'x', store: false, temperature: 0.3, truncation: 'auto', reasoning: { effort: 'low' } }
  const echoed = openaiResponses.writeReply(reply, echo('m', asked))
  assert.deepEqual([echoed['store'], echoed['temperature'], echoed['truncation']], [false, 0.3, 'auto'])
  assert.deepEqual(echoed['reasoning'], { effort: 'low', summary: null })
})

test('a thinking block and the sealed block behind it are one reasoning item, as they were', () => {
  const turn = (...blocks: Block[]): Partial<ChatRequest> => ({ turns: [{ role: 'assistant', blocks }] })
  const sealed: Block = { type: 'reasoning', text: '', sealed: 'c2VhbA==' }
  assert.deepEqual(body(turn({ type: 'reasoning', text: 'hm' }, sealed))['input'], [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'c2VhbA==' },
  ])
  assert.equal([body(turn({ type: 'reasoning', text: 'hm', signature: 'sig' }, sealed))['input']].flat().length, 2)
})

test('a user id of another dialect is cut to what OpenAI takes', () => {
  assert.equal(body({ user: 'u'.repeat(180) })['user'], 'u'.repeat(64))
})
