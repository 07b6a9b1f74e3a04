import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { anthropicMessages as dialect, readCountReply, readCountRequest, writeCountReply, writeCountRequest } from './index.ts'
import { fixtureJson, fixturesEnding, traits } from './test-kit.ts'

const plain = fixtureJson('plain.request.json')

describe('request law', () => {
  for (const name of fixturesEnding('.request.json')) {
    it(`writes ${name} as it was read`, () => {
      const body = fixtureJson(name)
      const before = structuredClone(body)
      const written = dialect.writeRequest(dialect.readRequest(body), traits(['native_structured_output']))
      assert.deepEqual(written, { body: before, undo: {} })
      assert.deepEqual(body, before)
    })
  }

  it('writes a changed block, and keeps the string form where it still can', () => {
    const request = dialect.readRequest(plain)
    const changed = {
      ...request,
      turns: [{ ...request.turns[0], role: 'user' as const, blocks: [{ type: 'text' as const, text: 'Hi [NAME].' }] }],
    }
    assert.deepEqual(dialect.writeRequest(changed, traits()).body, {
      ...plain,
      messages: [{ role: 'user', content: 'Hi [NAME].' }],
    })
  })
})

describe('request reading', () => {
  it('says a loaded tool in words, which other dialects understand, and writes it as it was', () => {
    const content = [{ type: 'tool_reference', tool_name: 'CronList', later: 1 }]
    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content }
    const body = { ...plain, messages: [{ role: 'user', content: [result] }] }
    const request = dialect.readRequest(body)
    const [block] = request.turns[0]?.blocks ?? []
    assert.equal(
      block?.type === 'result' && block.content[0]?.type === 'text' && block.content[0].text,
      'The tool CronList is available now.',
    )
    assert.deepEqual(dialect.writeRequest(request, traits()).body, body)
  })
  it('gives the hub what it knows', () => {
    const request = dialect.readRequest(fixtureJson('agent.request.json'))
    assert.equal(request.user, 'u-17')
    assert.deepEqual(request.reasoning, { budget: 2048, summary: 'none' })
    assert.deepEqual(request.sampling, { maxTokens: 8192, temperature: 1, topP: 0.97, topK: 40, stop: ['END', '\n'] })
    assert.deepEqual(request.toolChoice, { mode: 'auto' })
    assert.equal(request.parallelTools, false)
    assert.deepEqual(
      request.turns[1]?.blocks.map((block) => block.type),
      ['reasoning', 'reasoning', 'text', 'call', 'call', 'native', 'native'],
    )
    const result = request.turns[2]?.blocks[1]
    assert(result?.type === 'result')
    assert.equal(result.name, 'get_weather')
    assert.equal(result.isError, true)
    assert.deepEqual(result.cache, {})
    assert.deepEqual(
      result.content.map((block) => block.type),
      ['text', 'media', 'native'],
    )
    assert.deepEqual(
      request.tools.map((tool) => [tool.name, tool.hosted === true]),
      [
        ['get_weather', false],
        ['ping', false],
        ['web_search_20250305', true],
        ['mcp_toolset', true],
      ],
    )
  })

  it('binds a format by its schema, strictly where others could', () => {
    const closed = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false }
    const formats: readonly (readonly [JsonObject, boolean | undefined])[] = [
      [closed, true],
      [{ ...closed, properties: { a: { anyOf: [closed, { type: 'array', items: closed }] } } }, true],
      [{ ...closed, required: [] }, undefined],
      [{ ...closed, additionalProperties: true }, undefined],
      [{ ...closed, properties: { a: { type: 'array', items: { type: 'object' } } } }, undefined],
      [{ ...closed, $defs: { b: { ...closed, required: [] } } }, undefined],
    ]
    for (const [schema, strict] of formats) {
      const body = { model: 'm', max_tokens: 1, messages: plain.messages, output_format: { type: 'json_schema', schema } }
      const { format } = dialect.readRequest(body)
      assert.equal(format?.type === 'schema' ? format.strict : 'none', strict, JSON.stringify(schema))
    }
  })

  it('takes model and stream from the path where the body has none', () => {
    const { model: _model, ...body } = plain
    const request = dialect.readRequest(body, { model: 'claude-x', stream: true })
    assert.deepEqual([request.model, request.stream], ['claude-x', true])
  })

  const broken: readonly (readonly [param: string, change: JsonObject])[] = [
    ['model', { model: 5 }],
    ['max_tokens', { max_tokens: undefined }],
    ['max_tokens', { max_tokens: 1.5 }],
    ['messages', { messages: [] }],
    ['messages.0.role', { messages: [{ role: 'robot', content: 'x' }] }],
    ['messages.0.content', { messages: [{ role: 'user' }] }],
    ['messages.0.content.0.text', { messages: [{ role: 'user', content: [{ type: 'text' }] }] }],
    ['messages.0.content.0.content.0.type', nestedResult()],
    ['tools.0.input_schema', { tools: [{ name: 'a' }] }],
    ['tool_choice.name', { tool_choice: { type: 'tool' } }],
    ['thinking.budget_tokens', { thinking: { type: 'enabled' } }],
    ['stop_sequences.1', { stop_sequences: ['a', 1] }],
  ]
  for (const [param, change] of broken) {
    it(`names ${param} when ${JSON.stringify(change).slice(0, 60)}`, () => {
      assert.throws(
        () => dialect.readRequest({ ...plain, ...change }),
        (error) =>
          isGatewayError(error) && error.kind === 'bad_request' && error.facts.param === param && error.message.startsWith(param),
      )
    })
  }
})

function nestedResult(): JsonObject {
  const inner = { type: 'tool_result', tool_use_id: 'b', content: 'x' }
  return { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [inner] }] }] }
}

describe('wrong types', () => {
  const wrong: readonly unknown[] = [
    undefined,
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e21,
    '',
    'word',
    [],
    [null],
    [[1]],
    {},
    { type: 7, nested: { deep: [null] } },
  ]
  for (const name of fixturesEnding('.request.json')) {
    it(`every field of ${name} reads or is refused`, () => {
      const body = fixtureJson(name)
      let tried = 0
      for (const path of pathsOf(body, [])) {
        for (const value of wrong) {
          tried++
          readsOrRefuses(replaced(body, path, value), path)
        }
      }
      assert(tried > 60)
    })
  }

  it('reads or refuses any top level', () => {
    for (const key of [
      'system',
      'tools',
      'metadata',
      'output_config',
      'output_format',
      'thinking',
      'tool_choice',
      'stream',
      'service_tier',
    ]) {
      for (const value of wrong) readsOrRefuses({ ...plain, [key]: value }, [key])
    }
  })
})

function readsOrRefuses(body: JsonObject, path: readonly (string | number)[]): void {
  try {
    const request = dialect.readRequest(body)
    assert.deepEqual(withoutUndefined(dialect.writeRequest(request, traits()).body), withoutUndefined(body))
  } catch (error) {
    assert(isGatewayError(error), `${path.join('.')}: ${String(error)}`)
    assert.equal(error.kind, 'bad_request')
  }
}

const withoutUndefined = (value: JsonObject): unknown => JSON.parse(JSON.stringify(value))

function* pathsOf(value: unknown, path: readonly (string | number)[]): Generator<readonly (string | number)[]> {
  if (path.length > 0) yield path
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* pathsOf(item, [...path, index])
  else if (isObject(value)) for (const key of Object.keys(value)) yield* pathsOf(value[key], [...path, key])
}

function replaced(value: unknown, path: readonly (string | number)[], by: unknown): JsonObject {
  const out = swap(value, path, by)
  assert(isObject(out))
  return out
}

function swap(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (key === undefined) return by
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? swap(item, rest, by) : item))
  return isObject(value) ? { ...value, [key]: swap(value[key], rest, by) } : value
}

describe('count_tokens', () => {
  it('needs no max_tokens and asks upstream without what only answers need', () => {
    const { max_tokens: _max, ...body } = fixtureJson('agent.request.json')
    const written = writeCountRequest(readCountRequest(body), traits())
    const counted = Object.keys(body).filter((key) => key in written)
    assert.deepEqual(
      counted.toSorted(),
      'context_management mcp_servers messages model system thinking tool_choice tools'.split(' '),
    )
    for (const key of counted) assert.deepEqual(written[key], body[key])
    assert.equal(Object.keys(written).length, counted.length)
    assert.deepEqual(writeCountReply(7), { input_tokens: 7 })
    assert.equal(readCountReply({ input_tokens: 7 }), 7)
    assert.throws(() => readCountReply({}), /no input_tokens/)
  })
})
