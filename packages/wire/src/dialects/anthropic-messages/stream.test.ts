import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fail } from '../../errors.ts'
import type { StreamEvent } from '../../hub.ts'
import { replay } from '../../replay.ts'
import { makeUsage } from '../../usage.ts'
import { anthropicMessages as dialect } from './index.ts'
import { collect, echoFor, fixtureJson, fixtureText, frames, parsed, rewrite, write } from './test-kit.ts'

const model = 'claude-sonnet-4-5'
const startUsage = { countsCacheWrites: true as const, input: 24, cacheRead: 8, cacheWrite: 4, cacheWrite1h: 3 }

describe('stream reading', () => {
  it('joins text, thinking, calls and server tools', () => {
    const tools = collect(fixtureText('tools.sse'))
    assert(tools.ended)
    assert.deepEqual(tools.reply.choices, [
      {
        index: 0,
        stop: 'tool',
        rawStop: 'tool_use',
        extra: { dialect: 'anthropic-messages', fields: {} },
        blocks: [
          { type: 'reasoning', text: 'Two calls.', signature: 'c2ln' },
          { type: 'reasoning', text: '', sealed: 'c2VhbGVk' },
          { type: 'text', text: 'Checking.' },
          { type: 'call', id: 'toolu_1', name: 'get_weather', input: '{"city":"Oslo"}' },
          { type: 'call', id: 'toolu_2', name: 'ping', input: '{}' },
        ],
      },
    ])
    assert.deepEqual(tools.reply.usage, makeUsage({ ...startUsage, output: 55, reasoning: 40 }))
    const server = collect(fixtureText('server-tools.sse')).reply
    assert.equal(server.choices[0]?.stop, 'pause')
    assert.partialDeepStrictEqual(server.choices[0]?.blocks, [
      { type: 'native', data: { type: 'server_tool_use', input: { query: 'oslo' } } },
      { type: 'native', data: { type: 'web_search_tool_result' } },
      { type: 'text', text: 'Cold.', citations: [{ url: 'https://a.example', title: 'A', citedText: 'a' }] },
      { type: 'native', data: { type: 'compaction', content: 'so far' } },
    ])
  })

  it('keeps interleaved blocks apart', () => {
    assert.partialDeepStrictEqual(collect(fixtureText('interleaved.sse')).reply.choices[0]?.blocks, [
      { type: 'text', text: 'xy' },
      { type: 'call', name: 'a', input: '{"k":1}' },
      { type: 'call', name: 'b', input: '{"whole":true}' },
    ])
  })

  it('undoes tool names and the tool that stood for a schema', () => {
    const toolNames = new Map([['get_weather', 'get weather']])
    const both = collect(fixtureText('tools.sse'), { toolNames, jsonTool: 'ping' }).reply.choices[0]
    assert.partialDeepStrictEqual(both?.blocks.slice(3), [
      { type: 'call', name: 'get weather' },
      { type: 'text', text: '{}' },
    ])
    assert.equal(both?.stop, 'tool')
    const only = fixtureText('tools.sse').replaceAll('get_weather', 'ping')
    assert.equal(collect(only, { jsonTool: 'ping' }).reply.choices[0]?.stop, 'stop')
  })

  const failures: readonly (readonly [fixture: string, kind: string])[] = [
    ['cut.sse', 'bad_gateway'],
    ['no-stop.sse', 'bad_gateway'],
    ['overloaded.sse', 'unavailable'],
    ['rate-limited.sse', 'rate_limited'],
    ['malformed.sse', 'bad_reply'],
  ]
  for (const [fixture, kind] of failures) {
    it(`fails ${fixture} as ${kind}, once`, () => {
      const collector = collect(fixtureText(fixture))
      assert.equal(collector.error?.kind, kind)
      assert.equal(collector.ended, false)
    })
  }
})

describe('stream writing', () => {
  for (const name of ['text.sse', 'tools.sse', 'server-tools.sse', 'interleaved.sse']) {
    it(`writes ${name} so that it joins to the same`, () => {
      const text = fixtureText(name)
      const written = rewrite(text, model)
      assert.deepEqual(collect(written).reply, collect(text).reply)
      checkOrder(written)
    })
  }

  it('prints the same events where nothing interleaves', () => {
    const strip = (text: string): unknown[] => parsed(text).filter(({ name }) => name !== 'ping' && !name.startsWith('message_'))
    assert.deepEqual(strip(rewrite(fixtureText('text.sse'), model)), strip(fixtureText('text.sse')))
  })

  it('prints a stream of another dialect with usage at both ends', () => {
    const usage = makeUsage({ input: 10, output: 4, cacheRead: 3 })
    const events: StreamEvent[] = [
      { type: 'start', id: 'chatcmpl-1', model: 'gpt', created: 5 },
      { type: 'block-start', choice: 0, block: 0, seed: { type: 'reasoning', text: '' } },
      { type: 'block-start', choice: 0, block: 1, seed: { type: 'text', text: '' } },
      { type: 'block-delta', choice: 0, block: 1, text: 'Hi' },
      { type: 'block-delta', choice: 0, block: 0, text: 'hm' },
      { type: 'block-start', choice: 1, block: 2, seed: { type: 'text', text: 'second answer' } },
      { type: 'block-data', choice: 0, block: 0, data: { sealed: 'enc' } },
      { type: 'block-end', choice: 0, block: 0 },
      { type: 'logprobs', choice: 0, logprobs: {} },
      { type: 'stop', choice: 0, stop: 'length', rawStop: 'length' },
      { type: 'stop', choice: 1, stop: 'stop' },
      { type: 'usage', usage },
    ]
    const written = write(events)
    assert.deepEqual(
      written.map(({ name }) => name).join(' '),
      'message_start ping content_block_start content_block_delta content_block_stop content_block_start content_block_stop ' +
        'content_block_start content_block_delta content_block_stop message_delta message_stop',
    )
    assert.partialDeepStrictEqual(written[0]?.data, {
      message: { id: 'chatcmpl-1', model: 'shown', content: [], stop_reason: null, usage: { input_tokens: 0, output_tokens: 0 } },
    })
    assert.partialDeepStrictEqual(written[5]?.data, { index: 1, content_block: { type: 'redacted_thinking', data: 'enc' } })
    assert.partialDeepStrictEqual(written[8]?.data, { index: 2, delta: { type: 'text_delta', text: 'Hi' } })
    assert.deepEqual(written.at(-2)?.data, {
      type: 'message_delta',
      delta: { stop_reason: 'max_tokens', stop_sequence: null },
      usage: { input_tokens: 7, output_tokens: 4, cache_creation_input_tokens: 0, cache_read_input_tokens: 3 },
    })
  })

  it('prints a whole reply that is played as a stream', () => {
    const reply = dialect.readReply(fixtureJson('tools.reply.json'))
    let out = ''
    replay(
      reply,
      dialect.writer((text) => (out += text), echoFor(reply.model)),
    )
    checkOrder(out)
    const joined = collect(out).reply
    assert.deepEqual(joined.choices[0]?.blocks, reply.choices[0]?.blocks)
    assert.deepEqual(joined.usage, reply.usage)
  })

  it('prints a failure as an error event', () => {
    let out = ''
    dialect.writer((text) => (out += text), echoFor('m')).fail(fail('rate_limited', 'slow down'))
    assert.equal(out, 'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}\n\n')
  })
})

/** The order that official clients rely on: one block open at a time, indices counting up, one end. */
function checkOrder(text: string): void {
  const events = parsed(text).filter(({ name }) => name !== 'ping')
  assert.equal(events[0]?.name, 'message_start')
  assert.deepEqual(
    events.slice(-2).map(({ name }) => name),
    ['message_delta', 'message_stop'],
  )
  let next = 0
  let open = false
  for (const { name, data } of events.slice(1, -2)) {
    if (name === 'content_block_start') {
      assert.equal(open, false)
      open = true
    }
    assert.equal(open, true)
    assert.equal(data.index, next)
    if (name === 'content_block_stop') {
      open = false
      next++
    }
  }
  assert.equal(open, false)
}

describe('meter', () => {
  const measure = (text: string): ReturnType<typeof dialect.meter> => {
    const meter = dialect.meter()
    for (const { name, data } of frames(text)) meter.event(name, data)
    return meter
  }

  it('sees usage, end and an estimate of the characters', () => {
    const tools = measure(fixtureText('tools.sse'))
    assert.deepEqual(tools.usage, collect(fixtureText('tools.sse')).reply.usage)
    assert(tools.finished)
    assert.equal(tools.error, undefined)
    const text = measure(fixtureText('text.sse'))
    assert(Math.abs(text.characters - 'Hi Ada, "welcome"\n ⚓'.length) <= 3, String(text.characters))
  })

  it('sees errors and the missing end', () => {
    assert.equal(measure(fixtureText('overloaded.sse')).error?.kind, 'unavailable')
    const cut = measure(fixtureText('cut.sse'))
    assert.equal(cut.finished, false)
    assert.deepEqual(cut.usage, makeUsage({ ...startUsage, output: 1 }))
  })

  it('is not misled by a text that quotes events', () => {
    const quoted = fixtureText('text.sse').replace('Hi Ada', 'a long enough text, then message_stop and error Hi Ada')
    assert.equal(measure(quoted.split('event: message_delta')[0] ?? '').finished, false)
  })
})
