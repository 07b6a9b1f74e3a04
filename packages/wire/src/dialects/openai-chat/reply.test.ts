import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { isGatewayError } from '../../errors.ts'
import { isObject, objectOf, type JsonObject } from '../../json.ts'
import { openaiChat } from './index.ts'

const folder = new URL('../../../../../fixtures/dialects/openai-chat/', import.meta.url)
const cases = readdirSync(folder).filter((name) => name.endsWith('.reply.json'))
const request = openaiChat.readRequest({ model: 'm', messages: [{ role: 'user', content: 'x' }] })

function load(name: string): JsonObject {
  const body: unknown = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
  assert.ok(isObject(body))
  return body
}

for (const name of cases.filter((name) => name !== 'odd.reply.json')) {
  test(`${name} is written as it was read`, () => {
    const body = load(name)
    const written = openaiChat.writeReply(openaiChat.readReply(body), {
      model: String(body.model),
      request,
      callId: 'uuid',
      now: 1,
    })
    assert.deepEqual(written, body)
    assert.deepEqual(body, load(name), 'the reader must not change its input')
  })
}

test('a reply with wrong types is read as far as it goes', () => {
  const reply = openaiChat.readReply(load('odd.reply.json'))
  assert.equal(reply.choices[0]?.stop, 'stop')
  const written = openaiChat.writeReply(reply, { model: 'harbour-1', request, callId: 'uuid', now: 1 })
  assert.deepEqual(objectOf(written.choices), objectOf(load('odd.reply.json').choices))
  assert.equal(written.$odd, 1)
})

test('stops, calls, logprobs and citations reach the hub', () => {
  const choices = openaiChat.readReply(load('choices.reply.json')).choices
  assert.deepEqual(
    choices.map((choice) => choice.stop),
    ['stop', 'filter', 'length'],
  )
  assert.ok(choices[0]?.logprobs !== undefined)
  assert.ok(choices[1]?.blocks[0]?.type === 'text' && choices[1].blocks[0].refusal === true)
  assert.equal(openaiChat.readReply(load('named-call.reply.json')).choices[0]?.stop, 'tool')
  assert.equal(openaiChat.readReply(load('function-call.reply.json')).choices[0]?.stop, 'tool')
  const media = openaiChat.readReply(load('media.reply.json')).choices[0]?.blocks ?? []
  assert.deepEqual(
    media.map((block) => block.type),
    ['text', 'media', 'media'],
  )
  assert.ok(media[0]?.type === 'text' && media[0].citations?.[0]?.url === 'https://example.com')
  const reasoning = openaiChat.readReply(load('reasoning.reply.json')).choices
  assert.deepEqual(
    reasoning.map((choice) => choice.blocks[0]?.type),
    ['reasoning', 'reasoning', 'reasoning', 'reasoning'],
  )
})

test('a changed block and a changed usage are written', () => {
  const reply = openaiChat.readReply(load('plain.reply.json'))
  const choices = reply.choices.map((choice) => ({ ...choice, blocks: [{ type: 'text', text: 'No.' } as const] }))
  const usage = reply.usage === undefined ? undefined : { ...reply.usage, output: 1, reasoning: 0 }
  assert.ok(usage !== undefined)
  const text = JSON.stringify(
    openaiChat.writeReply({ ...reply, choices, usage }, { model: 'm', request, callId: 'uuid', now: 1 }),
  )
  assert.match(text, /"content":"No\."/)
  assert.match(text, /"completion_tokens":1,/)
})

test('a translation is undone', () => {
  const body = load('named-call.reply.json')
  const named = openaiChat.readReply(body, { toolNames: new Map([['a', 'mcp.a']]) }).choices[0]
  assert.ok(named?.blocks[0]?.type === 'call' && named.blocks[0].name === 'mcp.a')
  const json = openaiChat.readReply(body, { jsonTool: 'a' }).choices[0]
  assert.ok(json?.blocks[0]?.type === 'text' && json.blocks[0].text === '{}')
  assert.equal(json.stop, 'stop')
})

test('usage has one algebra', () => {
  const read = (usage: JsonObject, more: JsonObject = {}): unknown => {
    const found = openaiChat.readUsage({ usage, ...more })
    return found && [found.input, found.output, found.cacheRead, found.cacheWrite, found.reasoning]
  }
  const base = { prompt_tokens: 100, completion_tokens: 10 }
  assert.deepEqual(read({ ...base, prompt_tokens_details: { cached_tokens: 60 } }), [100, 10, 60, 0, 0])
  assert.deepEqual(read({ ...base, prompt_cache_hit_tokens: 60, prompt_cache_miss_tokens: 40 }), [100, 10, 60, 0, 0])
  assert.deepEqual(read({ ...base, cached_tokens: 60 }), [100, 10, 60, 0, 0])
  assert.deepEqual(read({ ...base, cache_creation_input_tokens: 30, cache_read_input_tokens: 60 }), [100, 10, 60, 30, 0])
  // xAI counts reasoning beside the completion.
  assert.deepEqual(read({ ...base, total_tokens: 140, completion_tokens_details: { reasoning_tokens: 30 } }), [100, 40, 0, 0, 30])
  assert.deepEqual(
    read({ ...base, completion_tokens: 40, total_tokens: 140, completion_tokens_details: { reasoning_tokens: 30 } }),
    [100, 40, 0, 0, 30],
  )
  assert.equal(read({}), undefined)
  assert.equal(openaiChat.readUsage({ x_groq: { usage: base } })?.input, 100)
  assert.equal(openaiChat.readUsage({ usage: { ...base, cost: 0.5 }, service_tier: 'flex' })?.statedCostUsd, 0.5)
  assert.equal(openaiChat.readUsage({ usage: base, service_tier: 'flex' })?.serviceTier, 'flex')
})

test('what cannot be understood is an error with the right kind', () => {
  const kindOf = (body: JsonObject): unknown => {
    try {
      openaiChat.readReply(body)
    } catch (error) {
      return isGatewayError(error) ? error.kind : error
    }
    return 'read'
  }
  assert.equal(kindOf({}), 'bad_reply')
  assert.equal(kindOf({ choices: 'x' }), 'bad_reply')
  assert.equal(kindOf({ error: { message: 'upstream exploded', code: 500 } }), 'internal')
  assert.equal(kindOf({ error: { message: 'slow down', code: 429 } }), 'rate_limited')
})
