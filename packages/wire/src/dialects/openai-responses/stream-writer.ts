import { carrierOf } from '../../carried-signature.ts'
import type { Echo } from '../../dialect.ts'
import { fail, type GatewayError } from '../../errors.ts'
import type { Block, ChatReply, EventSink, StreamEvent, TextSink } from '../../hub.ts'
import { arrayOf, objectOf, type JsonObject } from '../../json.ts'
import { isCut, responseHead } from './echo.ts'
import { failedCode } from './errors.ts'
import { dialect, ownFields, wireObject } from './notes.ts'
import { isPart } from './content.ts'
import { clientToolOf } from './output-items.ts'
import { usageField, stopFields } from './reply.ts'
import { WrittenCall, WrittenImage, writeNative } from './written-items.ts'
import { WrittenMessage, type WrittenPart } from './written-message.ts'
import { WrittenReasoning } from './written-reasoning.ts'
import { WriterOutput } from './writer-output.ts'
import { joins, messageOf } from './write-items.ts'

/** What takes the pieces of one block: a part of a message, or an item of its own. */
type Target = WrittenPart | WrittenCall | WrittenReasoning | WrittenImage

/** Events of the hub → the events of a response, with the complete response at the end. */
export class ResponsesWriter implements EventSink {
  readonly #echo: Echo
  readonly #output: WriterOutput
  readonly #targets = new Map<number, Target>()
  #message: WrittenMessage | undefined
  #head: JsonObject | undefined
  #stop: Extract<StreamEvent, { type: 'stop' }> | undefined
  #usage: ChatReply['usage']
  /** The provider's own usage object: a whole reply that is replayed has it at its start. */
  #rawUsage: unknown
  #over = false

  constructor(out: TextSink, echo: Echo) {
    this.#echo = echo
    this.#output = new WriterOutput(out, echo.callId)
  }

  event(event: StreamEvent): void {
    if (this.#over) return
    switch (event.type) {
      case 'block-delta':
        return this.#targets.get(event.block)?.delta(event.text)
      case 'block-start':
        // This dialect has one answer; the others of `n` have no place.
        return event.choice === 0 ? this.#startBlock(event.block, event.seed) : undefined
      case 'block-data':
        return this.#targets.get(event.block)?.data(event.data)
      case 'block-end':
        return this.#endBlock(event.block)
      case 'start':
        this.#usage = event.usage
        this.#rawUsage = ownFields(event.extra)?.['$usage']
        return this.#begin(event)
      case 'logprobs':
        return event.choice === 0 ? this.#message?.logprobs(arrayOf(event.logprobs['content'])) : undefined
      case 'stop':
        if (event.choice !== 0) return
        this.#stop = event
        return this.#closeAll()
      case 'usage':
        this.#usage = event.usage
        return
      case 'ping':
        return this.#output.comment()
    }
  }

  end(): void {
    if (this.#over) return
    const stop = this.#stop
    if (stop === undefined) return this.fail(fail('bad_gateway', 'The answer ended without a reason to stop.'))
    this.#over = true
    const own = objectOf(ownFields(stop.extra)?.['$response'])
    const head = this.#begun()
    const { model, id } = head
    const usage = usageField(this.#usage, own?.['$usage'] ?? this.#rawUsage, this.#output.items)
    const response: JsonObject = {
      ...head,
      ...(own === undefined ? {} : wireObject(own, { model, id })),
      ...stopFields(stop),
      output: this.#output.items,
      usage: usage ?? null,
    }
    const type = response['status'] === 'incomplete' ? 'response.incomplete' : 'response.completed'
    this.#output.print(type, `"response":${JSON.stringify(response)}`)
  }

  /** OpenAI's own order: an `error` event, then the response as failed. Clients end at either. */
  fail(error: GatewayError): void {
    if (this.#over) return
    this.#over = true
    const code = failedCode(error)
    const { message } = error
    this.#output.print('error', JSON.stringify({ code, message, param: error.facts.param ?? null }).slice(1, -1))
    const usage = usageField(this.#usage, undefined, this.#output.items) ?? null
    const head = this.#head ?? responseHead({ id: '', created: 0 }, this.#echo)
    const response = { ...head, status: 'failed', error: { code, message }, output: this.#output.items, usage }
    this.#output.print('response.failed', `"response":${JSON.stringify(response)}`)
  }

  #begin(start: Pick<ChatReply, 'id' | 'created' | 'extra'>): void {
    if (this.#head !== undefined) return
    this.#head = responseHead(start, this.#echo)
    const response = JSON.stringify({ ...this.#head, status: 'in_progress', incomplete_details: null, output: [], usage: null })
    this.#output.print('response.created', `"response":${response}`)
    this.#output.print('response.in_progress', `"response":${response}`)
  }

  #begun(): JsonObject {
    if (this.#head === undefined) this.#begin({ id: '', created: 0 })
    return this.#head ?? {}
  }

  #startBlock(number: number, seed: Block): void {
    this.#begun()
    if (seed.type === 'text' || (seed.type === 'native' && isPart(seed))) {
      const part = this.#messageFor(seed).part(seed)
      if (part !== undefined) this.#targets.set(number, part)
      return
    }
    if (seed.type === 'result' || (seed.type === 'native' && seed.dialect !== dialect)) return
    if (seed.type === 'media' && !WrittenImage.takes(seed)) return
    this.#closeMessage()
    if (seed.type === 'native') return writeNative(seed.data, this.#output)
    const carrier = seed.type === 'call' ? carrierOf(seed) : undefined
    if (carrier !== undefined) new WrittenReasoning(carrier, this.#output).end()
    this.#targets.set(number, this.#item(seed))
  }

  #item(seed: Extract<Block, { type: 'call' | 'reasoning' | 'media' }>): Target {
    switch (seed.type) {
      case 'call':
        return new WrittenCall(seed, this.#output, clientToolOf(seed, this.#echo.request))
      case 'reasoning':
        return new WrittenReasoning(seed, this.#output)
      case 'media':
        return new WrittenImage(seed, this.#output)
    }
  }

  #messageFor(seed: Block): WrittenMessage {
    const fields = messageOf(seed)
    if (this.#message !== undefined && joins(fields, this.#message.fields)) return this.#message
    this.#closeMessage()
    return (this.#message = new WrittenMessage(fields, this.#output))
  }

  #endBlock(number: number): void {
    this.#targets.get(number)?.end()
    this.#targets.delete(number)
  }

  /** No part joins it any more; it ends with its last open part. */
  #closeMessage(): void {
    this.#message?.close(this.#stop !== undefined && isCut(this.#stop.stop))
    this.#message = undefined
  }

  #closeAll(): void {
    this.#begun()
    for (const target of this.#targets.values()) target.end()
    this.#targets.clear()
    this.#closeMessage()
  }
}
