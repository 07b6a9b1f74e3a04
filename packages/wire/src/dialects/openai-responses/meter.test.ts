import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StreamMeter } from '../../dialect.ts'
import { openaiResponses } from './index.ts'
import { fixture, fixtureNames, fixtureText, framed } from './test-kit.ts'

for (const name of fixtureNames('.sse')) {
  test(`the meter sees the usage and the text of ${name}`, () => {
    for (const named of [true, false]) {
      const meter = openaiResponses.meter()
      let text = 0
      for (const event of framed(fixtureText(name))) {
        const { delta } = event.data
        if (typeof delta === 'string') text += JSON.stringify(delta).length - 2
        assert.equal(meter.finished, false)
        meter.event(named ? event.name : 'message', JSON.stringify(event.data))
      }
      assert.equal(meter.characters, text)
      assert.ok(meter.finished)
      assert.equal(meter.error, undefined)
      assert.deepEqual(meter.usage, openaiResponses.readUsage(fixture(name.replace('.sse', '.reply.json'))))
    }
  })
}

const kindOf = (meter: StreamMeter): string | undefined => meter.error?.kind

test('the meter keeps errors, and is not misled by a text about them', () => {
  const meter = openaiResponses.meter()
  meter.event('message', JSON.stringify({ type: 'response.output_text.delta', delta: '"response.completed" \\" "error"' }))
  meter.event('message', 'not json "error"')
  assert.ok(meter.error === undefined && !meter.finished)
  meter.event('error', JSON.stringify({ type: 'error', code: 'rate_limit_exceeded', message: 'slow', param: null }))
  assert.equal(kindOf(meter), 'rate_limited')
  const failed = { error: { code: 'server_error', message: 'boom' }, usage: { input_tokens: 3, output_tokens: 1 } }
  meter.event('response.failed', JSON.stringify({ type: 'response.failed', response: failed }))
  assert.equal(kindOf(meter), 'internal')
  assert.equal(meter.usage?.input, 3)
})
