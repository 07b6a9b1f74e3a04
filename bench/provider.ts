// A provider for load, in a process of its own: replies are made once, so that it costs far less than what is measured.
// Prints its port. Streams are 60 chunks, each written when the one before has left.
import { setImmediate as nextTick } from 'node:timers/promises'

const usage = { prompt_tokens: 20, completion_tokens: 60, total_tokens: 80 }
const words = Array.from({ length: 60 }, (_, index) => `word${index} `)
const frame = { id: 'chatcmpl-bench', created: 1_790_000_000, model: 'bench' }

const plain = JSON.stringify({
  ...frame,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: words.join('') }, finish_reason: 'stop' }],
  usage,
})

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ ...frame, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

const chatEvents = [
  ...words.map((content) => chunk({ content })),
  `${chunk({}, 'stop')}data: ${JSON.stringify({ ...frame, object: 'chat.completion.chunk', choices: [], usage })}\n\ndata: [DONE]\n\n`,
].map(encode)

const event = (type: string, fields: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
const message = {
  id: 'msg_bench',
  type: 'message',
  role: 'assistant',
  model: 'bench',
  content: [],
  stop_reason: null,
  stop_sequence: null,
}
const messageEvents = [
  event('message_start', { message: { ...message, usage: { input_tokens: 20, output_tokens: 1 } } }) +
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ...words.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
  event('content_block_stop', { index: 0 }) +
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 60 } }) +
    event('message_stop', {}),
].map(encode)

function paced(events: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const queue = events.values()
  return new ReadableStream({
    async pull(controller) {
      await nextTick()
      const { value, done } = queue.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  async fetch(request) {
    const streams = (await request.text()).includes('"stream":true')
    if (!streams) return new Response(plain, { headers: { 'content-type': 'application/json' } })
    const events = request.url.endsWith('/messages') ? messageEvents : chatEvents
    return new Response(paced(events), { headers: { 'content-type': 'text/event-stream' } })
  },
})
console.log(server.port)
