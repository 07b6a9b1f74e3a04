import { carrierOf } from '../../carried-signature.ts'
import type { Echo } from '../../dialect.ts'
import type { GatewayError } from '../../errors.ts'
import { sseEvent } from '../../framing/sse.ts'
import type { Block, BlockData, EventSink, MediaBlock, ReasoningBlock, StreamEvent, TextSink } from '../../hub.ts'
import type { Usage } from '../../usage.ts'
import { writeCitation, writeCitations } from './citations.ts'
import { writeError } from './errors.ts'
import { expectsThinking, replyId } from './reply.ts'
import { defined, note, wireFields } from './shape.ts'
import { writeStop } from './stop.ts'
import { writeUsage } from './usage.ts'
import { writeBlocks } from './write-blocks.ts'

type Of<Type extends StreamEvent['type']> = Extract<StreamEvent, { readonly type: Type }>

/** A block that has begun. Only the first in line is printed; the others gather what they get until it is their turn. */
interface Line {
  readonly block: number
  readonly seed: Block
  /** Printed already: its start event is out. */
  begun: boolean
  ended: boolean
  /** What came while another block was being printed. */
  waiting: (string | BlockData)[]
  sealed: string | undefined
  base64: string
}

/**
 * Prints the events of one reply. Blocks of this dialect never interleave, so a block that starts inside another waits
 * for its end. The stop waits for the end of the stream, because the usage, which stands beside it, may come later.
 */
export class Writer implements EventSink {
  readonly #out: TextSink
  readonly #echo: Echo
  readonly #lines: Line[] = []
  #index = 0
  #stop: Of<'stop'> | undefined
  #usage: Usage | undefined

  constructor(out: TextSink, echo: Echo) {
    this.#out = out
    this.#echo = echo
  }

  event(event: StreamEvent): void {
    switch (event.type) {
      case 'block-delta':
        return this.#more(event.choice, event.block, event.text)
      case 'block-data':
        return this.#more(event.choice, event.block, event.data)
      case 'block-start':
        return this.#blockStart(event)
      case 'block-end':
        return this.#blockEnd(event.choice, event.block)
      case 'start':
        return this.#start(event)
      case 'stop':
        if (event.choice === 0) this.#stop = event
        return
      case 'usage':
        this.#usage = event.usage
        return
      case 'ping':
        return this.#out(ping)
      case 'logprobs':
    }
  }

  fail(error: GatewayError): void {
    this.#out(sseEvent('error', JSON.stringify(writeError(error))))
  }

  end(): void {
    for (const line of this.#lines) line.ended = true
    this.#advance()
    const stop = this.#stop
    const delta = {
      ...wireFields(stop?.extra),
      stop_reason: stop === undefined ? null : writeStop(stop),
      stop_sequence: stop?.stopSequence ?? null,
    }
    const usage = this.#usage === undefined ? { output_tokens: 0 } : writeUsage(this.#usage)
    this.#out(sseEvent('message_delta', JSON.stringify({ type: 'message_delta', delta, usage })))
    this.#out(sseEvent('message_stop', '{"type":"message_stop"}'))
  }

  #start({ id, usage, extra }: Of<'start'>): void {
    this.#usage = usage
    const message = {
      ...wireFields(extra),
      id: replyId(id, this.#echo),
      type: 'message',
      role: 'assistant',
      model: this.#echo.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: usage === undefined ? unknownUsage : writeUsage(usage),
    }
    this.#out(sseEvent('message_start', JSON.stringify({ type: 'message_start', message })) + ping)
  }

  #blockStart({ choice, block, seed }: Of<'block-start'>): void {
    if (choice !== 0) return
    const carrier = seed.type === 'call' && expectsThinking(this.#echo) ? carrierOf(seed) : undefined
    if (carrier !== undefined) {
      this.#queue(noBlock, carrier, true)
      if (this.#lines.length === 1) this.#advance()
    }
    this.#queue(block, seed, false)
  }

  #queue(block: number, seed: Block, ended: boolean): void {
    const sealed = seed.type === 'reasoning' ? seed.sealed : undefined
    this.#lines.push({ block, seed, begun: false, ended, waiting: [], sealed, base64: '' })
    if (this.#lines.length === 1) this.#first()
  }

  #more(choice: number, block: number, more: string | BlockData): void {
    if (choice !== 0) return
    const first = this.#lines[0]
    if (first?.block === block) return this.#print(first, more)
    this.#lines.find((line) => line.block === block)?.waiting.push(more)
  }

  #blockEnd(choice: number, block: number): void {
    if (choice !== 0) return
    const line = this.#lines.find((candidate) => candidate.block === block)
    if (line === undefined) return
    line.ended = true
    if (line === this.#lines[0]) this.#advance()
  }

  /** Ends the blocks at the head of the line that are over, and begins the next. */
  #advance(): void {
    for (let line = this.#lines[0]; line?.ended; line = this.#lines[0]) {
      this.#finish(line)
      this.#lines.shift()
      this.#first()
    }
  }

  /** A new head prints its start and what it gathered. Reasoning waits: its start depends on what comes. */
  #first(): void {
    const line = this.#lines[0]
    if (line === undefined) return
    const { seed } = line
    if (seed.type === 'text' || seed.type === 'call') this.#begin(line)
    if ((seed.type === 'text' || seed.type === 'reasoning') && seed.text !== '') this.#print(line, seed.text)
    if (seed.type === 'call' && seed.input !== '') this.#print(line, seed.input)
    if (seed.type === 'reasoning' && seed.signature !== undefined) this.#print(line, { signature: seed.signature })
    for (const more of line.waiting) this.#print(line, more)
    line.waiting = []
  }

  #begin(line: Line): void {
    line.begun = true
    this.#out(startEvent(this.#index, startOf(line.seed)))
  }

  #print(line: Line, more: string | BlockData): void {
    if (typeof more !== 'string') return this.#printData(line, more)
    const { seed } = line
    if (seed.type === 'media') {
      line.base64 += more
      return
    }
    const field = deltaFields[seed.type]
    if (field === undefined) return
    if (!line.begun) this.#begin(line)
    this.#out(
      `event: content_block_delta\ndata: {"type":"content_block_delta","index":${this.#index},"delta":{${field}${JSON.stringify(more)}}}\n\n`,
    )
  }

  #printData(line: Line, { signature, sealed, citation, extra }: BlockData): void {
    if (sealed !== undefined) line.sealed = sealed
    if (signature !== undefined && line.seed.type === 'reasoning') this.#delta(line, { type: 'signature_delta', signature })
    if (citation !== undefined && line.seed.type === 'text') {
      this.#delta(line, { type: 'citations_delta', citation: writeCitation(citation) })
    }
    const unknown = note(extra, '$delta')
    if (unknown !== undefined) this.#delta(line, unknown)
  }

  #delta(line: Line, delta: unknown): void {
    if (!line.begun) this.#begin(line)
    this.#out(sseEvent('content_block_delta', JSON.stringify({ type: 'content_block_delta', index: this.#index, delta })))
  }

  #finish(line: Line): void {
    const { seed, sealed } = line
    if (seed.type === 'native' || seed.type === 'result') for (const block of writeBlocks([seed])) this.#whole(block)
    else if (seed.type === 'media') for (const block of writeBlocks([wholeMedia(seed, line.base64)])) this.#whole(block)
    else if (line.begun || sealed === undefined) {
      if (!line.begun) this.#begin(line)
      this.#stopBlock()
    }
    if (sealed !== undefined)
      this.#whole({ ...(line.begun ? {} : wireFields(seed.extra)), type: 'redacted_thinking', data: sealed })
  }

  #whole(block: object): void {
    this.#out(startEvent(this.#index, block))
    this.#stopBlock()
  }

  #stopBlock(): void {
    this.#out(`event: content_block_stop\ndata: {"type":"content_block_stop","index":${this.#index++}}\n\n`)
  }
}

/** The number of a block that no event is about. */
const noBlock = -1

const ping = sseEvent('ping', '{"type":"ping"}')

const unknownUsage = { input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }

const deltaFields: Readonly<Partial<Record<Block['type'], string>>> = {
  text: '"type":"text_delta","text":',
  reasoning: '"type":"thinking_delta","thinking":',
  call: '"type":"input_json_delta","partial_json":',
}

const startEvent = (index: number, block: object): string =>
  sseEvent('content_block_start', `{"type":"content_block_start","index":${index},"content_block":${JSON.stringify(block)}}`)

function startOf(seed: Block): object {
  switch (seed.type) {
    case 'text':
      return { type: 'text', text: '', ...defined({ citations: writeCitations(seed) }), ...wireFields(seed.extra) }
    case 'reasoning':
      return startOfReasoning(seed)
    case 'call':
      return { type: 'tool_use', id: seed.id, name: seed.name, input: {}, ...wireFields(seed.extra) }
    case 'media':
    case 'result':
    case 'native':
      return seed
  }
}

const startOfReasoning = ({ extra }: ReasoningBlock): object => ({
  type: 'thinking',
  thinking: '',
  signature: '',
  ...wireFields(extra),
})

/** Media come as a seed and perhaps more of their base64. */
function wholeMedia(seed: MediaBlock, base64: string): MediaBlock {
  if (seed.source.kind !== 'data' || base64 === '') return seed
  return { ...seed, source: { kind: 'data', base64: seed.source.base64 + base64 } }
}
