// A provider of long streams that come at once: what costs is their translation. Prints its port.
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
const words = Array.from({ length: 600 }, (_, index) => `word${index} `)
const stream = [
  event('message_start', { message: { ...message, usage: { input_tokens: 20, output_tokens: 1 } } }),
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ...words.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
  event('content_block_stop', { index: 0 }),
  event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 600 } }),
  event('message_stop', {}),
].join('')
const bytes = new TextEncoder().encode(stream)

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  async fetch(request) {
    await request.text()
    return new Response(bytes, { headers: { 'content-type': 'text/event-stream' } })
  },
})
console.log(server.port)
