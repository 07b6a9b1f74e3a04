import type { StreamReader, Undo } from '../../dialect.ts'
import { fail, type GatewayError } from '../../errors.ts'
import type { Block, EventSink } from '../../hub.ts'
import { arrayOf, isObject, numberOf, objectOf, parseJson, stringOf, type JsonObject } from '../../json.ts'
import { CallIds } from './call-ids.ts'
import { readError } from './errors.ts'
import { Fields, Reading } from './fields.ts'
import { stopOf } from './finish.ts'
import { citationsOf } from './grounding.ts'
import { readLogprobs } from './logprobs.ts'
import { PartReader } from './read-parts.ts'
import { createdOf } from './reply.ts'
import { kept } from './spelling.ts'
import { usageOf } from './usage.ts'

/** One candidate on its way. */
interface OpenCandidate {
  readonly index: number
  /** The text or reasoning block that takes more text; -1 when none is open. */
  block: number
  kind: 'text' | 'reasoning'
  /** The text of the open block: citations count in it. */
  text: string
  called: boolean
  finishReason: string | undefined
  finished: boolean
  /** Fields of the candidate that the hub has no word for, the last value of each. */
  rest: JsonObject
}

/** Fields of a candidate that are read here. The others travel with its stop. */
const candidateFields = new Set(['content', 'finishReason', 'index', 'logprobsResult'])
const textFields = new Set(['text', 'thought', 'thoughtSignature'])
const replyFields = new Set(['candidates', 'usageMetadata', 'modelVersion', 'responseId', 'promptFeedback'])

/**
 * Each chunk is a whole GenerateContentResponse. Older models put a finishReason on every chunk and some send usage or
 * grounding after it, so stops and usage are told when the bytes are over.
 */
export class GeminiReader implements StreamReader {
  readonly #sink: EventSink
  readonly #undo: Undo | undefined
  readonly #reading = new Reading(false)
  readonly #candidates: OpenCandidate[] = []
  #parts: PartReader | undefined
  #blocks = 0
  #usage: JsonObject | undefined
  #blockReason: string | undefined
  #feedback: JsonObject | undefined
  #over = false

  constructor(sink: EventSink, undo?: Undo) {
    this.#sink = sink
    this.#undo = undo
  }

  event(_name: string, data: string): void {
    if (this.#over || data === '[DONE]') return
    const chunk = parseJson(data)
    if (!isObject(chunk)) return this.#fail(fail('bad_reply', 'the provider sent a stream event that is not a JSON object'))
    if (chunk.error !== undefined) return this.#fail(readError(0, chunk))
    const parts = this.#parts ?? this.#start(chunk)
    for (const candidate of arrayOf(chunk.candidates)) if (isObject(candidate)) this.#candidate(candidate, parts)
    const usage = objectOf(chunk.usageMetadata)
    if (usage !== undefined) this.#usage = usage
    const feedback = objectOf(chunk.promptFeedback)
    if (feedback !== undefined) {
      this.#feedback = feedback
      this.#blockReason = stringOf(feedback.blockReason) ?? this.#blockReason
    }
  }

  end(): void {
    if (this.#over) return
    const whole = this.#candidates.length > 0 && this.#candidates.every((candidate) => candidate.finished)
    const blocked = this.#candidates.length === 0 && this.#blockReason !== undefined
    if (!whole && !blocked)
      return this.#fail(fail('bad_gateway', 'the provider ended the stream before its last chunk; try again'))
    this.#over = true
    for (const candidate of this.#candidates) this.#stop(candidate)
    if (blocked) {
      const rawStop = this.#blockReason ?? ''
      this.#sink.event({
        type: 'stop',
        choice: 0,
        stop: 'filter',
        rawStop,
        ...kept({ promptFeedback: this.#feedback, $blocked: true }),
      })
    }
    if (this.#usage !== undefined) {
      const usage = usageOf(
        this.#usage,
        this.#candidates.map((candidate) => candidate.rest),
      )
      this.#sink.event({ type: 'usage', usage })
    }
    this.#sink.end()
  }

  #fail(error: GatewayError): void {
    this.#over = true
    this.#sink.fail(error)
  }

  #start(chunk: JsonObject): PartReader {
    const id = stringOf(chunk.responseId)
    const model = stringOf(chunk.modelVersion) ?? ''
    const rest: JsonObject = {}
    for (const key in chunk) if (!replyFields.has(key)) rest[key] = chunk[key]
    this.#sink.event({ type: 'start', id: id ?? '', model, created: createdOf(chunk), ...kept(rest) })
    this.#parts = new PartReader(new CallIds(id), this.#undo)
    return this.#parts
  }

  #candidate(candidate: JsonObject, parts: PartReader): void {
    const open = this.#open(numberOf(candidate.index) ?? 0)
    for (const part of arrayOf(objectOf(candidate.content)?.parts)) if (isObject(part)) this.#part(part, open, parts)
    for (const key in candidate) if (!candidateFields.has(key)) open.rest[key] = candidate[key]
    if (candidate.groundingMetadata !== undefined || candidate.citationMetadata !== undefined) this.#cite(candidate, open)
    const logprobs = objectOf(candidate.logprobsResult)
    if (logprobs !== undefined) this.#sink.event({ type: 'logprobs', choice: open.index, logprobs: readLogprobs(logprobs) })
    const finishReason = stringOf(candidate.finishReason)
    if (finishReason !== undefined) {
      open.finishReason = finishReason
      open.finished = true
    }
  }

  #open(index: number): OpenCandidate {
    let open = this.#candidates.find((candidate) => candidate.index === index)
    if (open === undefined) {
      open = { index, block: -1, kind: 'text', text: '', called: false, finishReason: undefined, finished: false, rest: {} }
      this.#candidates.push(open)
    }
    return open
  }

  #part(part: JsonObject, open: OpenCandidate, parts: PartReader): void {
    if (typeof part.text === 'string') return this.#text(part, part.text, open)
    this.#close(open)
    const block = parts.read(new Fields('', part, this.#reading))
    if (block.type === 'call') open.called = true
    const number = this.#blocks++
    const choice = open.index
    this.#sink.event({
      type: 'block-start',
      choice,
      block: number,
      seed: block.type === 'call' ? { ...block, input: '' } : block,
    })
    if (block.type === 'call' && block.input !== '') {
      this.#sink.event({ type: 'block-delta', choice, block: number, text: block.input })
    }
    this.#sink.event({ type: 'block-end', choice, block: number })
  }

  #text(part: JsonObject, text: string, open: OpenCandidate): void {
    const kind = part.thought === true ? 'reasoning' : 'text'
    const signature = stringOf(part.thoughtSignature)
    if (open.block >= 0 && open.kind !== kind) this.#close(open)
    const choice = open.index
    if (open.block < 0) {
      // An empty part says nothing, unless it carries the signature.
      if (text === '' && signature === undefined) return
      open.block = this.#blocks++
      open.kind = kind
      open.text = ''
      const seed: Block = { type: kind, text: '' }
      this.#sink.event({ type: 'block-start', choice, block: open.block, seed })
    }
    open.text += text
    if (text !== '') this.#sink.event({ type: 'block-delta', choice, block: open.block, text })
    if (signature !== undefined) this.#sink.event({ type: 'block-data', choice, block: open.block, data: { signature } })
    for (const key in part) {
      if (textFields.has(key)) continue
      const { text: _text, thought: _thought, thoughtSignature: _signature, ...rest } = part
      this.#sink.event({ type: 'block-data', choice, block: open.block, data: kept(rest) })
      return
    }
  }

  /** Citations come last and belong to the text that is still open. */
  #cite(candidate: JsonObject, open: OpenCandidate): void {
    if (open.block < 0 || open.kind !== 'text') return
    for (const { citation } of citationsOf(candidate, open.text)) {
      this.#sink.event({ type: 'block-data', choice: open.index, block: open.block, data: { citation } })
    }
  }

  #close(open: OpenCandidate): void {
    if (open.block < 0) return
    this.#sink.event({ type: 'block-end', choice: open.index, block: open.block })
    open.block = -1
  }

  #stop(open: OpenCandidate): void {
    this.#close(open)
    const rawStop = open.finishReason
    this.#sink.event({
      type: 'stop',
      choice: open.index,
      stop: stopOf(rawStop, open.called),
      ...(rawStop === undefined ? {} : { rawStop }),
      ...kept(open.rest),
    })
  }
}
