import { isObject, parseJson, sseData, stringOf, type Reframer } from '@switchyard/wire'

const mark = '[DONE]'
const maxLine = 16 * 1024 * 1024

/**
 * NLP Cloud streams bare text, or lines of JSON for some models, and ends both with a mark (native-wire facts §15,
 * 2026-11-22). The mark counts where nothing follows it: a model may write it as well.
 */
export class NlpCloudReframer implements Reframer {
  readonly #decoder = new TextDecoder()
  #isJson: boolean | undefined
  #line = ''
  /** Text that may be the end. */
  #waiting = ''

  push(chunk: Uint8Array): string {
    return this.#take(this.#decoder.decode(chunk, { stream: true }))
  }

  end(): string {
    const rest = this.#take(`${this.#decoder.decode()}${this.#isJson ? '\n' : ''}`)
    const over = this.#waiting.trimEnd().endsWith(mark)
    const last = over ? this.#waiting.slice(0, this.#waiting.lastIndexOf(mark)) : this.#waiting
    this.#waiting = ''
    return rest + textEvent(last) + (over ? sseData('{"done":true}') : '')
  }

  #take(piece: string): string {
    if (piece === '') return ''
    this.#isJson ??= piece.trimStart().startsWith('{')
    return this.#isJson ? this.#lines(piece) : this.#text(piece)
  }

  #lines(piece: string): string {
    const lines = (this.#line + piece).split('\n')
    this.#line = lines.pop() ?? ''
    if (this.#line.length > maxLine) throw new RangeError('line of the stream too long')
    return lines.map((line) => this.#lineOf(line.trim())).join('')
  }

  /** A line that tells of an error travels as it is. */
  #lineOf(line: string): string {
    const json = parseJson(line)
    if (!isObject(json)) return this.#text(line)
    const text = stringOf(json['generated_text'])
    return text === undefined ? sseData(line) : this.#text(text)
  }

  /** Everything but what may belong to the mark at the end. */
  #text(piece: string): string {
    const text = this.#waiting + piece
    const from = endingFrom(text)
    this.#waiting = text.slice(from)
    return textEvent(text.slice(0, from))
  }
}

const textEvent = (text: string): string => (text === '' ? '' : sseData(JSON.stringify({ generated_text: text })))

/** Where the text's last part begins that is the mark, with space behind it, or the beginning of one. */
function endingFrom(text: string): number {
  const trimmed = text.trimEnd()
  if (trimmed.endsWith(mark)) return trimmed.length - mark.length
  for (let length = mark.length - 1; length > 0; length--) if (text.endsWith(mark.slice(0, length))) return text.length - length
  return text.length
}
