import type { BlockData, CallBlock, MediaBlock } from '../../hub.ts'
import { isString, stringOf, type JsonObject } from '../../json.ts'
import type { ClientTool } from './client-tools.ts'
import { ownFields } from './notes.ts'
import { callPrefix, imageItem, outputCall } from './output-items.ts'
import type { WriterOutput } from './writer-output.ts'

/** A call that is being written. Arguments go out as they come; a form of this dialect alone is complete at its end. */
export class WrittenCall {
  readonly #output: WriterOutput
  readonly #index: number
  readonly #id: string
  readonly #place: string
  readonly #tool: ClientTool | undefined
  #block: CallBlock
  #input = ''

  constructor(seed: CallBlock, output: WriterOutput, tool: ClientTool | undefined) {
    this.#output = output
    this.#block = seed
    this.#tool = tool
    this.#index = output.nextIndex()
    this.#id = stringOf(ownFields(seed.extra)?.['id']) ?? output.id(callPrefix(tool), this.#index)
    this.#place = `"item_id":${JSON.stringify(this.#id)},"output_index":${this.#index}`
    const item = outputCall({ ...seed, input: '' }, tool, () => this.#id)
    const empty = tool === undefined || tool.kind === 'function' ? { arguments: '' } : {}
    output.added(this.#index, { id: this.#id, ...item, ...empty, status: 'in_progress' })
    this.delta(seed.input)
  }

  delta(text: string): void {
    if (text === '') return
    this.#input += text
    if (this.#tool !== undefined && this.#tool.kind !== 'function') return
    this.#output.print('response.function_call_arguments.delta', `${this.#place},"delta":${JSON.stringify(text)}`)
  }

  data(data: BlockData): void {
    if (data.extra !== undefined) this.#block = { ...this.#block, extra: data.extra }
  }

  end(): void {
    // Clients parse the arguments: a call without any has an empty object.
    if (this.#input === '') this.delta('{}')
    const item = outputCall({ ...this.#block, input: this.#input }, this.#tool, () => this.#id)
    if (item['type'] === 'custom_tool_call') printCustomInput(item['input'], this.#place, this.#output)
    else if (item['type'] === 'function_call') {
      const name = JSON.stringify(item['name'])
      const fields = `${this.#place},"name":${name},"arguments":${JSON.stringify(this.#input)}`
      this.#output.print('response.function_call_arguments.done', fields)
    }
    this.#output.done(this.#index, { id: this.#id, ...item, status: 'completed' })
  }
}

function printCustomInput(input: unknown, place: string, output: WriterOutput): void {
  output.print('response.custom_tool_call_input.delta', `${place},"delta":${JSON.stringify(input)}`)
  output.print('response.custom_tool_call_input.done', `${place},"input":${JSON.stringify(input)}`)
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
    printCustomInput(input, place, output)
  } else output.added(index, data)
  output.done(index, data)
}
