import type { EventSink, JsonObject, StreamEvent } from '@switchyard/wire'

/** Hears which model a translated reply says it is from. */
export class SaidModel implements EventSink {
  #model: string | undefined

  event(event: StreamEvent): void {
    if (event.type === 'start' && event.model !== '') this.#model = event.model
  }

  fail(): void {
    this.#model = undefined
  }

  end(): void {
    // The model was said at the start.
  }

  /** The reply with the model's own name: the writers print the one that was asked for, which a router may have chosen. */
  inReply(reply: JsonObject): JsonObject {
    return this.#model === undefined ? reply : { ...reply, model: this.#model }
  }
}
