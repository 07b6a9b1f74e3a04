import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { ReplyCollector } from '../../collect.ts'
import type { StreamMeter, Undo } from '../../dialect.ts'
import { fail } from '../../errors.ts'
import { SseParser } from '../../framing/sse.ts'
import type { ChatReply, ChatRequest, StreamEvent } from '../../hub.ts'
import { isObject, objectOf, objectsOf, type JsonObject } from '../../json.ts'
import { replay } from '../../replay.ts'
import { makeUsage } from '../../usage.ts'
import { openaiChat } from './index.ts'

const folder = new URL('../../../../../fixtures/dialects/openai-chat/', import.meta.url)
const cases = readdirSync(folder).filter((name) => name.endsWith('.sse'))
const load = (name: string): string => readFileSync(new URL(name, folder), 'utf8')
const request = openaiChat.readRequest({
  model: 'm',
  messages: [{ role: 'user', content: 'x' }],
  stream_options: { include_usage: true },
})
const echoOf = (asked: ChatRequest = request) => ({ model: 'asked', request: asked, callId: 'uuid', now: 7 })

function feed(text: string, to: { event(name: string, data: string): void }): void {
  const parser = new SseParser((name, data) => to.event(name, data))
  parser.push(new TextEncoder().encode(text))
  parser.end()
}

function collect(text: string): ReplyCollector {
  const collector = new ReplyCollector()
  const reader = openaiChat.reader(collector)
  feed(text, reader)
  reader.end()
  return collector
}

function print(text: string, asked: ChatRequest = request): string {
  let out = ''
  const reader = openaiChat.reader(openaiChat.writer((part) => (out += part), echoOf(asked)))
  feed(text, reader)
  reader.end()
  return out
}

function chunksOf(text: string): readonly JsonObject[] {
  const chunks: JsonObject[] = []
  feed(text, { event: (_name, data) => void (data === '[DONE]' || chunks.push(objectOf(JSON.parse(data)) ?? {})) })
  return chunks
}

/** What a reply says, without how it was written. */
const said = (reply: ChatReply): unknown => ({
  usage: reply.usage,
  choices: reply.choices.map(({ index, stop, logprobs, blocks }) => ({
    index,
    stop,
    logprobs,
    blocks: blocks.map((block) => {
      const { extra: _extra, ...rest } = block
      return rest
    }),
  })),
})

for (const name of cases) {
  test(`${name}: reading what was written says the same`, () => {
    const first = collect(load(name))
    assert.equal(first.error, undefined)
    assert.ok(first.ended)
    const again = collect(print(load(name)))
    assert.deepEqual(JSON.parse(JSON.stringify(said(again.reply))), JSON.parse(JSON.stringify(said(first.reply))))
  })

  test(`${name}: the printed stream has every field that clients need, in order`, () => {
    const text = print(load(name))
    assert.ok(text.endsWith('data: [DONE]\n\n'))
    const chunks = chunksOf(text)
    const finished = new Set<unknown>()
    const begun = new Set<unknown>()
    for (const chunk of chunks) {
      assert.deepEqual(
        [chunk.id, chunk.object, chunk.created, chunk.model],
        ['chatcmpl-1', 'chat.completion.chunk', 1767225600, 'asked'],
      )
      for (const choice of objectsOf(chunk.choices)) {
        assert.ok(isObject(choice.delta) && 'finish_reason' in choice)
        assert.equal(choice.delta.role === 'assistant', !begun.has(choice.index))
        assert.ok(!finished.has(choice.index))
        begun.add(choice.index)
        if (choice.finish_reason !== null) finished.add(choice.index)
      }
    }
    assert.deepEqual(finished, begun)
  })

  test(`${name}: a cut at any event is a failure, never a made-up stop`, () => {
    const events = load(name)
      .split('\n\n')
      .filter((part) => part.startsWith('data: {'))
    const last = events.findLastIndex((part) => /"finish_reason": "/.test(part))
    for (let i = 0; i < last; i++) {
      const cut = collect(`${events.slice(0, i).join('\n\n')}\n\n`)
      assert.equal(cut.error?.kind, 'bad_gateway')
      assert.equal(cut.ended, false)
    }
    assert.ok(collect(`${events.slice(0, last + 1).join('\n\n')}\n\n`).ended)
  })
}

test('interleaved calls are told apart', () => {
  const blocks = collect(load('calls.sse')).reply.choices[0]?.blocks ?? []
  assert.deepEqual(
    blocks.map((block) => (block.type === 'call' ? `${block.id} ${block.name} ${block.input}` : block.type)),
    ['text', 'call_1 get_weather {"city":"Oslo"}', 'call_2 get_time {}', 'call_3 noop '],
  )
})

test('reasoning, signature, sealed reasoning and citations are joined once', () => {
  const reply = collect(load('reasoning.sse')).reply
  assert.deepEqual(
    reply.choices[0]?.blocks.map((block) => ({ ...block, extra: undefined, citations: undefined })),
    [
      { type: 'reasoning', text: 'think hard', signature: 'c2ln', extra: undefined, citations: undefined },
      { type: 'reasoning', text: '', sealed: 'cmVk', extra: undefined, citations: undefined },
      { type: 'text', text: 'Hi.', extra: undefined, citations: undefined },
    ],
  )
  assert.equal(reply.usage?.output, 42)
  const thinking = chunksOf(print(load('reasoning.sse'))).flatMap((chunk) =>
    objectsOf(chunk.choices).flatMap((choice) => objectsOf(objectOf(choice.delta)?.thinking_blocks)),
  )
  assert.deepEqual(thinking, [
    { type: 'thinking', thinking: 'think hard', signature: 'c2ln' },
    { type: 'redacted_thinking', data: 'cmVk' },
  ])
})

test('usage is printed only when it was asked for', () => {
  const silent = openaiChat.readRequest({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
  assert.doesNotMatch(print(load('text.sse'), silent), /usage/)
  const asked = chunksOf(print(load('text.sse')))
  assert.deepEqual(asked.at(-1)?.choices, [])
  assert.equal(objectOf(asked.at(-1)?.usage)?.total_tokens, 140)
  assert.ok(asked.slice(0, -1).every((chunk) => chunk.usage === null))
})

const chunk = (delta: unknown, reason: string | null = null, more: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: reason }], ...more })}\n\n`

test('habits of providers', () => {
  const call = (id: string | undefined, name: string | undefined, input: string, index?: number): string =>
    chunk({ tool_calls: [{ id, index, function: { name, arguments: input } }] })
  const calls = (text: string): unknown =>
    collect(text).reply.choices[0]?.blocks.map((block) => (block.type === 'call' ? `${block.name}${block.input}` : block.type))
  const end = chunk({}, 'stop')
  assert.deepEqual(
    calls(
      call('a', 'f', '{', 0) +
        call(undefined, undefined, '}', 0) +
        call('b', 'g', '[', 0) +
        call(undefined, undefined, ']', 0) +
        end,
    ),
    ['f{}', 'g[]'],
  )
  assert.deepEqual(calls(call('a', 'f', '{}') + call('b', 'g', '[]') + end), ['f{}', 'g[]'])
  assert.deepEqual(calls(chunk({ tool_calls: [{ index: 0, id: 'a' }] }) + call(undefined, 'f', '{}', 0) + end), ['f{}'])
  assert.deepEqual(
    calls(chunk({ function_call: { name: 'f', arguments: '{' } }) + chunk({ function_call: { arguments: '}' } }) + end),
    ['f{}'],
  )
  assert.equal(collect(call('a', 'f', '{}') + end).reply.choices[0]?.stop, 'tool')
  // xAI ends calls with an empty reason.
  assert.equal(collect(`${call('a', 'f', '{}')}${chunk({}, '')}data: [DONE]\n\n`).reply.choices[0]?.stop, 'tool')
  // Azure starts with filter results and nothing else; Groq hides the usage.
  const azure = `data: {"id":"","choices":[],"prompt_filter_results":[]}\n\n${chunk({ content: 'a' })}${chunk({}, 'stop', { x_groq: { usage: { prompt_tokens: 3, completion_tokens: 1 } } })}`
  assert.equal(collect(azure).reply.id, 'c')
  assert.equal(collect(azure).reply.usage?.input, 3)
  // Mistral and Databricks stream lists of parts.
  const parts =
    chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }) +
    chunk({ content: [{ type: 'text', text: 'Hi' }] }) +
    end
  assert.deepEqual(calls(parts), ['reasoning', 'text'])
  assert.deepEqual(calls(chunk({ reasoning: 'hm' }) + chunk({ content: 'Hi' }) + end), ['reasoning', 'text'])
  const custom =
    chunk({ tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'grep', input: '' } }] }) +
    chunk({ tool_calls: [{ index: 0, custom: { input: 'x|y' } }] }) +
    end
  const native = collect(custom).reply.choices[0]?.blocks[0]
  assert.ok(native?.type === 'native')
  assert.deepEqual(native.data, { id: 'a', type: 'custom', custom: { name: 'grep', input: 'x|y' } })
  assert.match(print(custom), /"tool_calls":\[\{"index":0,"id":"a","type":"custom"/)
})

test('errors inside a stream keep their kind', () => {
  const kind = (text: string): unknown => collect(chunk({ content: 'a' }) + text).error?.kind
  assert.equal(kind('data: {"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}\n\n'), 'rate_limited')
  assert.equal(kind('data: {"error":{"message":"Overloaded","type":"overloaded_error"}}\n\n'), 'unavailable')
  assert.equal(kind('data: {"error":{"message":"x","type":null,"param":null,"code":"503"}}\n\n'), 'unavailable')
  assert.equal(kind('data: {"error":{"message":"Provider disconnected","code":502},"choices":[]}\n\n'), 'bad_gateway')
  assert.equal(kind('event: error\ndata: {"message":"boom"}\n\n'), 'internal')
  assert.equal(kind('data: {"id":\n\n'), 'bad_reply')
  assert.equal(kind('data: [1]\n\n'), 'bad_reply')
  assert.equal(collect('').error?.kind, 'bad_gateway')
  assert.equal(collect('data: [DONE]\n\n').error?.kind, 'bad_gateway')
})

test('nothing comes after the end or a failure', () => {
  let ends = 0
  const events: StreamEvent[] = []
  const reader = openaiChat.reader({ event: (event) => events.push(event), fail: () => ends++, end: () => ends++ })
  feed(load('text.sse') + chunk({ content: 'late' }), reader)
  reader.end()
  assert.equal(ends, 1)
  assert.ok(!JSON.stringify(events).includes('late'))
})

test('a failure is printed as an error event and the stream ends', () => {
  let out = ''
  const writer = openaiChat.writer((part) => (out += part), echoOf())
  writer.event({ type: 'ping' })
  writer.fail(fail('rate_limited', 'Slow down.'))
  const body = '{"error":{"message":"Slow down.","type":"throttling_error","param":null,"code":"429"}}'
  assert.equal(out, `: ping\n\ndata: ${body}\n\ndata: [DONE]\n\n`)
})

test('a reply of another dialect is streamed with the extensions of LiteLLM', () => {
  const usage = makeUsage({ input: 5, output: 3, reasoning: 1 })
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
          { type: 'text', text: 'Hi.' },
          { type: 'media', media: 'image', source: { kind: 'data', base64: 'AA==' }, mimeType: 'image/png' },
          { type: 'call', id: 'toolu_1', name: 'a', input: '', signature: 'c2ln' },
        ],
      },
    ],
  }
  let out = ''
  replay(
    reply,
    openaiChat.writer((part) => (out += part), echoOf()),
  )
  const deltas = chunksOf(out).flatMap((part) => objectsOf(part.choices).map((choice) => choice.delta))
  assert.deepEqual(deltas, [
    { role: 'assistant', content: '', refusal: null },
    { reasoning_content: 'think' },
    { thinking_blocks: [{ type: 'thinking', thinking: 'think', signature: 'sig' }] },
    { content: 'Hi.' },
    { images: [{ type: 'image_url', index: 0, image_url: { url: 'data:image/png;base64,AA==', detail: 'auto' } }] },
    {
      tool_calls: [
        {
          index: 0,
          id: 'toolu_1',
          type: 'function',
          function: { name: 'a', arguments: '' },
          provider_specific_fields: { thought_signature: 'c2ln' },
        },
      ],
    },
    { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
    {},
  ])
  assert.match(out, /"id":"chatcmpl-uuid".*"created":7,/)
  const again = collect(out).reply
  assert.deepEqual(
    again.choices[0]?.blocks.map((block) => block.type),
    ['reasoning', 'text', 'media', 'call'],
  )
  assert.deepEqual(again.usage, usage)
})

test('the meter sees usage, the end, errors and how much was said', () => {
  for (const name of cases) {
    const meter = openaiChat.meter()
    feed(load(name), meter)
    assert.deepEqual(
      JSON.stringify(meter.usage),
      JSON.stringify(collect(load(name)).reply.usage && { ...collect(load(name)).reply.usage, serviceTier: undefined }),
    )
    assert.ok(meter.finished)
    assert.equal(meter.error, undefined)
  }
  const meter: StreamMeter = openaiChat.meter()
  feed(chunk({ content: 'He said "usage": {"error": {' }) + chunk({ tool_calls: [{ function: { arguments: '1234' } }] }), meter)
  assert.deepEqual([meter.usage, meter.error, meter.finished], [undefined, undefined, false])
  assert.equal(meter.characters, 'He said \\"usage\\": {\\"error\\": {'.length + 4)
  feed('data: {"error":{"message":"Overloaded","type":"overloaded_error"}}\n\n', meter)
  assert.equal(meter.error?.kind, 'unavailable')
})

test('the meter counts every text, whatever it holds', () => {
  const texts = ['Hi', 'a', 'say \\"}]}', '', '","x":"', '\n', 'word', '{"error":{}}', 'end']
  const meter = openaiChat.meter()
  for (const text of texts) feed(chunk({ content: text }), meter)
  feed(chunk({ content: 'last' }, 'stop'), meter)
  const expected = [...texts, 'last'].reduce((sum, text) => sum + JSON.stringify(text).length - 2, 0)
  assert.equal(meter.characters, expected)
  assert.ok(meter.finished)
  assert.equal(meter.error, undefined)
})

test('a translation is undone in a stream', () => {
  const calls =
    chunk({ tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{"x"' } }] }) +
    chunk({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] })
  const read = (undo: Undo): ChatReply => {
    const collector = new ReplyCollector()
    feed(calls + chunk({}, 'tool_calls'), openaiChat.reader(collector, undo))
    return collector.reply
  }
  const renamed = read({ toolNames: new Map([['f', 'mcp.f']]) }).choices[0]
  assert.deepEqual(renamed?.blocks, [{ type: 'call', id: 'a', name: 'mcp.f', input: '{"x":1}' }])
  assert.equal(renamed.stop, 'tool')
  const json = read({ jsonTool: 'f' }).choices[0]
  assert.deepEqual(json?.blocks, [{ type: 'text', text: '{"x":1}' }])
  assert.equal(json.stop, 'stop')
})
