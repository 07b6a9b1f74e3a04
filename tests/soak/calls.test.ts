import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openStage, type Stage } from '../tools/stage.ts'
import { callOf, requestOf, type SoakCall } from './calls.ts'
import { judge } from './judge.ts'
import { mannerIn, manners } from './manners.ts'
import { send, type Door } from './send.ts'

const seed = 11
const calls = Array.from({ length: 3000 }, (_, number) => callOf(seed, number))
const usual = calls.filter(({ mannerName, reading }) => mannerName === 'usual' && reading.how === 'whole')

/** The first call of each kind. */
const kinds = new Map(usual.map((call) => [`${call.shape?.name ?? 'embeddings'} ${call.stream} ${call.usesTool}`, call]))

describe('the calls of a soak run', () => {
  let stage: Stage
  let door: Door
  before(async () => {
    stage = await openStage()
    door = { url: stage.gateway.url, keyOf: () => stage.gateway.masterKey }
  })
  after(() => stage.close())

  it('are the same ones for the same seed, and others for another', () => {
    assert.deepEqual(requestOf(callOf(seed, 7)), requestOf(callOf(seed, 7)))
    assert.notDeepEqual(requestOf(callOf(seed + 1, 7)), requestOf(callOf(seed, 7)))
  })

  it('have every manner, and say so to the provider', () => {
    assert.deepEqual(new Set(calls.map(({ mannerName }) => mannerName)), new Set(Object.keys(manners)))
    for (const call of calls) assert.equal(mannerIn(requestOf(call).body), call.manner)
  })

  it('are of every kind: four dialects, whole and streamed, with and without a tool, and embeddings', () => {
    assert.equal(kinds.size, 4 * 2 * 2 + 1)
  })

  it('are answered, and an answer to another call is wrong', async () => {
    const other = (call: SoakCall): SoakCall => ({ ...call, text: call.text.replace('turn', 'return') })
    for (const [kind, call] of kinds) {
      const reply = await send(door, call)
      assert.deepEqual(judge(call, reply), { kind: 'answered' }, kind)
      assert.equal(judge(other(call), reply).kind, 'wrong', kind)
      assert.equal(judge(call, { ...reply, text: reply.text.slice(0, -40) }).kind, 'wrong', kind)
    }
  })

  it('that are read slowly come whole', async () => {
    const slow = calls.find(({ reading }) => reading.how === 'slowly') ?? assert.fail('none')
    assert.equal(judge(slow, await send(door, { ...slow, reading: { how: 'slowly', pauseMs: 1 } })).kind, 'answered')
  })
})
