import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects, type JsonObject } from '@switchyard/wire'
import { azure } from './native/azure/index.ts'
import { groq } from './native/groq.ts'
import { sentBy } from './requests.fixture.ts'
import { schemaByTool } from './schema-by-tool.ts'
import { cutAnywhere, readText } from './text/reading.fixture.ts'

const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }
const schema = { type: 'object', properties: { name: { type: 'string' } } }
const format = { type: 'json_schema', json_schema: { name: 'person', description: 'Somebody.', schema } }
const asked = { baseUrl: '', params: {}, field: (name: string) => (name === 'response_format' ? format : undefined) }
const speaks = schemaByTool('chat', traits, asked)?.speaks ?? assert.fail()

const write = (more: JsonObject = {}): JsonObject => {
  const messages = [{ role: 'user', content: 'Who?' }]
  const request = dialects['openai-chat'].readRequest({ model: 'm', messages, response_format: format, ...more })
  return speaks.writeRequest(request, traits).body
}
const ours = { type: 'function', function: { name: 'json_tool_call', description: 'Somebody.', parameters: schema } }
const theirs = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } }

test('a schema is a tool that must be called', () => {
  const { tools, tool_choice: choice, response_format: format } = write()
  assert.deepEqual([tools, choice, format], [[ours], { type: 'function', function: { name: 'json_tool_call' } }, undefined])
})

test('beside the client’s own tools any may be called, and no name is taken twice', () => {
  assert.deepEqual([write({ tools: [theirs] })['tools'], write({ tools: [theirs] })['tool_choice']], [[theirs, ours], 'required'])
  const named = { type: 'function', function: { name: 'f' } }
  assert.deepEqual(write({ tools: [theirs], tool_choice: named })['tool_choice'], named)
  const taken = write({ tools: [{ type: 'function', function: { ...theirs.function, name: 'json_tool_call' } }] })
  assert.match(JSON.stringify(taken['tools']), /json_tool_call_2/)
})

const call = { id: 'c', type: 'function', function: { name: 'json_tool_call', arguments: '{"name":"Ada"}' } }

test('its arguments are the answer, whole or in a stream', () => {
  const undo = { jsonTool: 'json_tool_call' }
  const message = { role: 'assistant', content: null, tool_calls: [call] }
  const reply = speaks.readReply({ id: 'r', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }, undo)
  assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: '{"name":"Ada"}' }])
  assert.equal(reply.choices[0]?.stop, 'stop')
  const event = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'r', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  const told = [
    event({ role: 'assistant', tool_calls: [{ index: 0, ...call, function: { ...call.function, arguments: '' } }] }),
    event({ tool_calls: [{ index: 0, function: { arguments: '{"name":' } }] }),
    event({ tool_calls: [{ index: 0, function: { arguments: '"Ada ⚓"}' } }] }),
    event({}, 'tool_calls'),
  ]
  const dialect = { reader: (sink: Parameters<typeof speaks.reader>[0]) => speaks.reader(sink, undo) }
  for (const { reply: read, ended } of cutAnywhere(told.join(''), dialect)) {
    assert(ended)
    assert.deepEqual(read.choices[0]?.blocks, [{ type: 'text', text: '{"name":"Ada ⚓"}' }])
    assert.equal(read.choices[0]?.stop, 'stop')
  }
  assert.equal(readText(told.slice(0, 2).join(''), dialect).error?.kind, 'bad_gateway')
})

test('only where a schema is asked for, of a model that knows tools and no schemas', async () => {
  assert.equal(schemaByTool('embedding', traits, asked), undefined)
  assert.equal(schemaByTool('chat', traits, { ...asked, field: () => undefined }), undefined)
  assert.equal(schemaByTool('chat', { ...traits, lacks: new Set(['function_calling']) }, asked), undefined)
  const inText = { ...asked, field: (name: string) => (name === 'text' ? { format: { type: 'json_schema' } } : undefined) }
  assert(schemaByTool('chat', traits, inText) !== undefined)
  const body = { response_format: format }
  const speaksAt = async (supports: readonly string[]) => (await sentBy(groq, body, { apiKey: 'k', supports })).endpoint.speaks
  assert(await speaksAt(['function_calling']))
  assert.equal(await speaksAt(['function_calling', 'response_schema']), undefined)
  const onAzure = async (version: string) =>
    (await sentBy(azure, body, { apiBase: 'https://a.openai.azure.com', apiKey: 'k', params: { api_version: version } })).endpoint
      .speaks
  assert(await onAzure('2024-02-01'))
  assert.equal(await onAzure('2025-04-01-preview'), undefined)
  assert.equal(await onAzure('v1'), undefined)
})
