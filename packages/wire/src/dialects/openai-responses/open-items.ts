import type { Undo } from '../../dialect.ts'
import type { Block, BlockData, EventSink, TextBlock } from '../../hub.ts'
import { arrayOf, isObject, numberOf, objectOf, objectsOf, stringOf, type JsonObject } from '../../json.ts'
import { readAnnotation } from './citations.ts'
import { ownExtra, restFields } from './notes.ts'
import { readOutputItem } from './reply.ts'
import { partSeparator } from './reasoning.ts'

/** A block that is being streamed. */
interface Open {
  readonly block: number
  /** Characters sent on so far: what `done` brings beyond them is still missing. */
  length: number
  citations: number
}

/** An item of the output: its message parts, or the one block that it is. */
interface Item {
  readonly index: number
  readonly fields: JsonObject
  readonly parts: Map<number, Open>
  single: Open | undefined
  /** The reasoning part whose text comes now, to see where the next one begins. */
  reasoningPart: string | undefined
  finished: boolean
}

const messageShape = new Set(['type', 'role', 'content', 'status'])

/** The output items of a response that is being streamed, by `output_index`. */
export class OpenItems {
  readonly #sink: EventSink
  readonly #undo: Undo | undefined
  readonly #items = new Map<number, Item>()
  #blocks = 0
  /** The model called a function. */
  called = false

  constructor(sink: EventSink, undo: Undo | undefined) {
    this.#sink = sink
    this.#undo = undo
  }

  added(event: JsonObject): void {
    const given = objectOf(event['item'])
    if (given === undefined) return
    const item = this.#item(event, given)
    if (item.finished || item.single !== undefined) return
    if (given['type'] === 'function_call') this.#openCall(item, given)
    else if (given['type'] === 'reasoning') this.#openReasoning(item, given)
  }

  partAdded(event: JsonObject): void {
    const part = objectOf(event['part'])
    if (part?.['type'] === 'output_text' || part?.['type'] === 'refusal') this.#part(event, part['type'] === 'refusal')
  }

  textDelta(event: JsonObject, text: string, refusal = false): void {
    const open = this.#part(event, refusal)
    const logprobs = event['logprobs']
    // Before the text that they are about: writers print both in one event.
    if (Array.isArray(logprobs) && logprobs.length > 0) {
      this.#sink.event({ type: 'logprobs', choice: 0, logprobs: { content: logprobs } })
    }
    this.#text(open, text)
  }

  textDone(event: JsonObject, text: string): void {
    const open = this.#item(event).parts.get(numberOf(event['content_index']) ?? 0)
    if (open !== undefined) this.#rest(open, text)
  }

  annotation(event: JsonObject): void {
    const annotation = objectOf(event['annotation'])
    if (annotation !== undefined) this.#cite(this.#part(event, false), annotation)
  }

  partDone(event: JsonObject): void {
    const part = objectOf(event['part'])
    const open = this.#item(event).parts.get(numberOf(event['content_index']) ?? 0)
    if (part !== undefined && open !== undefined) this.#completePart(open, part)
  }

  argumentsDelta(event: JsonObject, text: string): void {
    const item = this.#item(event)
    if (item.single !== undefined) this.#text(item.single, text)
  }

  reasoningDelta(event: JsonObject, list: 'summary' | 'content', text: string): void {
    const item = this.#item(event)
    const open = item.single ?? this.#openReasoning(item, { type: 'reasoning', id: event['item_id'] })
    const part = `${list}${numberOf(event[list === 'summary' ? 'summary_index' : 'content_index']) ?? 0}`
    if (item.reasoningPart !== undefined && item.reasoningPart !== part) this.#text(open, partSeparator)
    item.reasoningPart = part
    this.#text(open, text)
  }

  done(event: JsonObject): void {
    const given = objectOf(event['item'])
    if (given !== undefined) this.complete(given, this.#item(event, given).index)
  }

  /** The whole item: what was not streamed is sent now, and its blocks end. */
  complete(given: JsonObject, index: number): void {
    const item = this.#item({ output_index: index }, given)
    if (item.finished) return
    item.finished = true
    const blocks = readOutputItem(given, index, this.#undo)
    if (item.single === undefined && item.parts.size === 0) {
      for (const block of blocks) this.#whole(block)
    } else if (item.single !== undefined) this.#completeSingle(item.single, blocks[0])
    else this.#completeMessage(item, given, blocks)
  }

  closeAll(): void {
    for (const item of this.#items.values()) {
      if (item.finished) continue
      item.finished = true
      if (item.single !== undefined) this.#end(item.single)
      for (const open of item.parts.values()) this.#end(open)
    }
  }

  #item(event: JsonObject, given?: JsonObject): Item {
    const index = numberOf(event['output_index']) ?? 0
    let item = this.#items.get(index)
    if (item === undefined) {
      const fields = given?.['type'] === 'message' ? restFields(given, messageShape) : idField(event)
      item = { index, fields, parts: new Map(), single: undefined, reasoningPart: undefined, finished: false }
      this.#items.set(index, item)
    }
    return item
  }

  #part(event: JsonObject, refusal: boolean): Open {
    const item = this.#item(event)
    const at = numberOf(event['content_index']) ?? 0
    const open = item.parts.get(at)
    if (open !== undefined) return open
    const $message = { ...item.fields, $at: item.index, status: 'completed' }
    const seed: TextBlock = { type: 'text', text: '', ...(refusal ? { refusal } : { citations: [] }), ...ownExtra({ $message }) }
    const started = this.#open(seed)
    item.parts.set(at, started)
    return started
  }

  #openCall(item: Item, given: JsonObject): void {
    const [block] = readOutputItem({ ...given, arguments: '' }, item.index, this.#undo)
    if (block?.type !== 'call') return
    this.called = true
    item.single = this.#open(block)
    // A few servers put all arguments here and send no deltas.
    this.#text(item.single, stringOf(given['arguments']) ?? '')
  }

  #openReasoning(item: Item, given: JsonObject): Open {
    const id = stringOf(given['id'])
    const open = this.#open({ type: 'reasoning', text: '', ...(id === undefined ? {} : { id }), ...ownExtra({}) })
    item.single = open
    return open
  }

  #completeSingle(open: Open, block: Block | undefined): void {
    if (block?.type === 'call') {
      this.#rest(open, block.input)
      if (block.extra !== undefined) this.#data(open, { extra: block.extra })
    } else if (block?.type === 'reasoning') {
      this.#rest(open, block.text)
      const { signature, sealed, extra } = block
      this.#data(open, {
        ...(signature === undefined ? {} : { signature }),
        ...(sealed === undefined ? {} : { sealed }),
        ...(extra === undefined ? {} : { extra }),
      })
    }
    this.#end(open)
  }

  #completeMessage(item: Item, given: JsonObject, blocks: readonly Block[]): void {
    const parts = objectsOf(given['content'])
    for (const [at, block] of blocks.entries()) {
      const open = item.parts.get(at)
      const part = parts[at]
      if (open === undefined) this.#whole(block)
      else {
        if (part !== undefined) this.#completePart(open, part)
        if (block.extra !== undefined) this.#data(open, { extra: block.extra })
        this.#end(open)
      }
      item.parts.delete(at)
    }
    for (const open of item.parts.values()) this.#end(open)
  }

  #completePart(open: Open, part: JsonObject): void {
    this.#rest(open, stringOf(part['text']) ?? stringOf(part['refusal']) ?? '')
    for (const annotation of arrayOf(part['annotations']).slice(open.citations)) {
      if (isObject(annotation)) this.#cite(open, annotation)
    }
  }

  /** A block that no event announced: it starts empty like any other, so that writers need one way only. */
  #whole(block: Block): void {
    switch (block.type) {
      case 'text': {
        const open = this.#open({ ...block, text: '', ...(block.citations === undefined ? {} : { citations: [] }) })
        this.#text(open, block.text)
        for (const citation of block.citations ?? []) this.#data(open, { citation })
        return this.#end(open)
      }
      case 'call': {
        this.called = true
        const open = this.#open({ ...block, input: '' })
        this.#text(open, block.input)
        return this.#end(open)
      }
      case 'reasoning': {
        const open = this.#open({ ...block, text: '' })
        this.#text(open, block.text)
        return this.#end(open)
      }
      case 'media':
      case 'result':
      case 'native':
        return this.#end(this.#open(block))
    }
  }

  #cite(open: Open, annotation: JsonObject): void {
    open.citations++
    this.#data(open, { citation: readAnnotation(annotation) })
  }

  #open(seed: Block): Open {
    const block = this.#blocks++
    this.#sink.event({ type: 'block-start', choice: 0, block, seed })
    return { block, length: 0, citations: 0 }
  }

  #text(open: Open, text: string): void {
    if (text === '') return
    open.length += text.length
    this.#sink.event({ type: 'block-delta', choice: 0, block: open.block, text })
  }

  #rest(open: Open, whole: string): void {
    if (whole.length > open.length) this.#text(open, whole.slice(open.length))
  }

  #data(open: Open, data: BlockData): void {
    this.#sink.event({ type: 'block-data', choice: 0, block: open.block, data })
  }

  #end(open: Open): void {
    this.#sink.event({ type: 'block-end', choice: 0, block: open.block })
  }
}

const idField = (event: JsonObject): JsonObject => {
  const id = stringOf(event['item_id'])
  return id === undefined ? {} : { id }
}
