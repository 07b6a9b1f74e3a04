import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError } from '../../errors.ts'
import type { Choice, Citation, DialectId } from '../../hub.ts'
import { isString, objectsOf, type JsonObject } from '../../json.ts'
import { makeUsage, type Usage } from '../../usage.ts'
import { anthropicMessages as dialect } from './index.ts'
import { echoFor, fixtureJson, fixturesEnding } from './test-kit.ts'

const choiceOf = (body: JsonObject): Choice => {
  const [choice] = dialect.readReply(body).choices
  assert(choice !== undefined)
  return choice
}

const counted = (parts: Partial<Usage>): Usage => makeUsage({ countsCacheWrites: true, ...parts })

describe('reply law', () => {
  for (const name of fixturesEnding('.reply.json')) {
    it(`writes ${name} as it was read`, () => {
      const body = fixtureJson(name)
      assert(isString(body.model))
      assert.deepEqual(dialect.writeReply(dialect.readReply(body), echoFor(body.model)), body)
    })
  }

  it('writes what a guardrail changed: text, stop and usage', () => {
    const body = fixtureJson('text.reply.json')
    const reply = dialect.readReply(body)
    const changed = {
      ...reply,
      choices: [{ ...choiceOf(body), blocks: [{ type: 'text' as const, text: 'No.' }], stop: 'filter' as const }],
      usage: makeUsage({ input: 5, output: 2, cacheRead: 1 }),
    }
    const written = dialect.writeReply(changed, echoFor('m'))
    assert.deepEqual(written.content, [{ type: 'text', text: 'No.' }])
    assert.equal(written.stop_reason, 'refusal')
    assert.deepEqual(written.usage, {
      input_tokens: 4,
      output_tokens: 2,
      cache_creation_input_tokens: null,
      cache_read_input_tokens: 1,
    })
  })
})

describe('reply reading', () => {
  it('maps the stop reasons', () => {
    const stopOf = (reason: string): string => choiceOf(fixtureJson(`stop-${reason}.reply.json`)).stop
    assert.deepEqual(
      ['pause_turn', 'refusal', 'model_context_window_exceeded', 'max_tokens', 'compaction', 'brand_new_reason'].map(stopOf),
      ['pause', 'filter', 'length', 'length', 'length', 'stop'],
    )
  })

  it('counts cached and written tokens as input, thinking as output, rounds of compaction together', () => {
    assert.deepEqual(
      dialect.readUsage(fixtureJson('text.reply.json')),
      counted({ input: 61, output: 9, cacheRead: 20, cacheWrite: 30, cacheWrite1h: 20, serviceTier: 'standard' }),
    )
    assert.deepEqual(
      dialect.readUsage(fixtureJson('tools.reply.json')),
      counted({ input: 5, output: 40, reasoning: 30, webSearches: 1 }),
    )
    assert.deepEqual(dialect.readUsage(fixtureJson('stop-compaction.reply.json')), counted({ input: 101, output: 6 }))
    assert.equal(dialect.readUsage({}), undefined)
  })

  it('undoes tool names and the tool that stood for a schema', () => {
    const body = fixtureJson('tools.reply.json')
    const renamed = dialect.readReply(body, { toolNames: new Map([['get_weather', 'get.weather']]), jsonTool: 'ping' })
    const blocks = renamed.choices[0]?.blocks
    assert.deepEqual(blocks?.at(-1), { type: 'text', text: '{}' })
    assert.partialDeepStrictEqual(blocks?.at(-2), { type: 'call', name: 'get.weather' })
    assert.equal(renamed.choices[0]?.stop, 'tool')
    const answer = { ...body, content: [{ type: 'tool_use', id: 't', name: 'json_tool_call', input: { a: 1 } }] }
    const undone = dialect.readReply(answer, { jsonTool: 'json_tool_call' }).choices[0]
    assert.deepEqual([undone?.stop, undone?.blocks], ['stop', [{ type: 'text', text: '{"a":1}' }]])
  })

  it('is loose with odd replies and refuses what is none', () => {
    assert.deepEqual(choiceOf({ content: [{ type: 'text' }, 5, { type: 'tool_use' }], stop_reason: 7 }).blocks, [
      { type: 'text', text: '' },
      { type: 'call', id: '', name: '', input: '{}' },
    ])
    for (const body of [{}, { content: 'x' }]) {
      assert.throws(
        () => dialect.readReply(body),
        (error) => isGatewayError(error) && error.kind === 'bad_reply',
      )
    }
    assert.throws(
      () => dialect.readReply({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
      (error) => isGatewayError(error) && error.kind === 'unavailable',
    )
  })
})

describe('reply writing from another dialect', () => {
  it('prints what this dialect has, with an id and signatures of its own', () => {
    const written = dialect.writeReply(
      {
        id: '',
        model: 'gpt',
        created: 1,
        choices: [
          {
            index: 0,
            stop: 'tool',
            rawStop: 'tool_calls',
            blocks: [
              { type: 'reasoning', text: 'hm', sealed: 'enc', id: 'rs_1' },
              { type: 'text', text: 'See.', citations: [{ url: 'https://a.example', title: 'A', start: 0, end: 4 }] },
              { type: 'call', id: 'call_1', name: 'f', input: 'broken {' },
            ],
          },
        ],
        usage: makeUsage({ input: 10, output: 5, reasoning: 2, cacheRead: 4, serviceTier: 'default' }),
      },
      echoFor('alias'),
    )
    assert.deepEqual(written, {
      id: 'msg_0b0f6f3a6f0c4d0f8f0e2f3a4b5c6d7e',
      type: 'message',
      role: 'assistant',
      model: 'alias',
      content: [
        { type: 'thinking', thinking: 'hm', signature: '' },
        { type: 'redacted_thinking', data: 'enc' },
        {
          type: 'text',
          text: 'See.',
          citations: [
            { type: 'web_search_result_location', url: 'https://a.example', title: 'A', cited_text: '', encrypted_index: '' },
          ],
        },
        { type: 'tool_use', id: 'call_1', name: 'f', input: { arguments: 'broken {' } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        input_tokens: 6,
        output_tokens: 5,
        cache_creation_input_tokens: null,
        cache_read_input_tokens: 4,
        output_tokens_details: { thinking_tokens: 2 },
      },
    })
  })

  it('has no empty text beside calls, which a client could not send back', () => {
    const call = { type: 'call' as const, id: 'c', name: 'f', input: '{}' }
    const choices = [{ index: 0, stop: 'tool' as const, blocks: [{ type: 'text' as const, text: '' }, call] }]
    const written = dialect.writeReply({ id: 'x', model: 'm', created: 1, choices }, echoFor('m'))
    assert.deepEqual(written.content, [{ type: 'tool_use', id: 'c', name: 'f', input: {} }])
  })

  it('lists the sources of a text where there are some', () => {
    const write = (citations: readonly Citation[], from?: DialectId): unknown => {
      const extra = from === undefined ? {} : { extra: { dialect: from, fields: {} } }
      const blocks = [{ type: 'text' as const, text: 'Hi', citations, ...extra }]
      const reply = { id: 'x', model: 'm', created: 1, choices: [{ index: 0, blocks, stop: 'stop' as const }] }
      return objectsOf(dialect.writeReply(reply, echoFor('m')).content)[0]?.citations
    }
    assert.equal(write([], 'openai-responses'), undefined)
    assert.deepEqual(write([]), [])
    assert.equal(objectsOf(write([{ url: 'https://a.example' }], 'openai-responses')).length, 1)
  })
})
