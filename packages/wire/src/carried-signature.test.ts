import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ReplyCollector } from './collect.ts'
import type { Echo } from './dialect.ts'
import { dialects } from './dialects/index.ts'
import { SseParser } from './framing/sse.ts'
import type { ChatReply, DialectId } from './hub.ts'
import { objectOf, objectsOf, type JsonObject } from './json.ts'
import { lossesOf } from './loss.ts'
import { replay } from './replay.ts'

const traits = { id: 'gemini-3-pro-preview', supports: new Set<string>(), lacks: new Set<string>() }
const signature = 'c2ln/+=='
const part = (name: string, id: string, thoughtSignature?: string): JsonObject => ({
  functionCall: { id, name, args: { at: 1 } },
  ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
})
/** Two calls at once: Gemini signs the first of them. */
const parts = [{ text: 'hm', thought: true }, part('look', 'a:1', signature), part('find', 'b2')]

const reply: ChatReply = dialects.gemini.readReply({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
  modelVersion: 'gemini-3-pro-preview',
})

/** The same without a word of its thinking. */
const called: ChatReply = {
  ...reply,
  choices: reply.choices.map((choice) => ({ ...choice, blocks: choice.blocks.filter((block) => block.type === 'call') })),
}

const question: Readonly<Record<'anthropic-messages' | 'openai-responses', JsonObject>> = {
  'anthropic-messages': {
    model: 'm',
    max_tokens: 9,
    thinking: { type: 'adaptive' },
    messages: [{ role: 'user', content: 'Hi' }],
  },
  'openai-responses': { model: 'm', input: [{ role: 'user', content: 'Hi' }] },
}

const next: Readonly<Record<keyof typeof question, (said: JsonObject) => JsonObject>> = {
  'anthropic-messages': (said) => ({
    ...question['anthropic-messages'],
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: said['content'] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a:1', content: 'x' }] },
    ],
  }),
  'openai-responses': (said) => ({
    model: 'm',
    input: [
      { role: 'user', content: 'Hi' },
      ...objectsOf(said['output']),
      { type: 'function_call_output', call_id: 'a:1', output: 'x' },
    ],
  }),
}

const echoOf = (dialect: keyof typeof question): Echo => ({
  model: 'm',
  request: dialects[dialect].readRequest(question[dialect]),
  callId: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
  now: 1_790_000_000,
})

/** The reply as a client of the dialect has it after a stream. */
function streamed(dialect: keyof typeof question): JsonObject {
  const collector = new ReplyCollector()
  const reader = dialects[dialect].reader(collector)
  const parser = new SseParser((name, data) => reader.event(name, data))
  const writer = dialects[dialect].writer((text) => parser.push(new TextEncoder().encode(text)), echoOf(dialect))
  replay(reply, writer)
  reader.end()
  return dialects[dialect].writeReply(collector.reply, echoOf(dialect))
}

function upstream(dialect: DialectId, body: JsonObject): string {
  const request = dialects[dialect].readRequest(body)
  assert(!lossesOf(request, dialects.gemini.writes).some(({ feature }) => feature.startsWith('native')))
  return JSON.stringify(dialects.gemini.writeRequest(request, traits).body['contents'])
}

describe("the signature of Gemini's calls", () => {
  for (const dialect of ['anthropic-messages', 'openai-responses'] as const) {
    for (const [how, said] of [
      ['in one body', dialects[dialect].writeReply(reply, echoOf(dialect))],
      ['in a stream', streamed(dialect)],
    ] as const) {
      it(`comes back from a client of ${dialect} that got it ${how}`, () => {
        const sent = upstream(dialect, next[dialect](said))
        const signed = objectsOf(JSON.parse(sent))
          .flatMap((content) => objectsOf(content['parts']))
          .flatMap((one) => (objectOf(one['function_call']) === undefined ? [] : [one['thoughtSignature']]))
        assert.deepEqual(signed, [signature, undefined])
        assert(!sent.includes('switchyard'), sent)
      })

      it(`is nothing that another provider sees (${dialect}, ${how})`, () => {
        const request = dialects[dialect].readRequest(next[dialect](said))
        for (const other of ['openai-chat', 'openai-responses', 'anthropic-messages'] as const) {
          if (other === dialect) continue
          const sent = JSON.stringify(dialects[other].writeRequest(request, { ...traits, id: 'other' }).body)
          assert(!sent.includes('c2ln') && !sent.includes('switchyard'), sent)
        }
      })
    }
  }

  it('is not given to a client of Messages that did not ask for thinking', () => {
    const request = dialects['anthropic-messages'].readRequest({
      ...question['anthropic-messages'],
      thinking: { type: 'disabled' },
    })
    const blocks = objectsOf(
      dialects['anthropic-messages'].writeReply(called, { ...echoOf('anthropic-messages'), request })['content'],
    )
    assert.deepEqual(
      blocks.map((block) => block['type']),
      ['tool_use', 'tool_use'],
    )
  })
})
