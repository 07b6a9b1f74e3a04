import type { Undo } from '../../dialect.ts'
import type { Block, EventSink } from '../../hub.ts'
import { arrayOf, isObject, isString, numberOf, objectsOf, stringOf, type JsonObject } from '../../json.ts'
import { readCitation, readAudio, signatureOf } from './assistant-read.ts'
import { readUrlPart } from './media.ts'
import { someExtra } from './notes.ts'
import { readThinking } from './parts.ts'
import { readStop } from './stop.ts'

/** Gives blocks their numbers: they count up over the whole reply. */
export interface BlockNumbers {
  next: number
}

type Kind = 'text' | 'refusal' | 'reasoning'

interface OpenCall {
  /** Undefined until the name is known. */
  block: number | undefined
  id: string
  name: string
  /** Arguments that came before the name. */
  waiting: string
}

const choiceFields = new Set(['index', 'delta', 'message', 'finish_reason', 'logprobs', 'text'])

/** The state of one choice of a streamed reply: turns its deltas into events of blocks. */
export class ChoiceReader {
  stopped = false
  /** The provider sent `''` for the reason; xAI does so at the end of calls. */
  emptyReason = false
  readonly #index: number
  readonly #sink: EventSink
  readonly #numbers: BlockNumbers
  readonly #undo: Undo
  #kind: Kind | undefined
  #block = -1
  #reasoning = ''
  #calls: Map<number, OpenCall> | undefined
  #lastCall = -1
  #indexLies = false
  #hasCalls = false
  /** The call that stands for the answer's JSON was seen. */
  #answered = false
  #custom: Map<number, JsonObject> | undefined
  #audio: { block: number; fields: JsonObject; transcript: string } | undefined

  constructor(index: number, sink: EventSink, numbers: BlockNumbers, undo: Undo) {
    this.#index = index
    this.#sink = sink
    this.#numbers = numbers
    this.#undo = undo
  }

  read(choice: JsonObject): void {
    if (this.stopped) return
    const delta = isObject(choice.delta) ? choice.delta : isObject(choice.message) ? choice.message : undefined
    if (delta !== undefined) this.#delta(delta)
    if (isObject(choice.logprobs)) this.#sink.event({ type: 'logprobs', choice: this.#index, logprobs: choice.logprobs })
    const reason = choice.finish_reason
    if (reason === '') this.emptyReason = true
    else if (isString(reason)) this.stop(reason, choice)
  }

  stop(rawStop: string | undefined, choice: JsonObject = {}): void {
    this.stopped = true
    this.#close()
    this.#endCalls()
    const rest: JsonObject = {}
    for (const key in choice) if (!choiceFields.has(key)) rest[key] = choice[key]
    const stop = readStop(rawStop, this.#hasCalls)
    this.#sink.event({
      type: 'stop',
      choice: this.#index,
      stop: this.#answered && !this.#hasCalls && stop === 'tool' ? 'stop' : stop,
      ...(rawStop === undefined ? {} : { rawStop }),
      ...someExtra(rest),
    })
  }

  #delta(delta: JsonObject): void {
    const { content, refusal } = delta
    const reasoning = delta.reasoning_content ?? delta.reasoning
    const thinks = isString(reasoning) && reasoning !== ''
    if (thinks) this.#say('reasoning', reasoning)
    if (delta.thinking_blocks !== undefined) this.#thinking(delta.thinking_blocks, thinks)
    if (delta.reasoning_details !== undefined && this.#kind === 'reasoning') this.#details(delta.reasoning_details)
    if (isString(content)) {
      if (content !== '') this.#say('text', content)
    } else if (Array.isArray(content)) this.#parts(content)
    if (isString(refusal) && refusal !== '') this.#say('refusal', refusal)
    if (delta.annotations !== undefined) this.#annotations(delta.annotations)
    if (delta.images !== undefined) this.#images(delta.images)
    if (isObject(delta.audio)) this.#sound(delta.audio)
    if (delta.tool_calls !== undefined) for (const call of objectsOf(delta.tool_calls)) this.#call(call)
    if (isObject(delta.function_call)) this.#legacyCall(delta.function_call)
  }

  #open(seed: Block): number {
    const block = this.#numbers.next++
    this.#sink.event({ type: 'block-start', choice: this.#index, block, seed })
    return block
  }

  #end(block: number): void {
    this.#sink.event({ type: 'block-end', choice: this.#index, block })
  }

  /** Text, refusal and reasoning take turns: where another begins, the last one ends. */
  #say(kind: Kind, text: string): void {
    this.#enter(kind)
    if (kind === 'reasoning') this.#reasoning += text
    this.#sink.event({ type: 'block-delta', choice: this.#index, block: this.#block, text })
  }

  #enter(kind: Kind): void {
    if (this.#kind === kind) return
    this.#close()
    this.#kind = kind
    if (kind === 'reasoning') this.#block = this.#open({ type: 'reasoning', text: '' })
    else this.#block = this.#open(kind === 'text' ? { type: 'text', text: '' } : { type: 'text', text: '', refusal: true })
  }

  #close(): void {
    if (this.#kind === undefined) return
    this.#kind = undefined
    this.#reasoning = ''
    this.#end(this.#block)
  }

  /** LiteLLM repeats the reasoning text in `thinking_blocks` (`said`), we repeat it with its signature. */
  #thinking(listed: unknown, said: boolean): void {
    for (const item of objectsOf(listed)) {
      const block = readThinking({ thinking: '', ...item })
      if (block === undefined) continue
      if (block.sealed !== undefined) {
        this.#close()
        this.#end(this.#open(block))
        continue
      }
      if (block.text !== '' && !said && block.text !== this.#reasoning) this.#say('reasoning', block.text)
      if (block.signature === undefined || block.signature === '') continue
      this.#enter('reasoning')
      this.#sink.event({ type: 'block-data', choice: this.#index, block: this.#block, data: { signature: block.signature } })
      this.#close()
    }
  }

  #details(details: unknown): void {
    const data = { extra: { dialect: 'openai-chat', fields: { reasoning_details: details } } } as const
    this.#sink.event({ type: 'block-data', choice: this.#index, block: this.#block, data })
  }

  /** Mistral streams lists of parts while its models think. */
  #parts(parts: readonly unknown[]): void {
    for (const part of objectsOf(parts)) {
      if (part.type === 'text' && isString(part.text)) this.#say('text', part.text)
      const thought = readThinking(part)
      if (thought !== undefined && thought.text !== '') this.#say('reasoning', thought.text)
    }
  }

  #annotations(listed: unknown): void {
    for (const annotation of objectsOf(listed)) {
      this.#enter('text')
      const data = { citation: readCitation(annotation) }
      this.#sink.event({ type: 'block-data', choice: this.#index, block: this.#block, data })
    }
  }

  #images(listed: unknown): void {
    for (const image of objectsOf(listed)) {
      const seed = readUrlPart(image, 'image_url', { $images: true })
      if (seed === undefined) continue
      this.#close()
      this.#end(this.#open(seed))
    }
  }

  #sound(audio: JsonObject): void {
    const { data, transcript, ...fields } = audio
    if (this.#audio === undefined) {
      const seed = readAudio({ ...fields, data: '' })
      if (seed === undefined) return
      this.#close()
      this.#audio = { block: this.#open(seed), fields: {}, transcript: '' }
    }
    Object.assign(this.#audio.fields, fields)
    this.#audio.transcript += stringOf(transcript) ?? ''
    if (isString(data) && data !== '')
      this.#sink.event({ type: 'block-delta', choice: this.#index, block: this.#audio.block, text: data })
  }

  #call(delta: JsonObject): void {
    const inner = isObject(delta.function) ? delta.function : {}
    const id = stringOf(delta.id) ?? ''
    const name = stringOf(inner.name) ?? ''
    const at = this.#place(delta, id, name)
    if (isObject(delta.custom) || this.#custom?.has(at)) return this.#customCall(at, delta)
    const call = this.#callAt(at)
    this.#lastCall = at
    if (id !== '') call.id = id
    // The name comes once and whole; providers that repeat it mean the same call.
    if (call.name === '') call.name = name
    const signature = signatureOf(delta)
    const isSeed = call.block === undefined
    this.#advance(call, stringOf(inner.arguments) ?? '', signature)
    if (signature === undefined || call.block === undefined || isSeed) return
    this.#sink.event({ type: 'block-data', choice: this.#index, block: call.block, data: { signature } })
  }

  /** Some providers send no index, or 0 for every call: there a new id with a name begins a call. */
  #place(delta: JsonObject, id: string, name: string): number {
    const index = numberOf(delta.index)
    const known = index === undefined ? undefined : this.#calls?.get(index)
    if (known !== undefined && id !== '' && name !== '' && known.id !== '' && known.id !== id) this.#indexLies = true
    if (index !== undefined && !this.#indexLies) return index
    if (id === '') return Math.max(this.#lastCall, 0)
    for (const [place, call] of this.#calls ?? []) if (call.id === id) return place
    return (this.#calls?.size ?? 0) + (this.#custom?.size ?? 0)
  }

  #callAt(at: number): OpenCall {
    const calls = (this.#calls ??= new Map())
    let call = calls.get(at)
    if (call === undefined) calls.set(at, (call = { block: undefined, id: '', name: '', waiting: '' }))
    return call
  }

  #advance(call: OpenCall, input: string, signature?: string): void {
    if (call.block === undefined && call.name !== '') {
      this.#close()
      call.block = this.#open(this.#seed(call, signature))
      input = call.waiting + input
    }
    if (call.block === undefined) call.waiting += input
    else if (input !== '') this.#sink.event({ type: 'block-delta', choice: this.#index, block: call.block, text: input })
  }

  #seed({ id, name }: OpenCall, signature: string | undefined): Block {
    if (name === this.#undo.jsonTool) {
      this.#answered = true
      return { type: 'text', text: '' }
    }
    this.#hasCalls = true
    return {
      type: 'call',
      id: id === '' ? `call_${crypto.randomUUID()}` : id,
      name: this.#undo.toolNames?.get(name) ?? name,
      input: '',
      ...(signature === undefined ? {} : { signature }),
    }
  }

  #legacyCall(delta: JsonObject): void {
    const call = this.#callAt(0)
    call.name ||= stringOf(delta.name) ?? ''
    this.#advance(call, stringOf(delta.arguments) ?? '')
  }

  /** A custom tool's call is text that the hub has no block for: it is gathered and given whole. */
  #customCall(at: number, delta: JsonObject): void {
    this.#hasCalls = true
    this.#lastCall = at
    const calls = (this.#custom ??= new Map())
    const known = calls.get(at)
    if (known === undefined) return void calls.set(at, delta)
    const old = isObject(known.custom) ? known.custom : {}
    const more = isObject(delta.custom) ? delta.custom : {}
    known.custom = { ...old, ...more, input: `${stringOf(old.input) ?? ''}${stringOf(more.input) ?? ''}` }
  }

  #endCalls(): void {
    for (const call of this.#calls?.values() ?? []) if (call.block !== undefined) this.#end(call.block)
    for (const { index: _index, ...data } of this.#custom?.values() ?? []) {
      this.#end(
        this.#open({ type: 'native', dialect: 'openai-chat', data, extra: { dialect: 'openai-chat', fields: { $call: true } } }),
      )
    }
    if (this.#audio === undefined) return
    const { block, fields, transcript } = this.#audio
    const { id, ...rest } = fields
    const extra = { dialect: 'openai-chat', fields: { ...rest, transcript, ...(isString(id) ? { $id: id } : {}) } } as const
    this.#sink.event({ type: 'block-data', choice: this.#index, block, data: { extra } })
    this.#end(block)
  }
}

/** The choices of a chunk. */
export const choicesOf = (chunk: JsonObject): readonly JsonObject[] => arrayOf(chunk.choices).filter(isObject)
