import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects, objectOf, type JsonObject } from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { cutAnywhere, readText } from '../../text/reading.fixture.ts'
import { agentProtocol } from './dialect.ts'
import { a2a } from './index.ts'

const traits = { id: 'agent', supports: new Set<string>(), lacks: new Set<string>() }
const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Time?' },
]
const write = (body: JsonObject): JsonObject =>
  agentProtocol.writeRequest(dialects['openai-chat'].readRequest({ model: 'agent', messages, ...body }), traits).body
const partsOf = (body: JsonObject): unknown => objectOf(objectOf(body['params'])?.['message'])?.['parts']

test('a chat is one message; in a context only its last text', async () => {
  const body = write({})
  assert.deepEqual([body['jsonrpc'], body['method']], ['2.0', 'message/send'])
  assert.deepEqual(partsOf(body), [{ kind: 'text', text: 'Be brief.\n\nTime?' }])
  const known = write({ context_id: 'c1', stream: true })
  assert.equal(known['method'], 'message/stream')
  assert.deepEqual(partsOf(known), [{ kind: 'text', text: 'Time?' }])
  assert.equal(objectOf(objectOf(known['params'])?.['message'])?.['contextId'], 'c1')
  const sent = await sentBy(a2a, {}, { apiBase: 'https://agents.example/time', apiKey: 'k' })
  assert.deepEqual([sent.url, sent.headers['authorization']], ['https://agents.example/time', 'Bearer k'])
})

const rpc = (result: JsonObject): JsonObject => ({ jsonrpc: '2.0', id: '1', result })
const text = (words: string): JsonObject => ({ parts: [{ kind: 'text', text: words }] })
const task = (state: string, more: JsonObject = {}): JsonObject => ({
  kind: 'task',
  id: 't',
  contextId: 'c',
  status: { state },
  ...more,
})
const answerOf = (result: JsonObject): unknown => agentProtocol.readReply(rpc(result)).choices[0]?.blocks

test('the answer is a message, or what a task has made', () => {
  assert.deepEqual(answerOf({ kind: 'message', role: 'agent', ...text('Noon.') }), [{ type: 'text', text: 'Noon.' }])
  const made = task('completed', { artifacts: [{ artifactId: 'a', ...text('Noon.') }] })
  assert.deepEqual(answerOf(made), [{ type: 'text', text: 'Noon.' }])
  const asks = { kind: 'task', id: 't', status: { state: 'input-required', message: text('Where?') } }
  assert.deepEqual(answerOf(asks), [{ type: 'text', text: 'Where?' }])
})

test('failed tasks, unfinished ones and errors of JSON-RPC are no answers', () => {
  const failed = { kind: 'task', id: 't', status: { state: 'failed', message: text('No clock.') } }
  assert.throws(() => answerOf(failed), { kind: 'internal', message: 'No clock.' })
  assert.throws(() => answerOf(task('auth-required')), { kind: 'auth' })
  assert.throws(() => answerOf(task('working')), { kind: 'bad_gateway' })
  const refused = { jsonrpc: '2.0', id: '1', error: { code: -32602, message: 'Invalid parameters' } }
  assert.throws(() => agentProtocol.readReply(refused), { kind: 'bad_request', message: 'Invalid parameters' })
})

const event = (result: JsonObject): string => `data: ${JSON.stringify(rpc(result))}\n\n`
const status = (state: string, more: JsonObject = {}, final = false): JsonObject => ({
  kind: 'status-update',
  taskId: 't',
  status: { state, ...more },
  final,
})
const told = [
  event(task('submitted')),
  event(status('working', { message: text('I look.') })),
  event({ kind: 'artifact-update', taskId: 't', artifact: { artifactId: 'a', ...text('It is ') } }),
  event({ kind: 'artifact-update', taskId: 't', append: true, artifact: { artifactId: 'a', ...text('noon ⚓') } }),
  event(status('completed', { message: text('It is noon ⚓') }, true)),
]

test('a stream, cut anywhere; what the last status repeats is said once', () => {
  for (const { reply, ended } of cutAnywhere(told.join(''), agentProtocol)) {
    assert(ended)
    assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: 'It is noon ⚓' }])
  }
  const short = readText(event(task('submitted')) + event(status('completed', { message: text('Noon.') }, true)), agentProtocol)
  assert.deepEqual(short.reply.choices[0]?.blocks, [{ type: 'text', text: 'Noon.' }])
})

test('a cut stream and a failed task inside one fail', () => {
  assert.equal(readText(told.slice(0, 4).join(''), agentProtocol).error?.kind, 'bad_gateway')
  const failed = readText(event(task('submitted')) + event(status('rejected', {}, true)), agentProtocol)
  assert.equal(failed.error?.kind, 'internal')
})
