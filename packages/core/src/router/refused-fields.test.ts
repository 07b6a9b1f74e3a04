import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail, type GatewayError } from '@switchyard/wire'
import type { Outgoing } from '../contracts.ts'
import { RefusedFields, type Written } from './refused-fields.ts'

const json = { model: 'm', reasoning_effort: 'high', user: 'u' }
const target = { model: 'm', baseUrl: 'https://a.example', key: undefined, params: {} }
const written: Written = {
  mode: 'translate',
  json,
  target: { ...target, traits: { id: 'm', supports: new Set(), lacks: new Set() } },
}
const outgoing = (): Outgoing => ({ url: 'https://a.example/chat', method: 'POST', headers: {}, body: undefined })
const asked = { shape: 'anthropic-messages', strict: false, dropParams: false } as const

function learned(message: string, param?: string) {
  const fields = new RefusedFields(
    () => 0,
    () => undefined,
  )
  const facts = { upstreamStatus: 400, ...(param === undefined ? {} : { param }) }
  const error: GatewayError = fields.learn(outgoing(), written, asked, fail('bad_request', message, facts))
  return { named: error.facts.refusedFlags, left: fields.leaveOut(outgoing(), written).map(({ field }) => field) }
}

test('a hint that is refused by name is left out of the next call', () => {
  const effort = { named: ['reasoning_effort'], left: ['reasoning_effort'] }
  assert.deepEqual(learned('Unrecognized request argument supplied: reasoning_effort'), effort)
  assert.deepEqual(learned('This is not supported with this model.', 'reasoning_effort'), effort)
  assert.deepEqual(learned("'user' is not permitted"), { named: ['user'], left: ['user'] })
})

test('a name of the client’s own in an error about another field is none', () => {
  const nothing = { named: undefined, left: [] }
  assert.deepEqual(learned("Invalid schema: 'user' is not permitted", 'tools[0].function.parameters'), nothing)
  assert.deepEqual(learned('Unknown value', 'messages'), nothing)
  assert.deepEqual(learned('The user is not allowed to do that'), nothing)
})
