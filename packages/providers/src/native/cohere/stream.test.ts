import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReplyCollector, SseParser, type JsonObject, type StreamReader } from '@switchyard/wire'
import { CohereReframer } from './framing.ts'
import { CohereReader } from './reader.ts'
import { CohereV1Reader } from './v1/reply.ts'

const message = (type: string, delta: JsonObject, more: JsonObject = {}): JsonObject => ({
  type,
  ...more,
  delta: { message: delta },
})
const usage = { billed_units: { input_tokens: 9, output_tokens: 9 }, tokens: { input_tokens: 11, output_tokens: 9 } }
const ending = (reason: string, more: JsonObject = {}): JsonObject => ({
  type: 'message-end',
  delta: { finish_reason: reason, usage, ...more },
})
const start: JsonObject = { type: 'message-start', id: 'coh-1', delta: { message: { role: 'assistant', content: [] } } }

const told: readonly JsonObject[] = [
  start,
  message('content-start', { content: { type: 'thinking', thinking: '' } }, { index: 0 }),
  message('content-delta', { content: { thinking: 'Keep it short.' } }, { index: 0 }),
  { type: 'content-end', index: 0 },
  message('content-start', { content: { type: 'text', text: '' } }, { index: 1 }),
  message('content-delta', { content: { text: 'Ada is ' } }, { index: 1 }),
  message('content-delta', { content: { text: 'here ⚓' } }, { index: 1 }),
  message(
    'citation-start',
    { citations: { start: 0, end: 3, text: 'Ada', sources: [{ type: 'document', id: 'd1' }] } },
    { index: 0 },
  ),
  { type: 'citation-end', index: 0 },
  { type: 'content-end', index: 1 },
  message('tool-plan-delta', { tool_plan: 'I look ' }),
  message('tool-plan-delta', { tool_plan: 'it up.' }),
  message(
    'tool-call-start',
    { tool_calls: { id: 'c1', type: 'function', function: { name: 'get_time', arguments: '' } } },
    { index: 0 },
  ),
  message('tool-call-delta', { tool_calls: { function: { arguments: '{"zone":' } } }, { index: 0 }),
  message('tool-call-delta', { tool_calls: { function: { arguments: '"UTC"}' } } }, { index: 0 }),
  { type: 'tool-call-end', index: 0 },
  ending('TOOL_CALL'),
]

const asEvents = (events: readonly JsonObject[]): string =>
  events.map((event) => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`).join('')
const asLines = (events: readonly JsonObject[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('')

/** Reads the bytes as the core does: reframed, parsed, read. */
function read(pieces: readonly Uint8Array[], reader: (sink: ReplyCollector) => StreamReader): ReplyCollector {
  const sink = new ReplyCollector()
  const stream = reader(sink)
  const reframer = new CohereReframer()
  const parser = new SseParser((name, data) => stream.event(name, data))
  const encoder = new TextEncoder()
  for (const piece of pieces) parser.push(encoder.encode(reframer.push(piece)))
  parser.push(encoder.encode(reframer.end()))
  parser.end()
  stream.end()
  return sink
}
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const readText = (text: string): ReplyCollector => read([bytesOf(text)], (sink) => new CohereReader(sink))

test('the same stream in both framings, cut at every byte', () => {
  const whole = readText(asEvents(told))
  assert.equal(whole.error, undefined)
  assert.ok(whole.ended)
  assert.deepEqual(whole.reply.choices[0], {
    index: 0,
    blocks: [
      { type: 'reasoning', text: 'Keep it short.' },
      { type: 'text', text: 'Ada is here ⚓', citations: [{ start: 0, end: 3, title: 'd1' }] },
      { type: 'reasoning', text: 'I look it up.' },
      { type: 'call', id: 'c1', name: 'get_time', input: '{"zone":"UTC"}' },
    ],
    stop: 'tool',
    rawStop: 'TOOL_CALL',
  })
  assert.deepEqual([whole.reply.id, whole.reply.usage?.input, whole.reply.usage?.output], ['coh-1', 11, 9])
  for (const text of [asEvents(told), asLines(told)]) {
    const bytes = bytesOf(text)
    for (let at = 1; at < bytes.length; at++) {
      const cut = read([bytes.subarray(0, at), bytes.subarray(at)], (sink) => new CohereReader(sink))
      assert.deepEqual(cut.reply, whole.reply)
    }
  }
})

test('a stream that ends anywhere before its last event is a failure', () => {
  for (let count = 0; count < told.length; count++) {
    const { error, ended } = readText(asEvents(told.slice(0, count)))
    assert.equal(error?.kind, 'bad_gateway')
    assert.equal(ended, false)
  }
})

test('errors inside the stream keep their kind', () => {
  const broken = (last: JsonObject): string | undefined => readText(asEvents([start, last])).error?.kind
  assert.equal(broken(ending('ERROR', { error: 'boom' })), 'internal')
  assert.equal(broken(ending('TIMEOUT')), 'timeout')
  assert.equal(broken({ message: 'too many tokens: size limit exceeded' }), 'context_length')
  assert.equal(readText('data: not json\n\n').error?.kind, 'bad_reply')
})

const v1Told: readonly JsonObject[] = [
  { is_finished: false, event_type: 'stream-start', generation_id: 'gen-1' },
  { is_finished: false, event_type: 'text-generation', text: 'Hi ' },
  { is_finished: false, event_type: 'text-generation', text: 'Ada' },
  { is_finished: false, event_type: 'tool-calls-generation', tool_calls: [{ name: 'get_time', parameters: { zone: 'UTC' } }] },
  {
    is_finished: true,
    event_type: 'stream-end',
    finish_reason: 'COMPLETE',
    response: { meta: { billed_units: { input_tokens: 5, output_tokens: 2 } } },
  },
]
const readV1 = (events: readonly JsonObject[]): ReplyCollector =>
  read([bytesOf(asLines(events))], (sink) => new CohereV1Reader(sink))

test('v1 streams lines of JSON', () => {
  const { reply, ended } = readV1(v1Told)
  assert.ok(ended)
  const [choice] = reply.choices
  assert.deepEqual(
    choice?.blocks.map((block) => (block.type === 'call' ? block.input : block.type === 'text' && block.text)),
    ['Hi Ada', '{"zone":"UTC"}'],
  )
  assert.deepEqual([choice?.stop, reply.usage?.input, reply.usage?.output], ['tool', 5, 2])
  assert.equal(readV1(v1Told.slice(0, -1)).error?.kind, 'bad_gateway')
  assert.equal(readV1([{ message: 'rate limit reached' }]).error?.kind, 'rate_limited')
})
