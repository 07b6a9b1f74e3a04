import type { StreamReader, Undo } from '../../dialect.ts'
import { fail, type GatewayError } from '../../errors.ts'
import type { EventSink } from '../../hub.ts'
import { isObject, objectOf, objectsOf, parseJson, stringOf, type JsonObject } from '../../json.ts'
import { readInBandError } from './errors.ts'
import { ownExtra } from './notes.ts'
import { OpenItems } from './open-items.ts'
import { readHead, readStop } from './reply.ts'
import { readUsage } from './usage.ts'

/**
 * Events of a response → events of the hub. Text is sent on as it comes; the `done` events only fill in what no delta
 * brought, and the final response fills in items that no event brought at all (some compatible servers send just that).
 */
export class ResponsesReader implements StreamReader {
  readonly #sink: EventSink
  readonly #items: OpenItems
  #started = false
  #over = false

  constructor(sink: EventSink, undo?: Undo) {
    this.#sink = sink
    this.#items = new OpenItems(sink, undo)
  }

  event(_name: string, data: string): void {
    if (this.#over || data === '[DONE]') return
    const body = parseJson(data)
    if (!isObject(body)) return this.#fail(fail('bad_reply', 'The provider sent a stream event that is not a JSON object.'))
    this.#read(body)
  }

  end(): void {
    if (!this.#over) this.#fail(fail('bad_gateway', 'The provider ended the stream before the response was complete.'))
  }

  #read(body: JsonObject): void {
    const items = this.#items
    if (!this.#started) this.#startWith(body)
    switch (body['type']) {
      case 'response.output_text.delta':
        return items.textDelta(body, stringOf(body['delta']) ?? '')
      case 'response.refusal.delta':
        return items.textDelta(body, stringOf(body['delta']) ?? '', true)
      case 'response.function_call_arguments.delta':
        return items.argumentsDelta(body, stringOf(body['delta']) ?? '')
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_summary.delta':
        return items.reasoningDelta(body, 'summary', deltaText(body['delta']))
      case 'response.reasoning_text.delta':
        return items.reasoningDelta(body, 'content', deltaText(body['delta']))
      case 'response.output_item.added':
        return items.added(body)
      case 'response.content_part.added':
        return items.partAdded(body)
      case 'response.output_text.done':
      case 'response.refusal.done':
        return items.textDone(body, stringOf(body['text']) ?? stringOf(body['refusal']) ?? '')
      case 'response.output_text.annotation.added':
        return items.annotation(body)
      case 'response.content_part.done':
        return items.partDone(body)
      case 'response.output_item.done':
        return items.done(body)
      default:
        return this.#readState(body)
    }
  }

  /** The events about the whole response, and those that say only that something goes on. */
  #readState(body: JsonObject): void {
    switch (body['type']) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        return
      case 'response.completed':
      case 'response.incomplete':
        return this.#finish(objectOf(body['response']) ?? {})
      case 'response.failed':
        return this.#fail(readInBandError(objectOf(objectOf(body['response'])?.['error']) ?? {}))
      case 'response.cancelled':
        return this.#fail(fail('bad_gateway', 'The provider cancelled the response.'))
      case 'error':
        return this.#fail(readInBandError(body))
      default:
        // A body of another protocol: an error object without a type, say.
        if (isObject(body['error'])) return this.#fail(readInBandError(body))
        // The other `added` and `done` events repeat what deltas and items say; the rest tells of hosted tools at work.
        if (!/\.(?:added|done)$/.test(stringOf(body['type']) ?? '')) this.#sink.event({ type: 'ping' })
    }
  }

  /** Usually with `response.created`; a server that leaves it out starts with its first event about the response. */
  #startWith(body: JsonObject): void {
    const type = stringOf(body['type'])
    if (type === undefined || !type.startsWith('response.') || type === 'response.failed') return
    this.#started = true
    this.#sink.event({ type: 'start', ...readHead(objectOf(body['response']) ?? {}) })
  }

  #finish(response: JsonObject): void {
    for (const [index, item] of objectsOf(response['output']).entries()) this.#items.complete(item, index)
    this.#items.closeAll()
    const { stop, rawStop, extra } = readStop(response, this.#items.called)
    // The final response says more than the first did; a writer of this dialect prints it.
    const fields = { ...extra.fields, $response: readHead(response).extra.fields }
    this.#sink.event({ type: 'stop', choice: 0, stop, ...(rawStop === undefined ? {} : { rawStop }), ...ownExtra(fields) })
    const usage = readUsage(response)
    if (usage !== undefined) this.#sink.event({ type: 'usage', usage })
    this.#over = true
    this.#sink.end()
  }

  #fail(error: GatewayError): void {
    this.#over = true
    this.#sink.fail(error)
  }
}

/** The legacy `reasoning_summary.delta` holds an object. */
const deltaText = (delta: unknown): string => stringOf(delta) ?? stringOf(objectOf(delta)?.['text']) ?? ''
