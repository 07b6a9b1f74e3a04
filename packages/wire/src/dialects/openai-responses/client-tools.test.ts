import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ChatReply } from '../../hub.ts'
import { objectOf, objectsOf, type JsonObject } from '../../json.ts'
import { replay } from '../../replay.ts'
import { dialects } from '../index.ts'
import { portable } from './client-tools.ts'
import { openaiResponses } from './index.ts'
import { callId, echo, finalResponse, framed } from './test-kit.ts'

const format = { type: 'grammar', syntax: 'lark', definition: 'start: "x"' }
const patch = { type: 'custom', name: 'apply_patch', description: 'Edits files.', format }
const lookup = { type: 'function', name: 'lookup', description: 'Looks.', parameters: { type: 'object', properties: {} } }
const found = { type: 'namespace', name: 'mcp__late', tools: [lookup] }
const tools = [
  { type: 'function', name: 'plain', parameters: { type: 'object', properties: {} } },
  patch,
  { type: 'namespace', name: 'mcp__docs', description: 'Docs', tools: [lookup, { ...patch, name: 'note' }] },
  { type: 'tool_search', execution: 'client', description: 'Finds tools.', parameters: { type: 'object', properties: {} } },
  { type: 'web_search' },
]
const input = [
  { role: 'user', content: 'Hi' },
  { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c1', name: 'apply_patch', input: '*** Begin\n"x"', status: 'completed' },
  { type: 'custom_tool_call_output', call_id: 'c1', output: 'done' },
  { type: 'function_call', call_id: 'c2', namespace: 'mcp__docs', name: 'lookup', arguments: '{}' },
  { type: 'function_call_output', call_id: 'c2', output: 'found' },
  { type: 'tool_search_call', call_id: 'c3', execution: 'client', arguments: { query: 'late' }, status: 'completed' },
  { type: 'tool_search_output', call_id: 'c3', execution: 'client', status: 'completed', tools: [found] },
]
const body: JsonObject = { model: 'gpt-5.5', input, tools, tool_choice: { type: 'custom', name: 'apply_patch' } }
const traits = { id: 'other', supports: new Set<string>(), lacks: new Set<string>() }

describe('tools that only this dialect has a form for', () => {
  it('are left as they are in it', () => {
    const request = openaiResponses.readRequest(body)
    assert.deepEqual(openaiResponses.writeRequest(request, traits).body, body)
  })

  it('are functions in the others, and so are their calls', () => {
    const sent = dialects['openai-chat'].writeRequest(portable(openaiResponses.readRequest(body)), traits).body
    const functions = objectsOf(sent['tools']).map((tool) => objectOf(tool['function']) ?? {})
    assert.deepEqual(
      functions.map((one) => one['name']),
      ['plain', 'apply_patch', 'mcp__docs__lookup', 'mcp__docs__note', 'tool_search', 'mcp__late__lookup'],
    )
    const [, custom] = functions
    assert.match(
      String(custom?.['description']),
      /^Edits files\.\n\n.*`input`\.\n\nIt must follow this lark grammar:\nstart: "x"$/s,
    )
    assert.deepEqual(Object.keys(objectOf(objectOf(custom?.['parameters'])?.['properties']) ?? {}), ['input'])
    assert.deepEqual(sent['tool_choice'], { type: 'function', function: { name: 'apply_patch' } })
    const messages = objectsOf(sent['messages'])
    assert.deepEqual(
      messages.flatMap((message) => objectsOf(message['tool_calls']).map((call) => call['function'])),
      [
        { name: 'apply_patch', arguments: JSON.stringify({ input: '*** Begin\n"x"' }) },
        { name: 'mcp__docs__lookup', arguments: '{}' },
        { name: 'tool_search', arguments: '{"query":"late"}' },
      ],
    )
    assert.deepEqual(
      messages.flatMap((message) => (message['role'] === 'tool' ? [message['content']] : [])),
      ['done', 'found', '{"tools":["mcp__late__lookup"]}'],
    )
  })

  it('are called in their own form, in one body and in a stream', () => {
    const call = (name: string, args: string) => ({ type: 'call' as const, id: `id-${name}`, name, input: args })
    const reply: ChatReply = {
      id: 'x',
      model: 'other',
      created: 1,
      choices: [
        {
          index: 0,
          stop: 'tool',
          blocks: [
            call('apply_patch', '{"input":"*** Begin\\n"}'),
            call('mcp__docs__note', 'no JSON'),
            call('mcp__docs__lookup', ''),
            call('mcp__late__lookup', '{"a":1}'),
            call('tool_search', '{"query":"q"}'),
            call('plain', '{"b":2}'),
          ],
        },
      ],
    }
    const whole = openaiResponses.writeReply(reply, echo('gpt-5.5', body))
    const id = (prefix: string, index: number): string => `${prefix}_${callId.replaceAll('-', '')}000${index}`
    const status = 'completed'
    assert.deepEqual(whole['output'], [
      {
        type: 'custom_tool_call',
        id: id('ctc', 0),
        call_id: 'id-apply_patch',
        name: 'apply_patch',
        input: '*** Begin\n',
        status,
      },
      {
        type: 'custom_tool_call',
        id: id('ctc', 1),
        call_id: 'id-mcp__docs__note',
        namespace: 'mcp__docs',
        name: 'note',
        input: 'no JSON',
        status,
      },
      {
        type: 'function_call',
        id: id('fc', 2),
        call_id: 'id-mcp__docs__lookup',
        namespace: 'mcp__docs',
        name: 'lookup',
        arguments: '{}',
        status,
      },
      {
        type: 'function_call',
        id: id('fc', 3),
        call_id: 'id-mcp__late__lookup',
        namespace: 'mcp__late',
        name: 'lookup',
        arguments: '{"a":1}',
        status,
      },
      {
        type: 'tool_search_call',
        id: id('tsc', 4),
        call_id: 'id-tool_search',
        execution: 'client',
        arguments: { query: 'q' },
        status,
      },
      { type: 'function_call', id: id('fc', 5), call_id: 'id-plain', name: 'plain', arguments: '{"b":2}', status },
    ])
    let text = ''
    replay(
      reply,
      openaiResponses.writer((part) => (text += part), echo('gpt-5.5', body)),
    )
    assert.deepEqual(finalResponse(framed(text))['output'], whole['output'])
    assert.match(text, /custom_tool_call_input\.done","sequence_number":\d+,.*"input":"\*\*\* Begin\\n"/)
    assert(!/function_call_arguments[^\n]*id-apply_patch/.test(text))
  })
})
