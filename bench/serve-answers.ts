import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises'

/** What a provider for load answers; made once, so that it costs far less than what is measured. */
export interface Answers {
  readonly plain: string
  /** One text an event. */
  readonly chat: readonly string[]
  readonly messages: readonly string[]
}

/** A request with this word in it gets its stream at the pace of a model. */
export const slowWord = 'slowly'
const slowPauseMs = 250

/** Each event is written when the one before has left. */
function paced(events: readonly Uint8Array[], pauseMs: number): ReadableStream<Uint8Array> {
  const queue = events.values()
  return new ReadableStream({
    async pull(controller) {
      await (pauseMs > 0 ? sleep(pauseMs) : nextTick())
      const { value, done } = queue.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}

/** Serves on a port of its own, which it prints. */
export function serveAnswers({ plain, chat, messages }: Answers): void {
  const encoder = new TextEncoder()
  const chatEvents = chat.map((event) => encoder.encode(event))
  const messageEvents = messages.map((event) => encoder.encode(event))
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const body = await request.text()
      if (!body.includes('"stream":true')) return new Response(plain, { headers: { 'content-type': 'application/json' } })
      const events = request.url.endsWith('/messages') ? messageEvents : chatEvents
      const pauseMs = body.includes(slowWord) ? slowPauseMs : 0
      return new Response(paced(events, pauseMs), { headers: { 'content-type': 'text/event-stream' } })
    },
  })
  console.log(server.port)
}
