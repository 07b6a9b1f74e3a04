import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, isObject, objectOf, objectsOf, parseJson, SseParser, stringOf, type JsonObject } from '@switchyard/wire'
import { wholeWithTextCalls, withTextCalls } from './text-calls.ts'

const encoder = new TextEncoder()
const names = new Set(['ApplyPatch'])
const patch = '*** Begin Patch\n+ "⚓"'
const given = JSON.stringify({ input: patch })

async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

async function read(pieces: readonly Uint8Array[]): Promise<readonly string[]> {
  const events: string[] = []
  const parser = new SseParser((_name, data) => events.push(data))
  parser.push(concat(await Array.fromAsync(withTextCalls(piecesOf(pieces), names))))
  parser.end()
  return events
}

const chunk = (delta: JsonObject, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
const call = (index: number, fields: JsonObject, id?: string): JsonObject => ({
  tool_calls: [{ index, ...(id === undefined ? {} : { id, type: 'function' }), function: fields }],
})

const stream = encoder.encode(
  [
    chunk({ role: 'assistant', content: '' }),
    chunk(call(0, { name: 'read', arguments: '{"path"' }, 'c0')),
    chunk(call(1, { name: 'ApplyPatch', arguments: given.slice(0, 9) }, 'c1')),
    chunk(call(0, { arguments: ':"a"}' })),
    chunk(call(1, { arguments: given.slice(9) })),
    chunk({}, 'tool_calls'),
    'data: {"id":"c","choices":[],"usage":{"prompt_tokens":1}}\n\n',
    'data: [DONE]\n\n',
  ].join(''),
)

function argumentsIn(events: readonly string[]): readonly string[] {
  const out: string[] = []
  for (const event of events.map(parseJson).filter(isObject)) {
    const [choice] = objectsOf(event['choices'])
    for (const one of objectsOf(objectOf(choice?.['delta'])?.['tool_calls'])) {
      const at = Number(one['index'])
      out[at] = (out[at] ?? '') + (stringOf(objectOf(one['function'])?.['arguments']) ?? '')
    }
  }
  return out
}

test('the text of a call stands in the place of its arguments, wherever the stream is cut', async () => {
  for (let at = 0; at <= stream.length; at++) {
    const events = await read([stream.subarray(0, at), stream.subarray(at)])
    assert.deepEqual(argumentsIn(events), ['{"path":"a"}', patch])
    assert.deepEqual(events.slice(-2), ['{"id":"c","choices":[],"usage":{"prompt_tokens":1}}', '[DONE]'])
  }
})

test('the reason why it ended comes after the text', async () => {
  const whole = { ...call(0, { name: 'ApplyPatch', arguments: given }, 'c0'), content: 'so' }
  const events = (await read([encoder.encode(chunk(whole, 'tool_calls'))])).map(parseJson).filter(isObject)
  const choices = events.flatMap((event) => objectsOf(event['choices']))
  assert.deepEqual(
    choices.map((choice) => choice['finish_reason']),
    [null, null, 'tool_calls'],
  )
  assert.equal(objectOf(choices[0]?.['delta'])?.['content'], 'so')
  assert.deepEqual(argumentsIn(events.map((event) => JSON.stringify(event))), [patch])
})

test('a stream that breaks off keeps its error, and no call of it is made whole', async () => {
  const error = 'data: {"error":{"message":"gone","type":"api_error"}}\n\n'
  const begun = chunk(call(0, { name: 'ApplyPatch', arguments: '{"input":"*** B' }, 'c0'))
  const events = await read([encoder.encode(begun + error)])
  assert.equal(events.at(-1), error.slice(6, -2))
  assert.deepEqual(argumentsIn(events), [''])
})

test('a whole reply, and text that a model gave as it is', () => {
  const message = (input: string): Uint8Array =>
    encoder.encode(
      JSON.stringify({
        choices: [
          {
            index: 0,
            message: { tool_calls: [{ id: 'c', type: 'function', function: { name: 'ApplyPatch', arguments: input } }] },
          },
        ],
      }),
    )
  for (const input of [given, patch]) {
    const reply = parseJson(new TextDecoder().decode(wholeWithTextCalls(message(input), names)))
    const [choice] = isObject(reply) ? objectsOf(reply['choices']) : []
    const [made] = objectsOf(objectOf(choice?.['message'])?.['tool_calls'])
    assert.deepEqual(made?.['function'], { name: 'ApplyPatch', arguments: patch })
  }
})
