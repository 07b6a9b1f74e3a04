import { isObject, objectOf, type JsonObject } from '@switchyard/wire'

/** A provider that speaks Gemini's Live protocol: it repeats what was said to it. Its messages are binary, as the real one's are. */
export class FakeLive {
  /** Handshakes that came. */
  readonly seen: { readonly url: string; readonly headers: Headers }[] = []
  /** Messages that came. */
  readonly messages: JsonObject[] = []
  readonly #server: Bun.Server<undefined>

  constructor() {
    this.#server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request, server) => {
        this.seen.push({ url: request.url, headers: request.headers })
        return server.upgrade(request) ? undefined : new Response('no WebSocket', { status: 400 })
      },
      websocket: {
        message: (peer, text) => {
          const message: unknown = JSON.parse(String(text))
          if (!isObject(message)) return
          this.messages.push(message)
          for (const answer of answersTo(message)) peer.send(Buffer.from(JSON.stringify(answer)))
        },
      },
    })
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#server.port}`
  }

  async stop(): Promise<void> {
    await this.#server.stop(true)
  }
}

function answersTo(message: JsonObject): readonly JsonObject[] {
  if (message['setup'] !== undefined) return [{ setupComplete: {} }]
  if (objectOf(message['clientContent'])?.['turnComplete'] !== true) return []
  return [
    { serverContent: { modelTurn: { parts: [{ text: 'I hear ' }] } } },
    { serverContent: { modelTurn: { parts: [{ text: 'you.' }] } } },
    {
      serverContent: { turnComplete: true },
      usageMetadata: { promptTokenCount: 9, responseTokenCount: 12, totalTokenCount: 21 },
    },
  ]
}
