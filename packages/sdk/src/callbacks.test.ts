import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chatEvents, chatReply, FakeProvider, keys, messages } from './fake-fetch.fixture.ts'
import { RateLimitError, Switchyard, type CallRecord } from './index.ts'

interface Heard {
  readonly started: string[]
  readonly succeeded: CallRecord[]
  readonly failed: CallRecord[]
}

function listening(provider: FakeProvider): { sdk: Switchyard; heard: Heard } {
  const heard: Heard = { started: [], succeeded: [], failed: [] }
  const callbacks = [
    {
      onStart: ({ callId }: { callId: string }) => heard.started.push(callId),
      onSuccess: (record: CallRecord) => heard.succeeded.push(record),
      onFailure: (record: CallRecord) => heard.failed.push(record),
    },
  ]
  return { sdk: new Switchyard({ env: keys, fetch: provider.fetch, numRetries: 0, callbacks }), heard }
}

test('observers learn usage and cost of a whole reply', async () => {
  const { sdk, heard } = listening(new FakeProvider({ json: chatReply }))
  await sdk.completion({ model: 'openai/gpt-4o', messages })
  const [record] = heard.succeeded
  assert.deepEqual(heard.started, [record?.callId])
  assert.deepEqual(
    [record?.model, record?.provider, record?.usage?.input, record?.costNano],
    ['openai/gpt-4o', 'openai', 1000, 3_500_000],
  )
})

test('a stream is told of once, at its end, and its usage is asked for', async () => {
  const usage = { ...chatReply, object: 'chat.completion.chunk', choices: [] }
  const provider = new FakeProvider({ sse: [...chatEvents.slice(0, 3), usage, '[DONE]'] })
  const { sdk, heard } = listening(provider)
  const stream = await sdk.completion({ model: 'openai/gpt-4o', messages, stream: true })
  assert.equal(heard.succeeded.length, 0)
  let chunks = 0
  for await (const chunk of stream) chunks += chunk.choices.length
  assert.deepEqual(provider.sent[0]?.body['stream_options'], { include_usage: true })
  assert.deepEqual([chunks, heard.succeeded.length, heard.succeeded[0]?.costNano], [3, 1, 3_500_000])
})

test('a stream that is left is told of as cancelled, with what it cost', async () => {
  const { sdk, heard } = listening(new FakeProvider({ sse: chatEvents.slice(0, 2), open: true }))
  const stream = await sdk.completion({ model: 'openai/gpt-4o', messages, stream: true })
  for await (const chunk of stream) if (chunk.choices.length > 0) break
  assert.equal(heard.succeeded[0]?.cancelled, true)
  assert.ok((heard.succeeded[0].costNano ?? 0) > 0)
})

test('a failure is told of with its public error', async () => {
  const { sdk, heard } = listening(
    new FakeProvider({ status: 429, json: { error: { message: 'Slow down.' } }, headers: { 'retry-after': '7' } }),
  )
  await assert.rejects(sdk.completion({ model: 'openai/gpt-4o', messages }), RateLimitError)
  const error = heard.failed[0]?.error
  assert.ok(error instanceof RateLimitError)
  assert.deepEqual(
    [error.statusCode, error.llmProvider, error.model, error.retryAfterMs, error.body],
    [429, 'openai', 'gpt-4o', 7000, { message: 'Slow down.' }],
  )
})

test('an observer that throws does not harm the call', async () => {
  const provider = new FakeProvider({ json: chatReply })
  const sdk = new Switchyard({ env: keys, fetch: provider.fetch })
  const onSuccess = (): never => {
    throw new Error('the observer broke')
  }
  const reply = await sdk.completion({ model: 'openai/gpt-4o', messages, callbacks: [{ onSuccess }] })
  assert.equal(reply.choices.length, 1)
})
