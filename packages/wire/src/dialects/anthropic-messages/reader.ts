import type { StreamReader, Undo } from '../../dialect.ts'
import { fail, type GatewayError } from '../../errors.ts'
import type { Block, BlockData, EventSink } from '../../hub.ts'
import { isObject, isString, numberOf, objectOf, parseJson, stringOf, type JsonObject } from '../../json.ts'
import { readCitation } from './citations.ts'
import { readError } from './errors.ts'
import { readReplyBlock } from './read-blocks.ts'
import { undoBlock, withoutStop } from './reply.ts'
import { defined, dialectId, keptFields, ownExtra } from './shape.ts'
import { readStop } from './stop.ts'
import { mergeUsage, readUsage } from './usage.ts'

/** One open block of the wire. A native block waits for its end, because the hub takes it whole. */
type Open =
  | { readonly kind: 'block'; readonly block: number }
  | { readonly kind: 'call'; readonly block: number; readonly input: JsonObject; started: boolean }
  | { readonly kind: 'native'; readonly data: JsonObject; input: string }

const messageKnown = new Set(['id', 'type', 'role', 'model', 'content', 'usage'])

export class Reader implements StreamReader {
  readonly #sink: EventSink
  readonly #undo: Undo | undefined
  readonly #open = new Map<number, Open>()
  #blocks = 0
  #calls = false
  #usage: JsonObject | undefined
  #stopped = false
  #done = false

  constructor(sink: EventSink, undo?: Undo) {
    this.#sink = sink
    this.#undo = undo
  }

  event(name: string, data: string): void {
    if (this.#done) return
    const event = parseJson(data)
    if (!isObject(event))
      return this.#fail(fail('bad_reply', `the provider sent a stream event (${name}) that is not a JSON object`))
    switch (event.type) {
      case 'message_start':
        return this.#start(objectOf(event.message) ?? {})
      case 'content_block_start':
        return this.#blockStart(numberOf(event.index) ?? 0, objectOf(event.content_block) ?? {})
      case 'content_block_delta':
        return this.#delta(numberOf(event.index) ?? 0, objectOf(event.delta) ?? {})
      case 'content_block_stop':
        return this.#blockStop(numberOf(event.index) ?? 0)
      case 'message_delta':
        return this.#messageDelta(event)
      case 'message_stop':
        return this.#finish()
      case 'ping':
        return this.#sink.event({ type: 'ping' })
      case 'error':
        return this.#fail(readError(0, event))
    }
  }

  end(): void {
    if (!this.#done) this.#fail(fail('bad_gateway', 'the provider ended the stream before message_stop'))
  }

  #start(message: JsonObject): void {
    const usage = objectOf(message.usage)
    if (usage !== undefined) this.#usage = usage
    this.#sink.event({
      type: 'start',
      id: stringOf(message.id) ?? '',
      model: stringOf(message.model) ?? '',
      created: 0,
      ...defined({ usage: usage === undefined ? undefined : readUsage(usage) }),
      extra: ownExtra(keptFields(withoutStop(message), messageKnown)),
    })
  }

  #blockStart(index: number, wire: JsonObject): void {
    const read = readReplyBlock(wire)
    if (read.type === 'native') {
      this.#open.set(index, { kind: 'native', data: { ...wire }, input: '' })
      return
    }
    const block = this.#blocks++
    const seed = this.#undo === undefined ? seedOf(read) : undoBlock(seedOf(read), this.#undo)
    this.#sink.event({ type: 'block-start', choice: 0, block, seed })
    if (read.type === 'call') {
      if (seed.type === 'call') this.#calls = true
      this.#open.set(index, { kind: 'call', block, input: objectOf(wire.input) ?? {}, started: false })
      return
    }
    this.#open.set(index, { kind: 'block', block })
    if (read.type === 'text' || (read.type === 'reasoning' && read.sealed === undefined)) this.#text(block, read.text)
    if (read.type === 'reasoning' && (read.signature ?? '') !== '') this.#data(block, { signature: read.signature ?? '' })
  }

  #delta(index: number, delta: JsonObject): void {
    const open = this.#open.get(index)
    if (open === undefined)
      return this.#fail(fail('bad_reply', `the provider sent a delta for block ${index}, which is not open`))
    if (open.kind === 'native') return growNative(open, delta)
    const { block } = open
    switch (delta.type) {
      case 'text_delta':
        return this.#text(block, delta.text)
      case 'thinking_delta':
        return this.#text(block, delta.thinking)
      case 'input_json_delta':
        if (open.kind === 'call' && delta.partial_json !== '') open.started = true
        return this.#text(block, delta.partial_json)
      case 'signature_delta':
        return this.#data(block, { signature: stringOf(delta.signature) ?? '' })
      case 'citations_delta':
        if (isObject(delta.citation)) this.#data(block, { citation: readCitation(delta.citation) })
        return
      default:
        return this.#data(block, { extra: ownExtra({ $delta: delta }) })
    }
  }

  #blockStop(index: number): void {
    const open = this.#open.get(index)
    if (open === undefined) return
    this.#open.delete(index)
    if (open.kind === 'native') return this.#native(open)
    // Some servers send the arguments whole with the block's start; none at all is an empty object.
    if (open.kind === 'call' && !open.started) this.#text(open.block, JSON.stringify(open.input))
    this.#sink.event({ type: 'block-end', choice: 0, block: open.block })
  }

  #native(open: Open & { kind: 'native' }): void {
    const block = this.#blocks++
    const data = open.input === '' ? open.data : { ...open.data, input: parseJson(open.input) ?? open.input }
    this.#sink.event({ type: 'block-start', choice: 0, block, seed: { type: 'native', dialect: dialectId, data } })
    this.#sink.event({ type: 'block-end', choice: 0, block })
  }

  #messageDelta(event: JsonObject): void {
    const delta = objectOf(event.delta) ?? {}
    const rawStop = stringOf(delta.stop_reason)
    if (rawStop !== undefined && !this.#stopped) {
      this.#stopped = true
      const stop = readStop(rawStop)
      this.#sink.event({
        type: 'stop',
        choice: 0,
        stop: stop === 'tool' && !this.#calls && this.#undo?.jsonTool !== undefined ? 'stop' : stop,
        rawStop,
        ...defined({ stopSequence: stringOf(delta.stop_sequence) }),
        extra: ownExtra(keptFields(withoutStop(delta))),
      })
    }
    const usage = objectOf(event.usage)
    if (usage === undefined) return
    this.#usage = mergeUsage(this.#usage, usage)
    this.#sink.event({ type: 'usage', usage: readUsage(this.#usage) })
  }

  #finish(): void {
    if (!this.#stopped) return this.#fail(fail('bad_gateway', 'the provider ended the message without a stop_reason'))
    for (const index of this.#open.keys()) this.#blockStop(index)
    this.#done = true
    this.#sink.end()
  }

  #text(block: number, text: unknown): void {
    if (isString(text) && text !== '') this.#sink.event({ type: 'block-delta', choice: 0, block, text })
  }

  #data(block: number, data: BlockData): void {
    this.#sink.event({ type: 'block-data', choice: 0, block, data })
  }

  #fail(error: GatewayError): void {
    this.#done = true
    this.#sink.fail(error)
  }
}

/** The block as its start: text, arguments and signature follow as deltas. */
function seedOf(block: Block): Block {
  switch (block.type) {
    case 'reasoning': {
      const { signature: _signature, ...rest } = block
      return { ...rest, text: '' }
    }
    case 'text':
      return { ...block, text: '' }
    case 'call':
      return { ...block, input: '' }
    case 'media':
    case 'result':
    case 'native':
      return block
  }
}

/** A delta of a native block: arguments are joined as text, any other string grows its field, any other value replaces it. */
function growNative(open: Open & { kind: 'native' }, delta: JsonObject): void {
  for (const key in delta) {
    const value = delta[key]
    const before = open.data[key]
    if (key === 'type') continue
    if (key === 'partial_json') open.input += isString(value) ? value : ''
    else open.data[key] = isString(value) && isString(before) ? before + value : value
  }
}
