import { makeUsage, type ChatReply } from '@switchyard/wire'
import { estimateTokens } from './catalog/index.ts'
import type { Incoming } from './contracts.ts'
import type { Ask } from './ask.ts'
import type { Prepared } from './prepare.ts'

const encoder = new TextEncoder()

/** A canned answer in the endpoint's dialect (LiteLLM's mock_response), so that it takes the way of a real one. */
export function mockReply(text: string, ask: Ask, prepared: Prepared, callId: string): Incoming {
  const now = Math.floor(Date.now() / 1000)
  const reply: ChatReply = {
    id: `mock-${callId}`,
    model: prepared.target.model,
    created: now,
    choices: [{ index: 0, blocks: [{ type: 'text', text }], stop: 'stop' }],
    usage: makeUsage({ input: estimateTokens(prepared.bytes.length), output: estimateTokens(text.length) }),
  }
  const body = prepared.client.writeReply(reply, {
    model: prepared.target.model,
    request: ask.chat(),
    callId,
    now,
  })
  const bytes = encoder.encode(JSON.stringify(body))
  return {
    status: 200,
    headers: new Headers({ 'content-type': 'application/json' }),
    body: null,
    whole: () => Promise.resolve(bytes),
  }
}
