import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ReplyCollector } from '../../collect.ts'
import { fail } from '../../errors.ts'
import { SseParser } from '../../framing/sse.ts'
import type { EventSink, StreamEvent } from '../../hub.ts'
import { isObject, objectsOf, parseJson, type JsonObject } from '../../json.ts'
import { replay } from '../../replay.ts'
import { casesOf, echoOf, jsonOf, textOf } from './test-kit.ts'
import { gemini } from './index.ts'

/** Gives the bytes to the reader in pieces of `size`. */
function read(text: string, sink: EventSink, size = 1 << 20): void {
  const reader = gemini.reader(sink)
  const parser = new SseParser((name, data) => reader.event(name, data))
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size))
  parser.end()
  reader.end()
}

function collect(text: string, size?: number): ReplyCollector {
  const collector = new ReplyCollector()
  read(text, collector, size)
  return collector
}

function rewrite(text: string): string {
  let out = ''
  read(
    text,
    gemini.writer((piece) => (out += piece), echoOf('gemini-2.5-flash')),
  )
  return out
}

const chunksOf = (text: string): unknown[] =>
  text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => parseJson(event.replace(/^data: /, '')))

describe('gemini: a stream that is read, written and read again says the same', () => {
  for (const name of casesOf('.sse').filter((each) => !each.endsWith('.failed'))) {
    it(name, () => {
      const first = collect(textOf(`${name}.sse`))
      assert.equal(first.error, undefined)
      assert.equal(first.ended, true)
      const second = collect(rewrite(textOf(`${name}.sse`)))
      const { id: _first, ...before } = first.reply
      const { id: _second, ...after } = second.reply
      assert.deepEqual(after, before)
      assert.deepEqual(collect(textOf(`${name}.sse`), 7).reply, first.reply)
    })
  }
  for (const name of casesOf('.reply.json').filter((each) => each !== 'shapes')) {
    it(`${name}, replayed from a whole reply`, () => {
      let out = ''
      const reply = gemini.readReply(jsonOf(`${name}.reply.json`))
      replay(
        reply,
        gemini.writer((piece) => (out += piece), echoOf(reply.model)),
      )
      const again = collect(out).reply
      assert.deepEqual(
        again.choices.map((choice) => [choice.stop, textsOf(choice.blocks)]),
        reply.choices.map((choice) => [choice.stop, textsOf(choice.blocks)]),
      )
    })
  }
})

/** Neighbouring texts are one, and empty ones none: a stream has no borders there. */
const textsOf = (blocks: readonly { type: string; text?: string; input?: string }[]): string =>
  blocks
    .filter((block) => block.text !== '')
    .map((block) => `${block.type}:${block.text ?? block.input ?? ''}`)
    .join('|')
    .replaceAll(/(text:[^|]*)\|text:/g, '$1')

describe('gemini: what the reader tells', () => {
  it('reasoning, text and their signatures', () => {
    const { reply } = collect(textOf('thinking.sse'))
    assert.equal(reply.id, 'resp-1')
    assert.deepEqual(reply.choices[0]?.blocks, [
      { type: 'reasoning', text: 'The user wants a greeting.', signature: 'c2lnLXQ=' },
      { type: 'text', text: 'Hi Ada, welcome ⚓', signature: 'c2lnLXg=' },
    ])
    assert.equal(reply.usage?.output, 42)
    assert.equal(reply.usage?.reasoning, 30)
  })
  it('parallel calls with ids of their own and the stop of calls', () => {
    const { reply } = collect(textOf('calls.sse'))
    const calls = reply.choices[0]?.blocks.filter((block) => block.type === 'call')
    assert.deepEqual(
      calls?.map((call) => [call.id, call.name, call.input, call.signature]),
      [
        ['call_resp-1_0', 'get_weather', '{"city":"Oslo"}', 'c2ln'],
        ['call_resp-1_1', 'get_weather', '{"city":"Rome"}', undefined],
        ['x-1', 'ping', '', undefined],
      ],
    )
    assert.equal(reply.choices[0]?.stop, 'tool')
    assert.equal(reply.choices[0]?.rawStop, 'STOP')
  })
  it('citations in UTF-16 units', () => {
    const block = collect(textOf('grounded.sse')).reply.choices[0]?.blocks[0]
    assert.deepEqual(block?.type === 'text' ? block.citations : undefined, [
      { url: 'https://example.com/z', title: 'Z', citedText: 'groß.', start: 11, end: 16 },
    ])
    assert.equal(collect(textOf('grounded.sse')).reply.usage?.webSearches, 1)
  })
  it('several candidates', () => {
    const { reply } = collect(textOf('two.sse'))
    assert.deepEqual(
      reply.choices.map((choice) => [textsOf(choice.blocks), choice.stop]),
      [
        ['text:Aa', 'stop'],
        ['text:Bb', 'length'],
      ],
    )
  })
  it('a refused prompt as a filtered answer', () => {
    const { reply } = collect(textOf('blocked.sse'))
    const extra = { dialect: 'gemini', fields: { $blocked: true, promptFeedback: { blockReason: 'SAFETY' } } }
    assert.deepEqual(reply.choices, [{ index: 0, blocks: [], stop: 'filter', rawStop: 'SAFETY', extra }])
  })
  it('nothing after a failure', () => {
    const events: string[] = []
    const sink: EventSink = {
      event: (event) => events.push(event.type),
      fail: (error) => events.push(error.kind),
      end: () => events.push('end'),
    }
    read(`${textOf('error.failed.sse')}${textOf('thinking.sse')}`, sink)
    assert.deepEqual(events, ['start', 'block-start', 'block-delta', 'unavailable'])
  })
})

describe('gemini: streams that fail', () => {
  const kinds = { error: 'unavailable', limit: 'rate_limited', cut: 'bad_gateway', malformed: 'bad_reply' }
  for (const [name, kind] of Object.entries(kinds)) {
    it(name, () => {
      const collector = collect(textOf(`${name}.failed.sse`))
      assert.equal(collector.error?.kind, kind)
      assert.equal(collector.ended, false)
    })
  }
  it('keep what the provider said', () => {
    const facts = collect(textOf('limit.failed.sse')).error?.facts
    assert.equal(facts?.message, 'Quota exceeded')
    assert.equal(facts?.code, 'RESOURCE_EXHAUSTED')
    assert.equal(facts?.retryAfterMs, 7000)
  })
})

describe('gemini: what the writer prints', () => {
  it('is a whole response in every chunk, the last one with finishReason and usage', () => {
    const chunks = chunksOf(rewrite(textOf('calls.sse')))
    for (const chunk of chunks) {
      assert.ok(isObject(chunk))
      assert.equal(chunk.modelVersion, 'gemini-2.5-flash')
      assert.equal(chunk.responseId, 'resp-1')
      for (const candidate of objectsOf(chunk.candidates)) {
        assert.ok(isObject(candidate.content))
        assert.equal(candidate.content.role, 'model')
      }
    }
    const last = chunks.at(-1)
    assert.ok(isObject(last))
    assert.deepEqual(last.usageMetadata, {
      promptTokenCount: 14,
      candidatesTokenCount: 12,
      totalTokenCount: 56,
      thoughtsTokenCount: 30,
    })
    assert.equal(objectsOf(last.candidates)[0]?.finishReason, 'STOP')
  })
  it('joins interleaved blocks and call fragments of other dialects', () => {
    let out = ''
    const writer = gemini.writer((piece) => (out += piece), echoOf('m'))
    for (const event of interleaved) writer.event(event)
    writer.end()
    const blocks = collect(out).reply.choices[0]?.blocks ?? []
    assert.deepEqual(
      blocks.map((block) => (block.type === 'call' ? [block.id, block.input, block.signature] : [block.type])),
      [['text'], ['call_b', '{"b":2}', undefined], ['call_a', '{"a":1}', 'c2ln']],
    )
    assert.equal(collect(out).reply.id, 'call-uuid')
    assert.equal(collect(out).reply.choices[0]?.stop, 'tool')
  })
  it('is one JSON array for a client without alt=sse', () => {
    let out = ''
    read(textOf('thinking.sse'), gemini.arrayWriter?.((piece) => (out += piece), echoOf('m')) ?? assert.fail())
    const items = parseJson(out)
    assert.ok(Array.isArray(items) && items.length === 7)
    out = ''
    read(textOf('error.failed.sse'), gemini.arrayWriter?.((piece) => (out += piece), echoOf('m')) ?? assert.fail())
    const failed: unknown = parseJson(out)
    assert.ok(Array.isArray(failed))
    assert.deepEqual(failed.at(-1), { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } })
  })
  it('tells a failure in the stream', () => {
    let out = ''
    const writer = gemini.writer((piece) => (out += piece), echoOf('m'))
    writer.fail(fail('rate_limited', 'slow down', { retryAfterMs: 1500 }))
    assert.deepEqual(chunksOf(out), [
      {
        error: {
          code: 429,
          message: 'slow down',
          status: 'RESOURCE_EXHAUSTED',
          details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' }],
        },
      },
    ])
  })
})

const interleaved: readonly StreamEvent[] = [
  { type: 'start', id: '', model: 'x', created: 0 },
  { type: 'block-start', choice: 0, block: 0, seed: { type: 'text', text: '' } },
  { type: 'block-start', choice: 0, block: 1, seed: { type: 'call', id: 'call_a', name: 'f', input: '' } },
  { type: 'block-start', choice: 0, block: 2, seed: { type: 'call', id: 'call_b', name: 'f', input: '' } },
  { type: 'block-delta', choice: 0, block: 1, text: '{"a":' },
  { type: 'block-delta', choice: 0, block: 0, text: 'on it' },
  { type: 'ping' },
  { type: 'block-delta', choice: 0, block: 2, text: '{"b":2}' },
  { type: 'block-delta', choice: 0, block: 1, text: '1}' },
  { type: 'block-end', choice: 0, block: 2 },
  { type: 'block-data', choice: 0, block: 1, data: { signature: 'c2ln' } },
  { type: 'block-end', choice: 0, block: 1 },
  { type: 'block-end', choice: 0, block: 0 },
  { type: 'stop', choice: 0, stop: 'tool', rawStop: 'tool_use' },
]

describe('gemini: the meter', () => {
  function measure(text: string): ReturnType<typeof gemini.meter> {
    const meter = gemini.meter()
    const parser = new SseParser((name, data) => meter.event(name, data))
    parser.push(new TextEncoder().encode(text))
    parser.end()
    return meter
  }
  for (const name of casesOf('.sse').filter((each) => !each.endsWith('.failed'))) {
    it(`sees the usage and the end of ${name}`, () => {
      const meter = measure(textOf(`${name}.sse`))
      assert.deepEqual(meter.usage, collect(textOf(`${name}.sse`)).reply.usage)
      assert.equal(meter.finished, true)
      assert.equal(meter.error, undefined)
    })
  }
  it('counts characters and sees cuts and errors', () => {
    assert.equal(measure(textOf('eager-finish.sse')).characters, 'one two'.length)
    assert.equal(measure(textOf('cut.failed.sse')).finished, false)
    assert.equal(measure(textOf('error.failed.sse')).error?.kind, 'unavailable')
    const quoted: JsonObject = { candidates: [{ content: { parts: [{ text: 'a "finishReason" and an "error"' }] } }] }
    const meter = measure(`data: ${JSON.stringify(quoted)}\n\n`)
    assert.equal(meter.finished, false)
    assert.equal(meter.error, undefined)
  })
})
