import { isObject, type JsonObject } from '@switchyard/wire'

/** What one response of the fake provider is like. */
export interface FakeResponse {
  /** Of `response.done`; null: it says nothing of usage. */
  readonly usage?: JsonObject | null
  /** It never comes to its end by itself. */
  readonly hangs?: true
}

interface Seen {
  readonly url: string
  readonly headers: Headers
}

type Peer = Bun.ServerWebSocket

export const realtimeUsage: JsonObject = {
  total_tokens: 130,
  input_tokens: 100,
  output_tokens: 30,
  input_token_details: { cached_tokens: 20, text_tokens: 60, audio_tokens: 40, cached_tokens_details: { audio_tokens: 10 } },
  output_token_details: { text_tokens: 10, audio_tokens: 20 },
}

/** A provider that speaks OpenAI's realtime dialect, by the runtime's own WebSockets. */
export class FakeRealtime {
  /** Handshakes that came. */
  readonly seen: Seen[] = []
  /** Events that came, of all sessions. */
  readonly events: JsonObject[] = []
  /** Handshakes are answered with this status instead. */
  refuses: number | undefined
  /** Says nothing to a `response.cancel`. */
  ignoresCancel = false
  readonly #planned: FakeResponse[] = []
  readonly #peers = new Set<Peer>()
  readonly #hanging = new Set<string>()
  readonly #server: Bun.Server<undefined>
  #made = 0

  constructor() {
    this.#server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request, server) => {
        this.seen.push({ url: request.url, headers: request.headers })
        if (this.refuses !== undefined) return new Response('no', { status: this.refuses })
        return server.upgrade(request) ? undefined : new Response('no WebSocket', { status: 400 })
      },
      websocket: {
        // A slow gateway is waited for; nothing is dropped.
        backpressureLimit: 1024 * 1024 * 1024,
        open: (peer) => {
          this.#peers.add(peer)
          this.#say(peer, { type: 'session.created', session: { model: 'upstream-model' } })
        },
        message: (peer, message) => this.#heard(peer, message),
        close: (peer) => void this.#peers.delete(peer),
      },
    })
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#server.port}`
  }

  get sessions(): number {
    return this.#peers.size
  }

  /** Bytes that the gateway has not taken yet. */
  get unsent(): number {
    return [...this.#peers].reduce((sum, peer) => sum + peer.getBufferedAmount(), 0)
  }

  /** The next responses, in this order; afterwards they are as usual. */
  plan(...responses: readonly FakeResponse[]): void {
    this.#planned.push(...responses)
  }

  /** Says something to every session. */
  say(event: JsonObject): void {
    for (const peer of this.#peers) this.#say(peer, event)
  }

  /** Closes every session; without a code its connection is cut. */
  leave(code?: number): void {
    for (const peer of this.#peers) {
      if (code === undefined) peer.terminate()
      else peer.close(code, 'the fake leaves')
    }
  }

  async stop(): Promise<void> {
    await this.#server.stop(true)
  }

  #say(peer: Peer, event: JsonObject): void {
    peer.send(JSON.stringify(event))
  }

  #heard(peer: Peer, message: string | Buffer): void {
    const event: unknown = JSON.parse(String(message))
    if (!isObject(event)) return
    this.events.push(event)
    if (event['type'] === 'response.create' || event['type'] === 'input_audio_buffer.commit') this.#respond(peer)
    else if (event['type'] === 'response.cancel' && !this.ignoresCancel) this.#cancel(peer, String(event['response_id']))
    else if (event['type'] === 'echo') this.#say(peer, { ...event, type: 'echoed' })
  }

  #respond(peer: Peer): void {
    const { usage = realtimeUsage, hangs } = this.#planned.shift() ?? {}
    const id = `resp_${++this.#made}`
    this.#say(peer, { type: 'response.created', response: { id, status: 'in_progress' } })
    this.#say(peer, { type: 'response.output_text.delta', response_id: id, delta: 'x'.repeat(40) })
    if (hangs) this.#hanging.add(id)
    else this.#finish(peer, id, { status: 'completed', ...(usage === null ? {} : { usage }) })
  }

  #cancel(peer: Peer, id: string): void {
    if (this.#hanging.delete(id)) this.#finish(peer, id, { status: 'cancelled', usage: realtimeUsage })
  }

  #finish(peer: Peer, id: string, facts: JsonObject): void {
    this.#say(peer, { type: 'response.done', response: { id, ...facts } })
  }
}
