import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { isGatewayError } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { openaiChat } from './index.ts'

const folder = new URL('../../../../../fixtures/dialects/openai-chat/', import.meta.url)
const traits = { id: 'harbour-1', supports: new Set<string>(), lacks: new Set<string>() }
const cases = readdirSync(folder).filter((name) => name.endsWith('.request.json'))

function load(name: string): JsonObject {
  const body: unknown = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
  assert.ok(isObject(body))
  return body
}
const again = (body: JsonObject): JsonObject => openaiChat.writeRequest(openaiChat.readRequest(body), traits).body
const user = (content: unknown): JsonObject => ({ model: 'm', messages: [{ role: 'user', content }] })

for (const name of cases) {
  test(`${name} is written as it was read`, () => {
    const body = load(name)
    assert.deepEqual(again(body), body)
    assert.deepEqual(body, load(name), 'the reader must not change its input')
  })
}

const wrong = [null, true, false, 0, -1, 1.5, '', 'x', [], [null], ['x'], [[]], {}, { x: 1 }, [{ type: 'text' }]]

/** Every place in `value`: how to read the body with another value there. */
function* places(value: unknown, put: (value: unknown) => unknown): Generator<(value: unknown) => unknown> {
  yield put
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* places(item, (other) => put(value.with(i, other)))
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) yield* places(value[key], (other) => put({ ...value, [key]: other }))
  }
}

for (const name of cases) {
  test(`${name}: a wrong value anywhere is refused with its path, or travels`, () => {
    for (const put of places(load(name), (value) => value)) {
      for (const value of wrong) {
        const body = put(value)
        if (!isObject(body)) continue
        let written: JsonObject
        try {
          written = again(body)
        } catch (error) {
          assert.ok(isGatewayError(error), `${JSON.stringify(body)} threw ${String(error)}`)
          assert.equal(error.kind, 'bad_request')
          assert.ok(error.facts.param !== undefined, error.message)
          continue
        }
        assert.deepEqual(written, body)
      }
    }
  })
}

test('errors name the path and what is expected', () => {
  const refused = (body: JsonObject, param: string, text: RegExp): void => {
    assert.throws(
      () => openaiChat.readRequest(body),
      (error) => isGatewayError(error) && error.facts.param === param && text.test(error.message),
    )
  }
  refused({ messages: [{ role: 'user', content: 'x' }] }, 'model', /string/)
  refused({ model: 'm' }, 'messages', /array of messages/)
  refused({ model: 'm', messages: 'x' }, 'messages', /array of messages/)
  refused({ model: 'm', messages: [] }, 'messages', /at least one/)
  refused({ model: 'm', messages: [{ role: 'robot', content: '' }] }, 'messages[0].role', /one of/)
  refused(user([{ type: 'image_url', image_url: { url: 5 } }]), 'messages[0].content[0].image_url.url', /a string/)
  refused(user([{ type: 'file', file: { filename: 'x' } }]), 'messages[0].content[0].file', /file_id or file_data/)
  refused({ ...user('x'), max_tokens: -1 }, 'max_tokens', /positive integer/)
  refused({ ...user('x'), n: 0 }, 'n', /positive integer/)
  refused({ ...user('x'), tools: [{ type: 'function' }] }, 'tools[0].function', /an object/)
})

test('the hub sees what the body says', () => {
  const { system, turns, tools, toolChoice } = openaiChat.readRequest(load('tools.request.json'))
  assert.deepEqual(
    system.map((block) => block.type === 'text' && block.text),
    ['You know the weather.', 'Rules.', 'More rules.'],
  )
  assert.deepEqual(system.at(-1)?.cache, { ttl: '1h' })
  assert.deepEqual(
    turns.map((turn) => turn.role),
    ['user', 'assistant', 'user', 'user', 'user', 'system', 'system', 'user'],
  )
  const calls = turns[1]?.blocks.map((block) => (block.type === 'call' ? [block.id, block.name, block.input] : block.type))
  assert.deepEqual(calls, [['call_1', 'get_weather', '{"city": "Oslo"}'], ['call_2', 'get_weather', ''], 'native'])
  const result = turns[3]?.blocks[0]
  assert.ok(result?.type === 'result')
  assert.equal(result.callId, 'call_2')
  assert.equal(result.isError, true)
  assert.deepEqual(result.cache, {})
  assert.deepEqual(
    result.content.map((block) => block.type),
    ['text', 'media'],
  )
  assert.deepEqual(
    tools.map((tool) => tool.hosted === true),
    [false, false, false, true, true, true],
  )
  assert.deepEqual(toolChoice, { mode: 'named', name: 'get_weather' })
})

test('history keeps signatures and sealed reasoning', () => {
  const { turns } = openaiChat.readRequest(load('history.request.json'))
  const [first, sealed, second, text, ...calls] = turns[1]?.blocks ?? []
  assert.ok(first?.type === 'reasoning' && first.signature === 'c2ln' && first.text === 'think')
  assert.ok(sealed?.type === 'reasoning' && sealed.sealed === 'cmVk')
  assert.ok(second?.type === 'reasoning' && second.signature === 'c2ln2')
  assert.ok(text?.type === 'text' && text.text === 'yo')
  assert.deepEqual(
    calls.map((call) => call.type === 'call' && call.signature),
    ['c2ln', 'c2ln'],
  )
})

test('media is taken apart', () => {
  const { turns } = openaiChat.readRequest(load('media.request.json'))
  const media = turns[0]?.blocks.flatMap((block) =>
    block.type === 'media' ? [`${block.media} ${block.source.kind} ${block.mimeType ?? ''}`] : [],
  )
  assert.deepEqual(media, [
    'image url ',
    'image url ',
    'image data image/png',
    'image url image/webp',
    'image url ',
    'audio data audio/wav',
    'audio data audio/mpeg',
    'video url ',
    'audio data audio/wav',
    'document file ',
    'document url application/pdf',
    'document data application/pdf',
    'document data application/pdf',
    'image data image/png',
  ])
  assert.deepEqual(turns[0]?.blocks.at(-1)?.cache, {})
})

test('settings, functions and thinking reach the hub', () => {
  const settings = openaiChat.readRequest(load('settings.request.json'))
  assert.equal(settings.sampling.maxTokens, 200)
  assert.deepEqual(settings.sampling.stop, ['END'])
  assert.equal(settings.includeUsage, true)
  assert.deepEqual(settings.reasoning, { effort: 'high' })
  assert.deepEqual(openaiChat.readRequest(load('any-choice.request.json')).reasoning, { budget: 2048 })
  assert.deepEqual(openaiChat.readRequest(load('any-choice.request.json')).toolChoice, { mode: 'required' })
  const legacy = openaiChat.readRequest(load('functions.request.json'))
  const call = legacy.turns[1]?.blocks[0]
  const result = legacy.turns[2]?.blocks[0]
  assert.ok(call?.type === 'call' && result?.type === 'result' && call.id === result.callId)
  assert.deepEqual(legacy.toolChoice, { mode: 'named', name: 'get_weather' })
})

test('a change of a guardrail or of the router is written', () => {
  const request = openaiChat.readRequest(load('tools.request.json'))
  const system = request.system.map((block) => (block.type === 'text' ? { ...block, text: block.text.toUpperCase() } : block))
  const { body } = openaiChat.writeRequest(
    { ...request, system, model: 'other', toolChoice: { mode: 'auto' }, sampling: { maxTokens: 5 } },
    traits,
  )
  assert.equal(body.model, 'other')
  assert.equal(body.tool_choice, 'auto')
  assert.equal(body.max_tokens, 5)
  assert.match(JSON.stringify(body.messages), /YOU KNOW THE WEATHER/)
  const schema = openaiChat.readRequest(load('schema.request.json'))
  const plain = openaiChat.writeRequest({ ...schema, format: { type: 'text' } }, traits).body
  assert.deepEqual(plain.response_format, { type: 'text' })
  const thinking = openaiChat.readRequest(load('any-choice.request.json'))
  const lower = openaiChat.writeRequest({ ...thinking, reasoning: { effort: 'low' } }, traits).body
  assert.equal(lower.reasoning_effort, 'low')
  assert.equal(lower.thinking, undefined)
})

test('the path supplies the model', () => {
  const request = openaiChat.readRequest({ messages: [{ role: 'user', content: 'x' }] }, { model: 'deployment' })
  assert.equal(request.model, 'deployment')
})
