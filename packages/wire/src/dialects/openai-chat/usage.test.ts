import assert from 'node:assert/strict'
import { it } from 'node:test'
import { usageOf } from './usage.ts'

it('a total alone is input, once', () => {
  const usage = usageOf({ total_tokens: 6 })
  assert.deepEqual([usage?.input, usage?.output], [6, 0])
  const partial = [usageOf({ total_tokens: 6, prompt_tokens: 4 }), usageOf({ total_tokens: 6, completion_tokens: 2 })]
  for (const one of partial) assert.deepEqual([one?.input, one?.output], [4, 2])
})
