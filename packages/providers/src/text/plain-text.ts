import { sseData, type Reframer } from '@switchyard/wire'

/** A stream of bare text: events `{text}`. */
export class PlainTextReframer implements Reframer {
  readonly #decoder = new TextDecoder()

  push(chunk: Uint8Array): string {
    return eventOf(this.#decoder.decode(chunk, { stream: true }))
  }

  end(): string {
    return eventOf(this.#decoder.decode())
  }
}

const eventOf = (text: string): string => (text === '' ? '' : sseData(JSON.stringify({ text })))
