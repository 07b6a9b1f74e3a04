import type { BlockData, CallBlock, MediaBlock } from '../../hub.ts'
import { isString, stringOf, type JsonObject } from '../../json.ts'
import { ownFields } from './notes.ts'
import { imageItem, outputCall } from './output-items.ts'
import type { WriterOutput } from './writer-output.ts'

/** A function call that is being written. */
export class WrittenCall {
  readonly #output: WriterOutput
  readonly #index: number
  readonly #id: string
  readonly #place: string
  #block: CallBlock
  #input = ''

  constructor(seed: CallBlock, output: WriterOutput) {
    this.#output = output
    this.#block = seed
    this.#index = output.nextIndex()
    this.#id = stringOf(ownFields(seed.extra)?.['id']) ?? output.id('fc', this.#index)
    this.#place = `"item_id":${JSON.stringify(this.#id)},"output_index":${this.#index}`
    const { id: call_id, name } = seed
    output.added(this.#index, { id: this.#id, type: 'function_call', status: 'in_progress', call_id, name, arguments: '' })
    this.delta(seed.input)
  }

  delta(text: string): void {
    if (text === '') return
    this.#input += text
    this.#output.print('response.function_call_arguments.delta', `${this.#place},"delta":${JSON.stringify(text)}`)
  }

  data(data: BlockData): void {
    const { signature, extra } = data
    this.#block = { ...this.#block, ...(signature === undefined ? {} : { signature }), ...(extra === undefined ? {} : { extra }) }
  }

  end(): void {
    // Clients parse the arguments: a call without any has an empty object.
    if (this.#input === '') this.delta('{}')
    const name = JSON.stringify(this.#block.name)
    const fields = `${this.#place},"name":${name},"arguments":${JSON.stringify(this.#input)}`
    this.#output.print('response.function_call_arguments.done', fields)
    const item = outputCall({ ...this.#block, input: this.#input }, this.#id)
    this.#output.done(this.#index, { id: this.#id, ...item, status: 'completed' })
  }
}

/** A generated picture that is being written: an item whose result is complete at its end. */
export class WrittenImage {
  readonly #output: WriterOutput
  readonly #index: number
  readonly #id: string
  readonly #block: MediaBlock
  #base64: string

  static takes(seed: MediaBlock): boolean {
    return imageItem(seed, '') !== undefined
  }

  constructor(seed: MediaBlock, output: WriterOutput) {
    this.#output = output
    this.#block = seed
    this.#base64 = seed.source.kind === 'data' ? seed.source.base64 : ''
    this.#index = output.nextIndex()
    this.#id = output.id('ig', this.#index)
    output.added(this.#index, { type: 'image_generation_call', id: this.#id, status: 'in_progress', result: null })
  }

  delta(text: string): void {
    this.#base64 += text
  }

  /** Nothing that completes a picture has a field here. */
  data(_data: BlockData): void {}

  end(): void {
    const block: MediaBlock = { ...this.#block, source: { kind: 'data', base64: this.#base64 } }
    const item = imageItem(block, this.#id)
    if (item !== undefined) this.#output.done(this.#index, item)
  }
}

/** An item that only this dialect has: it comes whole, and so it goes. */
export function writeNative(data: JsonObject, output: WriterOutput): void {
  const index = output.nextIndex()
  const { input, id } = data
  if (data['type'] === 'custom_tool_call' && isString(input)) {
    const place = `"item_id":${JSON.stringify(id ?? '')},"output_index":${index}`
    output.added(index, { ...data, input: '', status: 'in_progress' })
    output.print('response.custom_tool_call_input.delta', `${place},"delta":${JSON.stringify(input)}`)
    output.print('response.custom_tool_call_input.done', `${place},"input":${JSON.stringify(input)}`)
  } else output.added(index, data)
  output.done(index, data)
}
