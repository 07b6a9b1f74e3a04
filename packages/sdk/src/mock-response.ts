import type { Incoming, Outgoing, Provider, Target } from '@switchyard/core'
import { isObject, parseJson, sseData, type JsonObject } from '@switchyard/wire'

const encoder = new TextEncoder()

/** Texts that stand for a failure of that class instead of an answer, and its status. */
const failures: Readonly<Record<string, number>> = {
  'litellm.RateLimitError': 429,
  'litellm.InternalServerError': 500,
  'litellm.AuthenticationError': 401,
  'litellm.ServiceUnavailableError': 503,
}

/** A provider that says `text` and sends nothing: for tests of the caller's own code. */
export function mockProvider(real: Provider, text: string): Provider {
  return {
    id: real.id,
    name: real.name,
    keyEnv: [],
    keyless: true,
    auth: { kind: 'none' },
    baseUrl: 'http://localhost',
    baseEnv: [],
    endpoints: { chat: [{ shape: 'openai-chat', path: '' }] },
    answer: (outgoing, target) => Promise.resolve(answer(outgoing, target, text)),
  }
}

function answer(outgoing: Outgoing, target: Target, text: string): Incoming {
  const status = failures[text]
  const request = parseJson(new TextDecoder().decode(outgoing.body))
  const streams = isObject(request) && request['stream'] === true && status === undefined
  const json = status === undefined ? replyOf(target.model, text) : { error: { message: `Mocked: ${text}` } }
  return {
    status: status ?? 200,
    headers: new Headers({ 'content-type': streams ? 'text/event-stream' : 'application/json' }),
    body: once(streams ? streamOf(target.model, text) : JSON.stringify(json)),
  }
}

/** LiteLLM's figures for a mocked call (facts, litellm-env.tsv). */
const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 }
const id = 'chatcmpl-mock'

const replyOf = (model: string, content: string): JsonObject => ({
  id,
  object: 'chat.completion',
  created: unixNow(),
  model,
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage,
})

function streamOf(model: string, text: string): string {
  const head = { id, object: 'chat.completion.chunk', created: unixNow(), model }
  const chunk = (delta: JsonObject, finish_reason: string | null): string =>
    sseData(JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason }] }))
  return (
    chunk({ role: 'assistant', content: text }, null) +
    chunk({}, 'stop') +
    sseData(JSON.stringify({ ...head, choices: [], usage })) +
    sseData('[DONE]')
  )
}

const unixNow = (): number => Math.floor(Date.now() / 1000)

async function* once(text: string): AsyncGenerator<Uint8Array, void, void> {
  yield encoder.encode(text)
}
