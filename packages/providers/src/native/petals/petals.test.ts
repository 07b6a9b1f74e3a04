import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outgoing } from '@switchyard/core'
import { petals } from './index.ts'

const speaks = petals.endpoints.chat?.[0]?.speaks
assert(speaks !== undefined)
const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }

test('the body is a form', async () => {
  const target = { model: 'bloom', baseUrl: 'https://petals.example', key: undefined, params: {}, traits }
  const body = new TextEncoder().encode('{"model":"bloom","inputs":"Hi & bye","max_new_tokens":5}')
  const outgoing: Outgoing = { url: target.baseUrl, method: 'POST', headers: { 'content-type': 'application/json' }, body }
  const refuse = (): Promise<never> => Promise.reject(new Error('no network'))
  await petals.prepare?.(outgoing, target, { variable: () => undefined, send: refuse, now: Date.now })
  assert.equal(new TextDecoder().decode(outgoing.body), 'model=bloom&inputs=Hi+%26+bye&max_new_tokens=5')
  assert.equal(outgoing.headers['content-type'], 'application/x-www-form-urlencoded')
})

test('an answer, and a failure of status 200', () => {
  assert.deepEqual(speaks.readReply({ ok: true, outputs: ' Yo.' }).choices[0]?.blocks, [{ type: 'text', text: ' Yo.' }])
  assert.throws(() => speaks.readReply({ ok: false, traceback: 'out of memory' }), { kind: 'internal', message: 'out of memory' })
})
