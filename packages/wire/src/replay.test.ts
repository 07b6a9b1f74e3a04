import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { ReplyCollector } from './collect.ts'
import { dialects } from './dialects/index.ts'
import { fail } from './errors.ts'
import type { ChatReply, StreamEvent } from './hub.ts'
import { isObject, parseJson } from './json.ts'
import { replay } from './replay.ts'

const folder = new URL('../../../fixtures/dialects/', import.meta.url)

function collected(reply: ChatReply): ReplyCollector {
  const collector = new ReplyCollector()
  replay(reply, collector)
  return collector
}

describe('a reply that is replayed and collected is the same reply', () => {
  for (const dialect of Object.values(dialects)) {
    const names = readdirSync(new URL(`${dialect.id}/`, folder)).filter((name) => name.endsWith('.reply.json'))
    for (const name of names) {
      it(`${dialect.id}: ${name}`, () => {
        const body = parseJson(readFileSync(new URL(`${dialect.id}/${name}`, folder), 'utf8'))
        assert(isObject(body))
        const reply = dialect.readReply(body)
        const collector = collected(reply)
        assert.deepEqual(collector.reply, reply)
        assert(collector.ended)
      })
    }
  }
})

describe('the order of a replay', () => {
  const reply: ChatReply = {
    id: 'r',
    model: 'm',
    created: 1,
    choices: [
      { index: 1, blocks: [{ type: 'text', text: 'b' }], stop: 'length' },
      { index: 0, blocks: [{ type: 'call', id: 'c', name: 'n', input: '{}', signature: 's' }], stop: 'tool', stopSequence: 'x' },
    ],
  }

  it('is start, blocks, stops, and every block is closed once', () => {
    const events: StreamEvent[] = []
    let ended = 0
    replay(reply, { event: (event) => events.push(event), fail: () => assert.fail(), end: () => ended++ })
    assert.equal(events[0]?.type, 'start')
    assert.deepEqual(
      events.slice(-2).map((event) => event.type),
      ['stop', 'stop'],
    )
    const starts = events.filter((event) => event.type === 'block-start').map((event) => event.block)
    assert.deepEqual(starts, [0, 1])
    assert.deepEqual(
      events.filter((event) => event.type === 'block-end').map((event) => event.block),
      starts,
    )
    assert.equal(ended, 1)
  })

  it('of the choices does not matter to the collector', () => {
    assert.deepEqual(
      collected(reply).reply.choices,
      reply.choices.toSorted((a, b) => a.index - b.index),
    )
  })
})

describe('the collector', () => {
  it('joins interleaved blocks, logprobs and the last usage, and keeps an error', () => {
    const collector = new ReplyCollector()
    collector.event({ type: 'start', id: 'r', model: 'm', created: 0 })
    collector.event({ type: 'block-start', choice: 0, block: 0, seed: { type: 'text', text: '' } })
    collector.event({ type: 'block-start', choice: 0, block: 1, seed: { type: 'call', id: 'c', name: 'f', input: '' } })
    for (const [block, text] of [
      [0, 'a'],
      [1, '{"x"'],
      [0, 'b'],
      [1, ':1}'],
      [9, 'lost'],
    ] as const) {
      collector.event({ type: 'block-delta', choice: 0, block, text })
    }
    collector.event({ type: 'ping' })
    collector.event({ type: 'logprobs', choice: 0, logprobs: { content: [1], refusal: null } })
    collector.event({ type: 'logprobs', choice: 0, logprobs: { content: [2], refusal: null } })
    collector.fail(fail('bad_gateway', 'cut'))
    assert.deepEqual(collector.reply.choices, [
      {
        index: 0,
        blocks: [
          { type: 'text', text: 'ab' },
          { type: 'call', id: 'c', name: 'f', input: '{"x":1}' },
        ],
        stop: 'stop',
        logprobs: { content: [1, 2], refusal: null },
      },
    ])
    assert.equal(collector.error?.kind, 'bad_gateway')
    assert(!collector.ended)
    assert.equal('usage' in collector.reply, false)
  })
})
