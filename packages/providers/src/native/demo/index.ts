import type { Incoming, Outgoing, Provider, Target } from '@switchyard/core'
import { arrayOf, isObject, objectOf, objectsOf, parseJson, sseData, stringOf, type JsonObject } from '@switchyard/wire'

const encoder = new TextEncoder()

/** What the echo says: enough to see that a request arrives whole. */
function answerTo(body: JsonObject): string {
  const said = objectsOf(body['messages']).findLast((message) => message['role'] === 'user')
  const text = textOf(said?.['content'])
  return text === '' ? 'Hello from Switchyard! Say something and I will echo it.' : `Hello from Switchyard! You said: ${text}`
}

/** Pictures and the like are echoed by their kind: `[image_url]`. */
const textOf = (content: unknown): string =>
  stringOf(content) ??
  arrayOf(content)
    .filter(isObject)
    .map((part) => stringOf(part['text']) ?? `[${stringOf(part['type']) ?? 'part'}]`)
    .join('')

/** Words with the space before them, so that joining them gives the text again. */
const wordsOf = (text: string): readonly string[] => text.match(/\s*\S+|\s+$/g) ?? []

/** One token a word: a count that a reader can check. */
function usageOf(body: JsonObject, answer: string): JsonObject {
  const prompt = objectsOf(body['messages']).reduce((sum, message) => sum + wordsOf(textOf(message['content'])).length, 0)
  const completion = wordsOf(answer).length
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }
}

const id = 'chatcmpl-demo'

function wholeReply(model: string, body: JsonObject, answer: string): JsonObject {
  return {
    id,
    object: 'chat.completion',
    created: unixNow(),
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' }],
    usage: usageOf(body, answer),
  }
}

const unixNow = (): number => Math.floor(Date.now() / 1000)

const wordPauseMs = 15

async function* streamedReply(model: string, body: JsonObject, answer: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const created = unixNow()
  const chunk = (more: JsonObject): Uint8Array =>
    encoder.encode(sseData(JSON.stringify({ id, object: 'chat.completion.chunk', created, model, ...more })))
  const delta = (value: JsonObject, finish: string | null): Uint8Array =>
    chunk({ choices: [{ index: 0, delta: value, finish_reason: finish }] })
  yield delta({ role: 'assistant', content: '' }, null)
  for (const word of wordsOf(answer)) {
    await pause(signal)
    yield delta({ content: word }, null)
  }
  yield delta({}, 'stop')
  if (objectOf(body['stream_options'])?.['include_usage'] === true) yield chunk({ choices: [], usage: usageOf(body, answer) })
  yield encoder.encode(sseData('[DONE]'))
}

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, wordPauseMs)
    signal.addEventListener('abort', stop, { once: true })
  })

async function* whole(reply: JsonObject): AsyncGenerator<Uint8Array> {
  yield encoder.encode(JSON.stringify(reply))
}

async function echo(outgoing: Outgoing, target: Target, signal: AbortSignal): Promise<Incoming> {
  signal.throwIfAborted()
  const body = objectOf(parseJson(new TextDecoder().decode(outgoing.body))) ?? {}
  const answer = answerTo(body)
  const streams = body['stream'] === true
  return {
    status: 200,
    headers: new Headers({ 'content-type': streams ? 'text/event-stream' : 'application/json' }),
    body: streams ? streamedReply(target.model, body, answer, signal) : whole(wholeReply(target.model, body, answer)),
  }
}

/** An echo neither calls nor thinks: what asks for that is left out, and told as lost. */
const beyondIt = [
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'response_format',
  'reasoning_effort',
  'thinking',
] as const

/** A model that needs no key and no network: `demo/echo` answers on the first start. */
export const demo: Provider = {
  id: 'demo',
  name: 'Demo',
  keyEnv: [],
  keyless: true,
  auth: { kind: 'none' },
  baseUrl: 'http://localhost',
  baseEnv: [],
  endpoints: { chat: [{ shape: 'openai-chat', path: '/chat/completions' }] },
  quirks: beyondIt.map((field) => ({ do: 'drop', field })),
  models: { echo: { input_cost_per_token: 0, output_cost_per_token: 0, max_input_tokens: 32_768, max_output_tokens: 4096 } },
  answer: echo,
}
