import type { Echo } from '../../dialect.ts'
import type { GatewayError } from '../../errors.ts'
import type { Block, BlockData, Citation, EventSink, StreamEvent, TextSink } from '../../hub.ts'
import type { JsonObject } from '../../json.ts'
import type { Usage } from '../../usage.ts'
import { writeError } from './errors.ts'
import { finishReasonOf } from './finish.ts'
import { groundingOf, type CitedText } from './grounding.ts'
import { writeLogprobs } from './logprobs.ts'
import { replyStyle } from './reply.ts'
import { ownFields, wireFields } from './spelling.ts'
import { writeUsage } from './usage.ts'
import { writeParts } from './write-parts.ts'

/** How chunks are put on the wire. */
export type StreamForm = 'sse' | 'array'

interface OpenBlock {
  seed: Block
  /** The text so far of a block that is written when it ends, or that citations count in. */
  text: string
  signature: string | undefined
  citations: Citation[]
}

/** Google's SDKs take a chunk whose candidate has no content for a broken answer. */
const emptyContent = '{"parts":[{"text":""}],"role":"model"}'

type Stop = Extract<StreamEvent, { type: 'stop' }>

/**
 * Text goes out as it comes; a call goes out whole at its end, as Gemini does. The last chunk carries every candidate's
 * finishReason together with the usage. There is no `[DONE]`, and pings are not written: older Google SDKs stumble over
 * SSE comments (read in js-genai's stream parser, 2026-11-22).
 */
export class GeminiWriter implements EventSink {
  readonly #out: TextSink
  readonly #form: StreamForm
  readonly #callId: string
  readonly #model: string
  readonly #blocks = new Map<number, OpenBlock>()
  readonly #stops: Stop[] = []
  readonly #cited = new Map<number, CitedText[]>()
  #tail = ''
  #usage: Usage | undefined
  #first = true

  constructor(out: TextSink, echo: Echo, form: StreamForm) {
    this.#out = out
    this.#form = form
    this.#callId = echo.callId
    this.#model = echo.model
    this.#setTail('', undefined)
  }

  event(event: StreamEvent): void {
    switch (event.type) {
      case 'start':
        this.#usage = event.usage
        return this.#setTail(event.id, ownFields(event.extra))
      case 'block-start':
        return this.#begin(event.choice, event.block, event.seed)
      case 'block-delta':
        return this.#delta(event.choice, event.block, event.text)
      case 'block-data':
        return this.#data(event.choice, event.block, event.data)
      case 'block-end':
        return this.#finish(event.choice, event.block)
      case 'logprobs':
        return this.#print(
          `{"content":${emptyContent},"logprobsResult":${JSON.stringify(writeLogprobs(event.logprobs))},"index":${event.choice}}`,
        )
      case 'stop':
        this.#stops.push(event)
        return
      case 'usage':
        this.#usage = event.usage
        return
      case 'ping':
        return
    }
  }

  fail(error: GatewayError): void {
    this.#send(JSON.stringify(writeError(error)))
    this.#terminate()
  }

  end(): void {
    for (const [number] of this.#blocks) this.#finish(0, number)
    const blocked = this.#stops.map((stop) => ownFields(stop.extra)).find((own) => own?.$blocked === true)
    const candidates = blocked === undefined ? this.#stops.map((stop) => this.#finalCandidate(stop)).join(',') : ''
    const head =
      blocked === undefined ? `"candidates":[${candidates}]` : `"promptFeedback":${JSON.stringify(blocked.promptFeedback ?? {})}`
    const usage = this.#usage === undefined ? '' : `,"usageMetadata":${JSON.stringify(writeUsage(this.#usage))}`
    this.#send(`{${head}${usage}${this.#tail}}`)
    this.#terminate()
  }

  /** What every chunk ends with. */
  #setTail(id: string, fields: JsonObject | undefined): void {
    // A reply that is replayed as a stream brings these two along; they are printed once, at the end.
    const { usageMetadata: _usage, promptFeedback: _feedback, ...rest } = wireFields(fields)
    const tail = JSON.stringify({ ...rest, modelVersion: this.#model, responseId: id === '' ? this.#callId : id })
    this.#tail = `,${tail.slice(1, -1)}`
  }

  #begin(choice: number, number: number, seed: Block): void {
    const open: OpenBlock = { seed, text: '', signature: undefined, citations: [] }
    this.#blocks.set(number, open)
    if (seed.type === 'text' || seed.type === 'reasoning') {
      if (seed.text !== '') this.#delta(choice, number, seed.text)
      if (seed.signature !== undefined) this.#sign(choice, open, seed.signature)
      if (seed.type === 'text' && seed.citations !== undefined) open.citations.push(...seed.citations)
    } else if (seed.type === 'call') {
      open.text = seed.input
      open.signature = seed.signature
    }
  }

  #delta(choice: number, number: number, text: string): void {
    const open = this.#blocks.get(number)
    if (open === undefined) return
    open.text += text
    if (open.seed.type === 'text') this.#part(choice, `{"text":${JSON.stringify(text)}}`)
    else if (open.seed.type === 'reasoning') this.#part(choice, `{"text":${JSON.stringify(text)},"thought":true}`)
  }

  #data(choice: number, number: number, data: BlockData): void {
    const open = this.#blocks.get(number)
    if (open === undefined) return
    if (data.citation !== undefined) open.citations.push(data.citation)
    if (data.signature === undefined) return
    if (open.seed.type === 'text' || open.seed.type === 'reasoning') this.#sign(choice, open, data.signature)
    else open.signature = data.signature
  }

  #sign(choice: number, open: OpenBlock, signature: string): void {
    const thought = open.seed.type === 'reasoning' ? '"thought":true,' : ''
    this.#part(choice, `{"text":"",${thought}"thoughtSignature":${JSON.stringify(signature)}}`)
  }

  #finish(choice: number, number: number): void {
    const open = this.#blocks.get(number)
    if (open === undefined) return
    this.#blocks.delete(number)
    const { seed, citations } = open
    if (seed.type === 'text' || seed.type === 'reasoning') {
      if (citations.length > 0) this.#citedOf(choice).push({ part: 0, text: open.text, citations })
      return
    }
    for (const part of writeParts(whole(open), replyStyle)) this.#part(choice, JSON.stringify(part))
  }

  #citedOf(choice: number): CitedText[] {
    let cited = this.#cited.get(choice)
    if (cited === undefined) this.#cited.set(choice, (cited = []))
    return cited
  }

  #finalCandidate(stop: Stop): string {
    const own = ownFields(stop.extra)
    const grounding = own === undefined ? groundingOf(this.#cited.get(stop.choice) ?? []) : undefined
    const fields = JSON.stringify({
      finishReason: finishReasonOf(stop.stop, stop.rawStop, own !== undefined),
      index: stop.choice,
      ...wireFields(own),
      ...(grounding === undefined ? {} : { groundingMetadata: grounding }),
    })
    return `{"content":${emptyContent},${fields.slice(1)}`
  }

  #part(choice: number, part: string): void {
    this.#print(`{"content":{"parts":[${part}],"role":"model"},"index":${choice}}`)
  }

  #print(candidate: string): void {
    this.#send(`{"candidates":[${candidate}]${this.#tail}}`)
  }

  #send(json: string): void {
    if (this.#form === 'sse') this.#out(`data: ${json}\n\n`)
    else this.#out(this.#first ? `[${json}` : `,\r\n${json}`)
    this.#first = false
  }

  #terminate(): void {
    if (this.#form === 'array') this.#out(this.#first ? '[]' : ']')
  }
}

/** The block with what came after its start. */
function whole({ seed, text, signature }: OpenBlock): Block {
  if (seed.type === 'call') return { ...seed, input: text, ...(signature === undefined ? {} : { signature }) }
  if (seed.type === 'media' && seed.source.kind === 'data') {
    return { ...seed, source: { kind: 'data', base64: seed.source.base64 + text } }
  }
  return seed
}
