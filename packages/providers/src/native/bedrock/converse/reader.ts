import {
  fail,
  isObject,
  numberOf,
  objectOf,
  parseJson,
  stringOf,
  type Block,
  type BlockData,
  type EventSink,
  type GatewayError,
  type JsonObject,
  type StreamReader,
  type Undo,
} from '@switchyard/wire'
import { exceptionEvent } from '../../../aws/event-stream.ts'
import { readError } from '../../../aws/errors.ts'
import { callName, isService, readCitation } from './reply.ts'
import { stopOf } from './stop.ts'
import { usageOf } from './usage.ts'

/** A content block on its way: the number that it has in the hub. */
interface Open {
  readonly block: number
}

/** ConverseStream's events, by the names that they have in the event stream. */
export class ConverseReader implements StreamReader {
  readonly #sink: EventSink
  readonly #undo: Undo
  readonly #open = new Map<number, Open>()
  #blocks = 0
  #started = false
  #called = false
  #stopped = false
  #over = false
  #told: JsonObject | undefined

  constructor(sink: EventSink, undo: Undo = {}) {
    this.#sink = sink
    this.#undo = undo
  }

  event(name: string, data: string): void {
    if (this.#over) return
    const event = parseJson(data)
    if (!isObject(event)) return this.#fail(fail('bad_reply', 'the provider sent a stream event that is not a JSON object'))
    if (name === exceptionEvent) return this.#fail(readError(0, event))
    this.#start()
    switch (name) {
      case 'contentBlockStart':
        return this.#blockStart(indexOf(event), objectOf(event['start']) ?? {})
      case 'contentBlockDelta':
        return this.#delta(indexOf(event), objectOf(event['delta']) ?? {})
      case 'contentBlockStop':
        return this.#close(indexOf(event))
      case 'messageStop':
        return this.#stop(event)
      case 'metadata':
        return this.#metadata(event)
      default:
    }
  }

  end(): void {
    if (this.#over) return
    if (!this.#stopped) return this.#fail(fail('bad_gateway', 'the provider ended the stream before its last event; try again'))
    this.#over = true
    this.#sink.end()
  }

  #fail(error: GatewayError): void {
    this.#over = true
    this.#sink.fail(error)
  }

  #start(): void {
    if (this.#started) return
    this.#started = true
    this.#sink.event({ type: 'start', id: '', model: '', created: 0 })
  }

  #blockStart(index: number, start: JsonObject): void {
    const call = objectOf(start['toolUse'])
    if (call === undefined || isService(call)) return
    const name = stringOf(call['name']) ?? ''
    if (name === this.#undo.jsonTool) return this.#begin(index, { type: 'text', text: '' })
    this.#called = true
    this.#begin(index, { type: 'call', id: stringOf(call['toolUseId']) ?? '', name: callName(name, this.#undo), input: '' })
  }

  #begin(index: number, seed: Block): void {
    const block = this.#blocks++
    this.#open.set(index, { block })
    this.#sink.event({ type: 'block-start', choice: 0, block, seed })
  }

  #delta(index: number, delta: JsonObject): void {
    const text = stringOf(delta['text'])
    if (text !== undefined) return this.#text(index, 'text', text)
    const input = stringOf(objectOf(delta['toolUse'])?.['input'])
    if (input !== undefined) return this.#append(index, input)
    const reasoning = objectOf(delta['reasoningContent'])
    if (reasoning !== undefined) return this.#reasoning(index, reasoning)
    const citation = objectOf(delta['citation'])
    if (citation !== undefined) this.#data(index, 'text', { citation: readCitation(citation) })
  }

  #reasoning(index: number, { text, signature, redactedContent }: JsonObject): void {
    if (typeof text === 'string') this.#text(index, 'reasoning', text)
    if (typeof signature === 'string') this.#data(index, 'reasoning', { signature })
    if (typeof redactedContent === 'string') this.#data(index, 'reasoning', { sealed: redactedContent })
  }

  /** Blocks of text begin with their first piece. */
  #text(index: number, type: 'text' | 'reasoning', text: string): void {
    if (!this.#open.has(index)) this.#begin(index, { type, text: '' })
    this.#append(index, text)
  }

  #data(index: number, type: 'text' | 'reasoning', data: BlockData): void {
    if (!this.#open.has(index)) this.#begin(index, { type, text: '' })
    const open = this.#open.get(index)
    if (open !== undefined) this.#sink.event({ type: 'block-data', choice: 0, block: open.block, data })
  }

  #append(index: number, text: string): void {
    const open = this.#open.get(index)
    if (open !== undefined && text !== '') this.#sink.event({ type: 'block-delta', choice: 0, block: open.block, text })
  }

  #close(index: number): void {
    const open = this.#open.get(index)
    if (open === undefined) return
    this.#open.delete(index)
    this.#sink.event({ type: 'block-end', choice: 0, block: open.block })
  }

  #stop(event: JsonObject): void {
    if (this.#stopped) return
    for (const index of this.#open.keys()) this.#close(index)
    this.#stopped = true
    this.#told = objectOf(event['additionalModelResponseFields'])
    const rawStop = stringOf(event['stopReason'])
    const stop = stopOf(rawStop, this.#called, this.#undo.jsonTool !== undefined)
    this.#sink.event({ type: 'stop', choice: 0, stop, ...(rawStop === undefined ? {} : { rawStop }) })
  }

  #metadata(event: JsonObject): void {
    const usage = objectOf(event['usage'])
    if (usage !== undefined) this.#sink.event({ type: 'usage', usage: usageOf(usage, this.#told, event['serviceTier']) })
  }
}

const indexOf = (event: JsonObject): number => numberOf(event['contentBlockIndex']) ?? 0
