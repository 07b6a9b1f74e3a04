import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail, makeUsage } from '@switchyard/wire'
import { deltaOf, errorEvent, readProviderEvent } from './events.ts'
import { Growth, transcriptionUsageOf, usageOf } from './usage.ts'

test('usage of a response, in the terms of all dialects', () => {
  const usage = {
    total_tokens: 253,
    input_tokens: 132,
    output_tokens: 121,
    input_token_details: {
      text_tokens: 119,
      audio_tokens: 13,
      image_tokens: 0,
      cached_tokens: 64,
      cached_tokens_details: { text_tokens: 60, audio_tokens: 4 },
    },
    output_token_details: { text_tokens: 30, audio_tokens: 91 },
  }
  const expected = { input: 132, output: 121, cacheRead: 64, inputAudio: 13, cacheReadAudio: 4, outputAudio: 91 }
  assert.deepEqual(usageOf({ usage }), makeUsage(expected))
  assert.equal(usageOf({}), undefined)
  assert.equal(usageOf({ usage: null }), undefined)
})

test('transcriptions are billed by tokens or by seconds', () => {
  const tokens = { type: 'tokens', input_tokens: 20, output_tokens: 5, input_token_details: { audio_tokens: 18 } }
  assert.deepEqual(transcriptionUsageOf({ usage: tokens }), makeUsage({ input: 20, output: 5, inputAudio: 18, estimated: true }))
  const seconds = transcriptionUsageOf({ usage: { type: 'duration', seconds: 2.5 } })
  assert.deepEqual(seconds, makeUsage({ input: 25, inputAudio: 25, estimated: true }))
  assert.equal(transcriptionUsageOf({}), undefined)
})

test('a conversation grows until the provider has counted it', () => {
  const growth = new Growth()
  growth.sent('text', 400)
  growth.sent('audio', 640_000)
  assert.equal(growth.most, 400 + 600)
  growth.made('r', 'text', 80)
  growth.made('r', 'audio', 64_000)
  const usage = growth.estimate('r')
  assert.deepEqual(usage, makeUsage({ input: 200, inputAudio: 100, output: 40, outputAudio: 20, estimated: true }))
  growth.counted('r', makeUsage({ input: 150, output: 50 }))
  assert.equal(growth.most, 200)
  assert.deepEqual(growth.estimate('r'), makeUsage({ input: 200, estimated: true }))
})

test('telephone audio says the same in fewer bytes, in both interfaces', () => {
  const sessions = [
    { audio: { input: { format: { type: 'audio/pcmu' } }, output: { format: { type: 'audio/pcma' } } } },
    { input_audio_format: 'g711_ulaw', output_audio_format: 'g711_alaw' },
  ]
  for (const session of sessions) {
    const growth = new Growth()
    growth.formats(session)
    growth.sent('audio', 10_668)
    growth.made('r', 'audio', 10_668)
    const { inputAudio, outputAudio } = growth.estimate('r')
    assert.deepEqual([inputAudio, outputAudio], [10, 20])
  }
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test('only events that matter to the books are read, wherever their type stands', () => {
  assert.equal(readProviderEvent(bytes('{"type":"rate_limits.updated","x":1}')), undefined)
  assert.deepEqual(readProviderEvent(bytes('{"type":"error"}')), { type: 'error' })
  const late = `{"event_id":"${'e'.repeat(400)}","type":"response.done"}`
  assert.equal(readProviderEvent(bytes(late))?.['type'], 'response.done')
})

test('deltas count by their kind; a transcript is not billed beside its audio', () => {
  const delta = { response_id: 'r', delta: 'abcd' }
  const kinds = ['output_text', 'text', 'output_audio', 'audio', 'function_call_arguments'].map(
    (kind) => deltaOf({ ...delta, type: `response.${kind}.delta` })?.kind,
  )
  assert.deepEqual(kinds, ['text', 'text', 'audio', 'audio', 'text'])
  assert.equal(deltaOf({ ...delta, type: 'response.output_audio_transcript.delta' }), undefined)
})

test('errors look as the provider’s own', () => {
  const event: unknown = JSON.parse(new TextDecoder().decode(errorEvent(fail('over_budget', 'Enough.'), 'e7').bytes))
  assert.partialDeepStrictEqual(event, {
    type: 'error',
    error: { type: 'budget_exceeded', message: 'Enough.', param: null, event_id: 'e7' },
  })
})
