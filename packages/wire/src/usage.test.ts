import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Random } from './random-for-test.ts'
import { makeUsage, noUsage, type Usage } from './usage.ts'

const counts = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'reasoning',
  'inputAudio',
  'inputImage',
  'inputVideo',
  'cacheReadAudio',
  'outputAudio',
  'outputImage',
  'webSearches',
] as const

const odd = [0, -1, -0, 0.4, 0.5, 1, 7, 1e3, 1.5e6, 1e12, Number.NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER]

function obeys(usage: Usage): void {
  for (const name of counts)
    assert(Number.isSafeInteger(usage[name]) && usage[name] >= 0 && usage[name] <= 1e9, `${name} ${usage[name]}`)
  assert(usage.cacheRead + usage.cacheWrite <= usage.input)
  assert(usage.cacheWrite1h <= usage.cacheWrite)
  assert(usage.cacheReadAudio <= usage.cacheRead)
  for (const part of [usage.inputAudio, usage.inputImage, usage.inputVideo]) assert(part <= usage.input)
  for (const part of [usage.reasoning, usage.outputAudio, usage.outputImage]) assert(part <= usage.output)
}

describe('usage', () => {
  it('obeys its algebra whatever the provider says', () => {
    const random = new Random(5)
    for (let round = 0; round < 5000; round++) {
      const parts: Partial<Record<(typeof counts)[number], number>> = {}
      for (const name of counts) if (random.chance(0.7)) parts[name] = random.pick([random.below(5000), ...odd])
      const usage = makeUsage(parts)
      obeys(usage)
      assert.deepEqual(makeUsage(usage), usage)
    }
  })

  it('keeps what is legal as it is', () => {
    const usage = makeUsage({
      input: 100,
      output: 40,
      cacheRead: 60,
      cacheWrite: 30,
      cacheWrite1h: 10,
      reasoning: 40,
      webSearches: 2,
    })
    assert.deepEqual(usage, {
      ...noUsage,
      input: 100,
      output: 40,
      cacheRead: 60,
      cacheWrite: 30,
      cacheWrite1h: 10,
      reasoning: 40,
      webSearches: 2,
    })
  })

  it('carries its labels only where they are said', () => {
    assert.deepEqual(makeUsage({}), noUsage)
    assert.deepEqual(makeUsage({ serviceTier: 'flex', estimated: true, statedCostUsd: 0.1 }), {
      ...noUsage,
      serviceTier: 'flex',
      estimated: true,
      statedCostUsd: 0.1,
    })
    assert.equal('estimated' in makeUsage({ estimated: false }), false)
  })
})
