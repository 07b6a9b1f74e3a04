import type { Reframer } from './reframer.ts'
import { sseData } from './sse.ts'

const maxLine = 16 * 1024 * 1024

/** One JSON value a line. */
export class NdjsonReframer implements Reframer {
  readonly #decoder = new TextDecoder()
  #rest = ''

  push(chunk: Uint8Array): string {
    const text = this.#decoder.decode(chunk, { stream: true })
    const last = text.lastIndexOf('\n')
    if (last < 0) {
      this.#rest += text
      if (this.#rest.length > maxLine) throw new RangeError('NDJSON line too long')
      return ''
    }
    const lines = this.#rest + text.slice(0, last)
    this.#rest = text.slice(last + 1)
    return lines.split('\n').map(eventOf).join('')
  }

  /** The last line may lack its line feed; whether it is whole, the reader of its JSON sees. */
  end(): string {
    const last = this.#rest + this.#decoder.decode()
    this.#rest = ''
    return eventOf(last)
  }
}

function eventOf(line: string): string {
  const data = line.trim()
  return data === '' ? '' : sseData(data)
}
