import type { GatewayError } from './errors.ts'
import type { Block, BlockData, ChatReply, Choice, EventSink, Extra, StopReason, StreamEvent } from './hub.ts'
import type { JsonObject } from './json.ts'
import type { Usage } from './usage.ts'

interface OpenChoice {
  readonly blocks: Block[]
  stop: StopReason
  rawStop?: string
  stopSequence?: string
  logprobs?: JsonObject
  extra?: Extra
}

/** Joins the events of a stream to the reply that they add up to. */
export class ReplyCollector implements EventSink {
  #id = ''
  #model = ''
  #created = 0
  #usage: Usage | undefined
  #extra: Extra | undefined
  readonly #choices = new Map<number, OpenChoice>()
  /** Where each streamed block stands: its choice's list and its place there. */
  readonly #places = new Map<number, { list: Block[]; at: number }>()
  error: GatewayError | undefined
  ended = false

  event(event: StreamEvent): void {
    switch (event.type) {
      case 'start':
        this.#id = event.id
        this.#model = event.model
        this.#created = event.created
        this.#usage = event.usage ?? this.#usage
        this.#extra = event.extra
        return
      case 'block-start': {
        const list = this.#choice(event.choice).blocks
        this.#places.set(event.block, { list, at: list.push(event.seed) - 1 })
        return
      }
      case 'block-delta':
        return this.#change(event.block, (block) => withText(block, event.text))
      case 'block-data':
        return this.#change(event.block, (block) => withData(block, event.data))
      case 'logprobs':
        this.#choice(event.choice).logprobs = joinLogprobs(this.#choice(event.choice).logprobs, event.logprobs)
        return
      case 'stop': {
        const choice = this.#choice(event.choice)
        choice.stop = event.stop
        if (event.rawStop !== undefined) choice.rawStop = event.rawStop
        if (event.stopSequence !== undefined) choice.stopSequence = event.stopSequence
        if (event.extra !== undefined) choice.extra = event.extra
        return
      }
      case 'usage':
        this.#usage = event.usage
        return
      case 'block-end':
      case 'ping':
    }
  }

  fail(error: GatewayError): void {
    this.error = error
  }

  end(): void {
    this.ended = true
  }

  get reply(): ChatReply {
    const choices = [...this.#choices].toSorted(([a], [b]) => a - b)
    return {
      id: this.#id,
      model: this.#model,
      created: this.#created,
      choices: choices.map(([index, choice]): Choice => ({ index, ...choice })),
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
      ...(this.#extra === undefined ? {} : { extra: this.#extra }),
    }
  }

  #choice(index: number): OpenChoice {
    let choice = this.#choices.get(index)
    if (choice === undefined) this.#choices.set(index, (choice = { blocks: [], stop: 'stop' }))
    return choice
  }

  #change(number: number, change: (block: Block) => Block): void {
    const place = this.#places.get(number)
    const block = place?.list[place.at]
    if (place !== undefined && block !== undefined) place.list[place.at] = change(block)
  }
}

function withText(block: Block, text: string): Block {
  switch (block.type) {
    case 'text':
    case 'reasoning':
      return { ...block, text: block.text + text }
    case 'call':
      return { ...block, input: block.input + text }
    case 'media':
      return block.source.kind === 'data' ? { ...block, source: { kind: 'data', base64: block.source.base64 + text } } : block
    case 'result':
    case 'native':
      return block
  }
}

function withData(block: Block, data: BlockData): Block {
  const { citation, signature, sealed, ...rest } = data
  let next: Block = { ...block, ...rest }
  if (signature !== undefined && (next.type === 'reasoning' || next.type === 'call' || next.type === 'text')) {
    next = { ...next, signature }
  }
  if (sealed !== undefined && next.type === 'reasoning') next = { ...next, sealed }
  if (citation !== undefined && next.type === 'text') next = { ...next, citations: [...(next.citations ?? []), citation] }
  return next
}

/** OpenAI's logprobs object holds lists by name (`content`, `refusal`); chunks append to them. */
function joinLogprobs(old: JsonObject | undefined, more: JsonObject): JsonObject {
  if (old === undefined) return more
  const out: JsonObject = { ...old }
  for (const [key, value] of Object.entries(more)) {
    const before = out[key]
    out[key] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : (value ?? before)
  }
  return out
}
