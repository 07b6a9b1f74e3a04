import type { Fetch } from './fetch-transport.ts'

export interface Sent {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Record<string, unknown>
}

export interface FakeReply {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly json?: unknown
  /** Events; the stream stays open after them when `open` is true. */
  readonly sse?: readonly unknown[]
  readonly open?: boolean
}

/** A provider at the network's edge: answers with these replies in turn, the last one again and again. */
export class FakeProvider {
  readonly sent: Sent[] = []
  aborted = 0
  readonly #replies: readonly FakeReply[]

  constructor(...replies: readonly FakeReply[]) {
    this.#replies = replies
  }

  readonly fetch: Fetch = (url, init) => {
    const reply = this.#replies[Math.min(this.sent.length, this.#replies.length - 1)] ?? {}
    this.sent.push({ url, headers: init.headers, body: JSON.parse(new TextDecoder().decode(init.body)) })
    init.signal.addEventListener('abort', () => this.aborted++)
    const type = reply.sse === undefined ? 'application/json' : 'text/event-stream'
    const body = reply.sse === undefined ? JSON.stringify(reply.json ?? {}) : streamOf(reply, init.signal)
    return Promise.resolve(
      new Response(body, { status: reply.status ?? 200, headers: { 'content-type': type, ...reply.headers } }),
    )
  }
}

/** As fetch does, an abort breaks the body. */
function streamOf({ sse = [], open }: FakeReply, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      for (const event of sse) {
        const data = typeof event === 'string' ? event : JSON.stringify(event)
        controller.enqueue(encoder.encode(`data: ${data}\n\n`))
      }
      if (!open) controller.close()
      else signal.addEventListener('abort', () => controller.error(signal.reason))
    },
  })
}

export const chatReply = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
}

const chunk = (delta: object, finish: string | null): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, delta, finish_reason: finish }],
})

export const chatEvents: readonly unknown[] = [
  chunk({ role: 'assistant', content: 'Hi' }, null),
  chunk({ content: '.' }, null),
  chunk({}, 'stop'),
  '[DONE]',
]

export const claudeReply = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5-20250929',
  content: [{ type: 'text', text: 'Hi.' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 3 },
}

export const keys = { OPENAI_API_KEY: 'sk-openai', ANTHROPIC_API_KEY: 'sk-ant', GROQ_API_KEY: 'gsk' }
export const messages = [{ role: 'user' as const, content: 'Say hi.' }]
