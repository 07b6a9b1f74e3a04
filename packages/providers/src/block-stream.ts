import type { Block, Citation, EventSink, GatewayError, StopReason, Usage } from '@switchyard/wire'

export interface StreamEnd {
  readonly stop: StopReason
  readonly rawStop: string | undefined
  readonly usage: Usage | undefined
}

/** Tells a sink the one choice of a stream whose blocks come one after the other. */
export class BlockStream {
  readonly #sink: EventSink
  #next = 0
  #open: Block['type'] | undefined
  hasCalls = false
  /** Nothing is told any more. */
  over = false

  constructor(sink: EventSink) {
    this.#sink = sink
  }

  start(id: string): void {
    this.#sink.event({ type: 'start', id, model: '', created: 0 })
  }

  /** Text goes on in the open block where that is of the same kind. */
  say(type: 'text' | 'reasoning', text: string): void {
    if (text === '') return
    if (this.#open !== type) this.begin({ type, text: '' })
    this.more(text)
  }

  begin(seed: Block): void {
    this.close()
    this.#open = seed.type
    if (seed.type === 'call') this.hasCalls = true
    this.#sink.event({ type: 'block-start', choice: 0, block: this.#next, seed })
  }

  more(text: string): void {
    if (this.#open !== undefined && text !== '') this.#sink.event({ type: 'block-delta', choice: 0, block: this.#next, text })
  }

  cite(citations: readonly Citation[]): void {
    if (this.#open !== 'text') return
    for (const citation of citations) this.#sink.event({ type: 'block-data', choice: 0, block: this.#next, data: { citation } })
  }

  close(): void {
    if (this.#open === undefined) return
    this.#open = undefined
    this.#sink.event({ type: 'block-end', choice: 0, block: this.#next++ })
  }

  finish({ stop, rawStop, usage }: StreamEnd): void {
    this.close()
    this.over = true
    this.#sink.event({ type: 'stop', choice: 0, stop, ...(rawStop === undefined ? {} : { rawStop }) })
    if (usage !== undefined) this.#sink.event({ type: 'usage', usage })
    this.#sink.end()
  }

  fail(error: GatewayError): void {
    this.over = true
    this.#sink.fail(error)
  }
}
