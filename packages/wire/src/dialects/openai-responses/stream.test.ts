import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail, type GatewayError } from '../../errors.ts'
import type { ChatReply, EventSink, StreamEvent } from '../../hub.ts'
import { objectOf, objectsOf, type JsonObject } from '../../json.ts'
import { replay } from '../../replay.ts'
import { makeUsage } from '../../usage.ts'
import { openaiResponses } from './index.ts'
import {
  callId,
  collect,
  echo,
  feed,
  finalResponse,
  fixture,
  fixtureNames,
  fixtureText,
  framed,
  places,
  plain,
  replaced,
} from './test-kit.ts'

const write = (drive: (sink: EventSink) => void, request?: JsonObject): string => {
  let text = ''
  drive(openaiResponses.writer((piece) => (text += piece), echo('gpt-5', request)))
  return text
}

for (const name of fixtureNames('.sse')) {
  const whole = fixture(name.replace('.sse', '.reply.json'))

  test(`stream ${name} adds up to its reply`, () => {
    const collector = collect(fixtureText(name))
    assert.equal(collector.error, undefined)
    assert.ok(collector.ended)
    const reply = openaiResponses.readReply(whole)
    assert.deepEqual(plain(collector.reply), plain(reply))
    assert.deepEqual(collector.reply.usage, reply.usage)
    assert.equal(collector.reply.id, whole['id'])
    assert.deepEqual(openaiResponses.writeReply(collector.reply, echo(String(whole['model']))), whole)
  })

  test(`stream ${name} is written with the same final response`, () => {
    const text = write((sink) => feed(fixtureText(name), sink))
    checkOrder(text)
    assert.deepEqual(finalResponse(framed(text)), whole)
    assert.deepEqual(plain(collect(text).reply), plain(openaiResponses.readReply(whole)))
  })
}

/** The order and the places that the official SDKs count on. */
function checkOrder(text: string): void {
  const events = framed(text)
  const items = new Map<unknown, { parts: number; done: boolean }>()
  for (const [number, { name, data }] of events.entries()) {
    assert.equal(data['sequence_number'], number)
    assert.equal(data['type'], name)
    const index = data['output_index']
    const item = items.get(index)
    if (name === 'response.output_item.added') {
      assert.equal(index, items.size)
      items.set(index, { parts: 0, done: false })
    } else if (index !== undefined) {
      assert.ok(item !== undefined && !item.done, `${name} outside its item`)
      if (name === 'response.content_part.added') assert.equal(data['content_index'], item.parts++)
      if (name.startsWith('response.output_text')) assert.ok(Number(data['content_index']) < item.parts)
      if (name === 'response.output_item.done') item.done = true
    }
  }
  assert.deepEqual(
    events.slice(0, 2).map((event) => event.name),
    ['response.created', 'response.in_progress'],
  )
  assert.ok([...items.values()].every((item) => item.done))
  assert.equal(objectsOf(finalResponse(events)['output']).length, items.size)
}

const foreign: ChatReply = {
  id: 'chatcmpl-1',
  model: 'other',
  created: 1767225601,
  choices: [
    {
      index: 0,
      stop: 'tool',
      rawStop: 'tool_calls',
      blocks: [
        { type: 'reasoning', text: 'Think.\n\nMore.', signature: 'c2ln' },
        { type: 'text', text: 'Hi ⚓', citations: [{ url: 'https://a.example', title: 'A' }, { citedText: 'no address' }] },
        { type: 'call', id: 'toolu_1', name: 'get_weather', input: '{"city":"Oslo"}', signature: 'Z2Vt' },
        { type: 'call', id: 'toolu_2', name: 'now', input: '' },
        { type: 'media', media: 'image', source: { kind: 'data', base64: 'AA==' }, mimeType: 'image/png' },
        { type: 'native', dialect: 'anthropic-messages', data: { type: 'server_tool_use' } },
        { type: 'text', text: 'Bye' },
      ],
    },
  ],
  usage: makeUsage({ input: 10, output: 5, cacheRead: 4, cacheWrite: 2, reasoning: 1 }),
}

test('a foreign reply is the same response in a stream and in one body', () => {
  const request = { model: 'gpt-5', input: 'x', temperature: 0.5, instructions: 'Be terse.', metadata: { a: 'b' } }
  const body = openaiResponses.writeReply(foreign, echo('gpt-5', request))
  const text = write((sink) => replay(foreign, sink), request)
  checkOrder(text)
  assert.deepEqual(finalResponse(framed(text)), body)
  assert.equal(body['id'], `resp_${callId.replaceAll('-', '')}`)
  assert.equal(body['instructions'], 'Be terse.')
  assert.equal(body['temperature'], 0.5)
  assert.deepEqual(
    objectsOf(body['output']).map((item) => [item['type'], String(item['id']).split('_')[0]]),
    [
      ['reasoning', 'rs'],
      ['message', 'msg'],
      // It carries the signature of the call behind it.
      ['reasoning', 'rs'],
      ['function_call', 'fc'],
      ['function_call', 'fc'],
      ['image_generation_call', 'ig'],
      ['message', 'msg'],
    ],
  )
  assert.deepEqual(body['usage'], {
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 4, cache_write_tokens: 2, text_tokens: 4 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 1, text_tokens: 4 },
    total_tokens: 15,
  })
})

test('an answer that was cut ends with an incomplete message, in a stream and in one body', () => {
  for (const stop of ['length', 'filter'] as const) {
    const blocks = [{ type: 'text' as const, text: 'Once upon' }]
    const reply: ChatReply = { ...foreign, choices: [{ index: 0, stop, blocks }] }
    const body = openaiResponses.writeReply(reply, echo('gpt-5'))
    const [message] = objectsOf(body['output'])
    assert.deepEqual([body['status'], message?.['status']], ['incomplete', 'incomplete'])
    assert.deepEqual(finalResponse(framed(write((sink) => replay(reply, sink)))), body)
  }
})

test('a whole response that is played keeps its own usage', () => {
  const whole = { ...fixture('text.reply.json'), usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5, of_tomorrow: 1 } }
  const text = write((sink) => replay(openaiResponses.readReply(whole), sink))
  assert.deepEqual(finalResponse(framed(text))['usage'], whole.usage)
})

test('logprobs of a choice stand in its text', () => {
  const logprobs = { content: [{ token: 'Hi', logprob: -0.1 }] }
  const reply: ChatReply = { ...foreign, choices: [{ index: 0, stop: 'stop', logprobs, blocks: [{ type: 'text', text: 'Hi' }] }] }
  const body = openaiResponses.writeReply(reply, echo('gpt-5'))
  assert.deepEqual(finalResponse(framed(write((sink) => replay(reply, sink)))), body)
  assert.deepEqual(openaiResponses.readReply(body).choices[0]?.logprobs, logprobs)
})

test('signatures of other providers come back from a client of this dialect', () => {
  const output = openaiResponses.writeReply(foreign, echo('gpt-5'))['output']
  const request = openaiResponses.readRequest({ model: 'gpt-5', input: output })
  const [reasoning, , call] = request.turns[0]?.blocks ?? []
  assert.equal(reasoning?.type === 'reasoning' ? reasoning.signature : undefined, 'c2ln')
  assert.equal(call?.type === 'call' ? call.signature : undefined, 'Z2Vt')
  // A provider of this dialect would refuse both.
  const upstream = JSON.stringify(openaiResponses.writeRequest(request, { id: 'm', supports: new Set(), lacks: new Set() }).body)
  assert.ok(!upstream.includes('c2ln') && !upstream.includes('Z2Vt'))
})

test('blocks that interleave are written side by side', () => {
  const events: StreamEvent[] = [
    { type: 'start', id: 'x', model: 'm', created: 1 },
    { type: 'block-start', choice: 0, block: 0, seed: { type: 'text', text: '' } },
    { type: 'block-start', choice: 0, block: 1, seed: { type: 'call', id: 'a', name: 'f', input: '' } },
    { type: 'block-start', choice: 0, block: 2, seed: { type: 'call', id: 'b', name: 'g', input: '' } },
    { type: 'block-start', choice: 1, block: 3, seed: { type: 'text', text: 'another answer' } },
    { type: 'block-delta', choice: 0, block: 2, text: '{"x"' },
    { type: 'block-delta', choice: 0, block: 0, text: 'One' },
    { type: 'ping' },
    { type: 'block-delta', choice: 0, block: 1, text: '{}' },
    { type: 'block-delta', choice: 0, block: 2, text: ':1}' },
    { type: 'block-end', choice: 0, block: 2 },
    { type: 'stop', choice: 0, stop: 'tool' },
    { type: 'usage', usage: makeUsage({ input: 1, output: 2 }) },
  ]
  const text = write((sink) => {
    for (const event of events) sink.event(event)
    sink.end()
  })
  checkOrder(text)
  const output = objectsOf(finalResponse(framed(text))['output'])
  const texts = output.map(
    (item) =>
      item['arguments'] ??
      objectsOf(item['content'])
        .map((part) => part['text'])
        .join(''),
  )
  assert.deepEqual(texts, ['One', '{}', '{"x":1}'])
})

const failureOf = (sse: string): GatewayError | undefined => collect(sse).error

test('a stream that breaks fails, and says how', () => {
  const whole = fixtureText('text.sse')
  const cut = whole.slice(0, whole.indexOf('event: response.completed'))
  assert.equal(failureOf(cut)?.kind, 'bad_gateway')
  assert.equal(failureOf('')?.kind, 'bad_gateway')
  assert.equal(failureOf(`${cut}data: {"type":"respo\n\n`)?.kind, 'bad_reply')
  assert.equal(failureOf(`${cut}data: 7\n\n`)?.kind, 'bad_reply')
  const event = (data: JsonObject): string => `${cut}data: ${JSON.stringify(data)}\n\n`
  const error = (code: string): string => event({ type: 'error', code, message: 'm', param: null })
  assert.equal(failureOf(error('server_error'))?.kind, 'internal')
  assert.equal(failureOf(error('rate_limit_exceeded'))?.kind, 'rate_limited')
  assert.equal(failureOf(error('server_is_overloaded'))?.kind, 'unavailable')
  assert.equal(failureOf(error('context_length_exceeded'))?.kind, 'context_length')
  assert.equal(failureOf(event({ type: 'error', error: { type: 'invalid_request_error', message: 'm' } }))?.kind, 'bad_request')
  const failed = {
    type: 'response.failed',
    response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow' } },
  }
  assert.equal(failureOf(event(failed))?.message, 'slow')
  assert.equal(failureOf(event(failed))?.kind, 'rate_limited')
})

/** Logprobs come with deltas only. */
const withoutLogprobs = ({ choices, ...reply }: ChatReply): unknown =>
  plain({ ...reply, choices: choices.map(({ logprobs: _logprobs, ...choice }) => choice) })

test('servers that leave events out are understood from the final response', () => {
  const whole = fixture('rich.reply.json')
  const only = `data: ${JSON.stringify({ type: 'response.completed', response: whole })}\n\ndata: [DONE]\n\n`
  assert.deepEqual(withoutLogprobs(collect(only).reply), withoutLogprobs(openaiResponses.readReply(whole)))
  const bare = [
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hi' },
    { type: 'response.completed', response: { id: 'r', status: 'completed', output: [] } },
  ]
  const collector = collect(bare.map((data) => `data: ${JSON.stringify(data)}\n\n`).join(''))
  assert.deepEqual(plain(collector.reply), [
    { blocks: [{ type: 'text', text: 'Hi', citations: [] }], stop: 'stop', rawStop: 'completed', logprobs: undefined },
  ])
})

test('a failure is an error event and a failed response, with what was complete', () => {
  const text = write((sink) => {
    sink.event({ type: 'start', id: 'x', model: 'm', created: 1 })
    sink.event({ type: 'block-start', choice: 0, block: 0, seed: { type: 'text', text: 'Half' } })
    sink.fail(fail('rate_limited', 'Too "fast"'))
    sink.event({ type: 'ping' })
    sink.end()
  })
  const events = framed(text)
  assert.deepEqual(
    events.slice(-2).map((event) => event.name),
    ['error', 'response.failed'],
  )
  assert.equal(events.at(-2)?.data['message'], 'Too "fast"')
  assert.deepEqual(objectOf(finalResponse(events)['error']), { code: 'rate_limit_exceeded', message: 'Too "fast"' })
  assert.equal(failureOf(text)?.kind, 'rate_limited')
  assert.equal(failureOf(write((sink) => sink.fail(fail('unavailable', 'later'))))?.kind, 'internal')
  assert.equal(failureOf(write((sink) => sink.end()))?.kind, 'internal')
})

test('a wrong value anywhere in an event is read over or fails the sink, and never throws', () => {
  const events = framed(fixtureText('rich.sse')).map((event) => event.data)
  for (const [number, event] of events.entries()) {
    if (event['response'] !== undefined) continue
    for (const place of places(event)) {
      for (const value of [null, 1, 'text', [null], {}]) {
        const changed = events.map((data, index) => (index === number ? replaced(data, place, value) : data))
        const text = write((sink) => feed(changed.map((data) => `data: ${JSON.stringify(data)}\n\n`).join(''), sink))
        assert.ok(['response.completed', 'response.failed'].includes(framed(text).at(-1)?.name ?? ''), place.join('.'))
      }
    }
  }
})
