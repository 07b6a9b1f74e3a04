import { sseData, type Reframer } from '@switchyard/wire'

const maxLine = 16 * 1024 * 1024

/** Cohere documents server-sent events and has sent bare JSON lines (v1 still does): both become the former. */
export class CohereReframer implements Reframer {
  readonly #decoder = new TextDecoder()
  #rest = ''

  push(chunk: Uint8Array): string {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > maxLine) throw new RangeError('line of the stream too long')
    return lines.map(eventOf).join('')
  }

  end(): string {
    const last = this.#rest + this.#decoder.decode()
    this.#rest = ''
    return eventOf(last)
  }
}

const eventOf = (line: string): string => (line.startsWith('{') ? sseData(line.trimEnd()) : `${line}\n`)
