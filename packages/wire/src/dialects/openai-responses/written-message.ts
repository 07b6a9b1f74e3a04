import type { BlockData, Citation, NativeBlock, TextBlock } from '../../hub.ts'
import { stringOf, type JsonObject } from '../../json.ts'
import { writeAnnotation } from './citations.ts'
import { outputMessage } from './output-items.ts'
import { messageOf } from './write-items.ts'
import type { WriterOutput } from './writer-output.ts'

/** A message item that is being written: its parts come one after another, or side by side. */
export class WrittenMessage {
  readonly fields: JsonObject | undefined
  readonly id: string
  readonly index: number
  readonly output: WriterOutput
  readonly #parts: (WrittenPart | NativeBlock)[] = []
  #last: WrittenPart | undefined
  #open = 0
  #closing = false
  #cut = false

  constructor(fields: JsonObject | undefined, output: WriterOutput) {
    this.fields = fields
    this.output = output
    this.index = output.nextIndex()
    this.id = stringOf(fields?.['id']) ?? output.id('msg', this.index)
    output.added(this.index, { id: this.id, type: 'message', status: 'in_progress', role: 'assistant', content: [] })
  }

  /** Starts a part. A native part is whole at once and gives nothing to write to. */
  part(seed: TextBlock | NativeBlock): WrittenPart | undefined {
    const place = `"item_id":${JSON.stringify(this.id)},"output_index":${this.index},"content_index":${this.#parts.length}`
    if (seed.type === 'native') {
      this.#parts.push(seed)
      const part = `${place},"part":${JSON.stringify(seed.data)}`
      this.output.print('response.content_part.added', part)
      this.output.print('response.content_part.done', part)
      return undefined
    }
    const part = new WrittenPart(seed, place, this)
    this.#parts.push(part)
    this.#open++
    this.#last = part
    return part
  }

  logprobs(entries: readonly unknown[]): void {
    this.#last?.addLogprobs(entries)
  }

  partEnded(): void {
    this.#open--
    if (this.#closing && this.#open === 0) this.#end()
  }

  /** `cut`: the answer ended here before it was complete. */
  close(cut: boolean): void {
    this.#closing = true
    this.#cut = cut
    if (this.#open === 0) this.#end()
  }

  #end(): void {
    const blocks = this.#parts.map((part) => (part instanceof WrittenPart ? part.block : part))
    // The notes of a finished block are complete; those of its start were not.
    const fields = blocks.map(messageOf).findLast((found) => found !== undefined) ?? this.fields
    const item = outputMessage({ blocks, fields }, this.id, this.#last?.logprobs ?? [])
    const status = this.#cut ? 'incomplete' : 'completed'
    const whole = { id: this.id, type: 'message', status, role: 'assistant', ...item }
    this.output.done(this.index, fields === undefined ? { ...whole, status } : whole)
  }
}

/** A text or refusal part that is being written. */
export class WrittenPart {
  readonly #message: WrittenMessage
  readonly #place: string
  readonly #citations: Citation[] = []
  readonly #logprobs: unknown[] = []
  #seed: TextBlock
  #text = ''
  #pending: readonly unknown[] | undefined

  constructor(seed: TextBlock, place: string, message: WrittenMessage) {
    this.#seed = seed
    this.#place = place
    this.#message = message
    const part = seed.refusal
      ? { type: 'refusal', refusal: '' }
      : { type: 'output_text', text: '', annotations: [], logprobs: [] }
    this.#print('response.content_part.added', `,"part":${JSON.stringify(part)}`)
    this.delta(seed.text)
    for (const citation of seed.citations ?? []) this.data({ citation })
  }

  get block(): TextBlock {
    const { citations: _before, ...seed } = this.#seed
    return { ...seed, text: this.#text, ...(seed.refusal ? {} : { citations: this.#citations }) }
  }

  get logprobs(): readonly unknown[] {
    return this.#logprobs
  }

  delta(text: string): void {
    if (text === '') return
    this.#text += text
    if (this.#seed.refusal) return this.#print('response.refusal.delta', `,"delta":${JSON.stringify(text)}`)
    const logprobs = this.#pending === undefined ? '[]' : JSON.stringify(this.#pending)
    this.#pending = undefined
    this.#print('response.output_text.delta', `,"delta":${JSON.stringify(text)},"logprobs":${logprobs}`)
  }

  /** They are printed with the text that follows, and with all the text at the end. */
  addLogprobs(entries: readonly unknown[]): void {
    this.#pending = this.#pending === undefined ? entries : [...this.#pending, ...entries]
    this.#logprobs.push(...entries)
  }

  data(data: BlockData): void {
    if (data.extra !== undefined) this.#seed = { ...this.#seed, extra: data.extra }
    if (data.citation === undefined) return
    const annotation = writeAnnotation(data.citation)
    if (annotation === undefined) return
    const index = this.#citations.push(data.citation) - 1
    const fields = `,"annotation_index":${index},"annotation":${JSON.stringify(annotation)}`
    this.#print('response.output_text.annotation.added', fields)
  }

  end(): void {
    const text = JSON.stringify(this.#text)
    const logprobs = JSON.stringify(this.#logprobs)
    if (this.#seed.refusal) {
      this.#print('response.refusal.done', `,"refusal":${text}`)
      this.#print('response.content_part.done', `,"part":{"type":"refusal","refusal":${text}}`)
    } else {
      const annotations = JSON.stringify(this.#citations.map(writeAnnotation))
      this.#print('response.output_text.done', `,"text":${text},"logprobs":${logprobs}`)
      const part = `{"type":"output_text","text":${text},"annotations":${annotations},"logprobs":${logprobs}}`
      this.#print('response.content_part.done', `,"part":${part}`)
    }
    this.#message.partEnded()
  }

  #print(type: string, fields: string): void {
    this.#message.output.print(type, this.#place + fields)
  }
}
