import type { BlockData, ReasoningBlock } from '../../hub.ts'
import { ownFields } from './notes.ts'
import { partSeparator, writeReasoning } from './reasoning.ts'
import type { WriterOutput } from './writer-output.ts'

/** A reasoning item that is being written. Its text is a summary, whose parts this dialect's reader separates. */
export class WrittenReasoning {
  readonly #output: WriterOutput
  readonly #index: number
  readonly #place: string
  readonly #id: string
  #block: ReasoningBlock
  #text = ''
  /** The open part: its number and its text. */
  #part: { readonly index: number; text: string } | undefined
  #parts = 0

  constructor(seed: ReasoningBlock, output: WriterOutput) {
    this.#output = output
    this.#block = seed
    this.#index = output.nextIndex()
    this.#id = seed.id ?? output.id('rs', this.#index)
    this.#place = `"item_id":${JSON.stringify(this.#id)},"output_index":${this.#index}`
    output.added(this.#index, { id: this.#id, type: 'reasoning', summary: [] })
    this.delta(seed.text)
  }

  delta(text: string): void {
    if (text === '') return
    this.#text += text
    if (text === partSeparator && ownFields(this.#block.extra) !== undefined) return this.#endPart()
    const part = this.#part ?? this.#startPart()
    part.text += text
    this.#output.print('response.reasoning_summary_text.delta', this.#in(part.index, `"delta":${JSON.stringify(text)}`))
  }

  data(data: BlockData): void {
    const { signature, sealed, extra } = data
    this.#block = {
      ...this.#block,
      ...(signature === undefined ? {} : { signature }),
      ...(sealed === undefined ? {} : { sealed }),
      ...(extra === undefined ? {} : { extra }),
    }
  }

  end(): void {
    this.#endPart()
    const item = writeReasoning({ ...this.#block, text: this.#text }, true)
    this.#output.done(this.#index, { id: this.#id, ...item })
  }

  #startPart(): { readonly index: number; text: string } {
    const part = { index: this.#parts++, text: '' }
    this.#part = part
    this.#output.print('response.reasoning_summary_part.added', this.#in(part.index, '"part":{"type":"summary_text","text":""}'))
    return part
  }

  #endPart(): void {
    const part = this.#part
    if (part === undefined) return
    this.#part = undefined
    const text = JSON.stringify(part.text)
    this.#output.print('response.reasoning_summary_text.done', this.#in(part.index, `"text":${text}`))
    const whole = `"part":{"type":"summary_text","text":${text}}`
    this.#output.print('response.reasoning_summary_part.done', this.#in(part.index, whole))
  }

  #in(part: number, fields: string): string {
    return `${this.#place},"summary_index":${part},${fields}`
  }
}
