import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isObject, objectOf, parseJson, type JsonObject } from '@switchyard/wire'
import { mixedChat, mixedMessage, type MixedBlock } from '../tools/fake/mixed-answer.ts'
import { openStage, type Stage } from '../tools/stage.ts'

const piecesOf = (text: string): readonly string[] => text.match(/.{1,4}/gs) ?? []
const thinking = (text: string): MixedBlock => ({ kind: 'thinking', pieces: piecesOf(text) })
const text = (said: string): MixedBlock => ({ kind: 'text', pieces: piecesOf(said) })
const tool = (name: string, input: JsonObject): MixedBlock => ({ kind: 'tool', name, pieces: piecesOf(JSON.stringify(input)) })

const answers: readonly (readonly [string, readonly MixedBlock[]])[] = [
  ['text alone', [text('grüße an alle 😀 und mehr')]],
  ['thinking, then text', [thinking('first this, then that'), text('so it is')]],
  ['thinking that comes back between texts', [thinking('one'), text('said one'), thinking('two'), text('said two')]],
  ['a tool with partial JSON', [tool('look', { city: 'Zürich "old town"', days: [1, 2, 3], deep: { er: null } })]],
  ['all of them', [thinking('which one?'), text('I look.'), tool('look', { city: 'Berlin' })]],
  [
    'tools side by side, whose pieces take turns',
    [
      thinking('both'),
      text('I look twice.'),
      tool('look', { city: 'Berlin', long: 'x'.repeat(60) }),
      tool('find', { name: 'y' }),
      tool('look', { city: 'Rome', list: Array.from({ length: 20 }, (_, index) => index) }),
    ],
  ],
]

const body = (model: string): string =>
  JSON.stringify({
    model,
    stream: true,
    max_tokens: 500,
    messages: [{ role: 'user', content: 'hi' }],
    tools: ['look', 'find'].map((name) => ({ name, input_schema: { type: 'object' } })),
  })

/** What a client acts upon: what only one of the two providers can know (ids, signatures, tokens of the prompt) is left out. */
function actsOf(reply: string): readonly JsonObject[] {
  return reply.split('\n').flatMap((line) => {
    const event = line.startsWith('data: ') ? parseJson(line.slice(6)) : undefined
    if (!isObject(event) || event['type'] === 'ping' || event['type'] === 'message_start') return []
    const usage = objectOf(event['usage'])
    return [usage === undefined ? event : { ...event, usage: { output_tokens: usage['output_tokens'] } }]
  })
}

describe('one answer through /v1/messages, from a provider of the same dialect and from one of OpenAI’s', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage.close())

  const ask = async (model: string, events: readonly string[], split: number): Promise<readonly JsonObject[]> => {
    stage.provider.next({ edit: () => events, split })
    const { status, text } = await stage.gateway.call('POST', '/v1/messages', body(model))
    assert.equal(status, 200, text)
    return actsOf(text)
  }

  for (const [what, blocks] of answers) {
    it(`${what}: the same events in the same order`, async () => {
      for (const split of [1, 7, 100_000]) {
        const relayed = await ask('claude', mixedMessage(blocks), split)
        const translated = await ask('chat', mixedChat(blocks), split)
        assert.deepEqual(translated, relayed)
        assert.equal(relayed.at(-1)?.['type'], 'message_stop')
      }
    })
  }
})
