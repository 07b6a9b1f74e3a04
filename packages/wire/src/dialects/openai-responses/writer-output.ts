import { sseEvent } from '../../framing/sse.ts'
import type { TextSink } from '../../hub.ts'
import type { JsonObject } from '../../json.ts'
import { itemId, type ItemPrefix } from './ids.ts'

/** Prints the numbered events of one response and gathers its finished items. */
export class WriterOutput {
  readonly #out: TextSink
  readonly #callId: string
  readonly #items: (JsonObject | undefined)[] = []
  #sequence = 0

  constructor(out: TextSink, callId: string) {
    this.#out = out
    this.#callId = callId
  }

  /** `fields`: the event's other fields as JSON text without the braces. */
  print(type: string, fields: string): void {
    this.#out(sseEvent(type, `{"type":"${type}","sequence_number":${this.#sequence++},${fields}}`))
  }

  /** A line that every reader of server-sent events skips: it only keeps the connection alive. */
  comment(): void {
    this.#out(': ping\n\n')
  }

  /** The place of the next item. */
  nextIndex(): number {
    return this.#items.push(undefined) - 1
  }

  id(prefix: ItemPrefix, index: number): string {
    return itemId(prefix, this.#callId, index)
  }

  added(index: number, item: JsonObject): void {
    this.print('response.output_item.added', `"output_index":${index},"item":${JSON.stringify(item)}`)
  }

  done(index: number, item: JsonObject): void {
    this.#items[index] = item
    this.print('response.output_item.done', `"output_index":${index},"item":${JSON.stringify(item)}`)
  }

  /** The items that are complete, in order. */
  get items(): JsonObject[] {
    return this.#items.filter((item) => item !== undefined)
  }
}
