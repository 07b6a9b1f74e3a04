import type { Echo } from '../../dialect.ts'
import type { GatewayError } from '../../errors.ts'
import type { Block, BlockData, EventSink, StreamEvent, TextSink } from '../../hub.ts'
import { withThoughts, type Usage } from '../../usage.ts'
import { writeCitation, writeImage } from './assistant-write.ts'
import { writeError } from './errors.ts'
import { ownFields, wireFields } from './notes.ts'
import { isLegacyClient } from './reply.ts'
import { writeStop } from './stop.ts'
import { writeUsage } from './usage.ts'

interface OpenBlock {
  readonly seed: Block
  /** The place in the choice's call list (or image list). */
  readonly at: number
  /** The text so far: a signature is printed with the reasoning that it proves, and a citation's offset counts from it. */
  text: string
}

interface OpenChoice {
  calls: number
  images: number
  /** Characters of the text blocks that ended. */
  offset: number
}

const json = JSON.stringify

/** Prints `chat.completion.chunk` events: role first, one finish per choice, usage when it was asked for, `[DONE]`. */
export class ChatStreamWriter implements EventSink {
  readonly #out: TextSink
  readonly #echo: Echo
  readonly #legacy: boolean
  readonly #withUsage: boolean
  readonly #blocks = new Map<number, OpenBlock>()
  readonly #choices = new Map<number, OpenChoice>()
  /** Everything of a chunk that stands before and after its choice: the same over the stream. */
  #head = ''
  #tail = ''
  #foreign = true
  #usage: Usage | undefined
  /** Characters of reasoning so far. */
  #thought = 0

  constructor(out: TextSink, echo: Echo) {
    this.#out = out
    this.#echo = echo
    this.#legacy = isLegacyClient(echo.request)
    this.#withUsage = echo.request.includeUsage === true
  }

  event(event: StreamEvent): void {
    switch (event.type) {
      case 'block-delta':
        return this.#text(event.choice, event.block, event.text)
      case 'start':
        return this.#start(event)
      case 'block-start':
        return this.#open(event.choice, event.block, event.seed)
      case 'block-data':
        return this.#data(event.choice, event.block, event.data)
      case 'block-end':
        return this.#end(event.choice, event.block)
      case 'logprobs':
        this.#choice(event.choice)
        return this.#print(`${event.choice},"delta":{},"logprobs":${json(event.logprobs)},"finish_reason":null`)
      case 'stop':
        return this.#stop(event)
      case 'usage':
        this.#usage = event.usage
        return
      case 'ping':
        return this.#out(': ping\n\n')
    }
  }

  fail(error: GatewayError): void {
    this.#out(`data: ${json(writeError(error))}\n\ndata: [DONE]\n\n`)
  }

  end(): void {
    if (this.#withUsage && this.#usage !== undefined && this.#head !== '') {
      const tier = this.#usage.serviceTier
      const served = tier === undefined || this.#head.includes('"service_tier":') ? '' : `,"service_tier":${json(tier)}`
      this.#out(`${this.#head}],"usage":${json(writeUsage(withThoughts(this.#usage, this.#thought)))}${served}}\n\n`)
    }
    this.#out('data: [DONE]\n\n')
  }

  #start(event: StreamEvent & { readonly type: 'start' }): void {
    if (this.#head !== '') return
    const own = ownFields(event.extra)
    this.#foreign = own === undefined
    this.#usage = event.usage
    const id = event.id || `chatcmpl-${this.#echo.callId}`
    let head = `data: {"id":${json(id)},"object":"chat.completion.chunk","created":${event.created || this.#echo.now},"model":${json(this.#echo.model)}`
    for (const [key, value] of Object.entries(wireFields(own))) head += `,${json(key)}:${json(value)}`
    this.#head = `${head},"choices":[`
    this.#tail = this.#withUsage ? '}],"usage":null}\n\n' : '}]}\n\n'
    this.#choice(0)
  }

  #choice(index: number): OpenChoice {
    const known = this.#choices.get(index)
    if (known !== undefined) return known
    const choice: OpenChoice = { calls: 0, images: 0, offset: 0 }
    this.#choices.set(index, choice)
    this.#delta(index, '"role":"assistant","content":"","refusal":null')
    return choice
  }

  /** `delta` is the inside of the object, ready to print. */
  #delta(choice: number, delta: string): void {
    this.#out(`${this.#head}{"index":${choice},"delta":{${delta}},"logprobs":null,"finish_reason":null${this.#tail}`)
  }

  #print(choice: string): void {
    this.#out(`${this.#head}{"index":${choice}${this.#tail}`)
  }

  #open(index: number, number: number, seed: Block): void {
    const choice = this.#choice(index)
    const at = seed.type === 'call' || seed.type === 'native' ? choice.calls : choice.images
    const block: OpenBlock = { seed, at, text: '' }
    this.#blocks.set(number, block)
    switch (seed.type) {
      case 'text':
        for (const citation of seed.citations ?? []) this.#cite(index, block, citation)
        return this.#text(index, number, seed.text)
      case 'reasoning':
        this.#text(index, number, seed.text)
        return this.#prove(index, block, seed)
      case 'call':
        return this.#call(index, block, choice)
      case 'media':
        if (seed.media === 'image') choice.images++
        return seed.source.kind === 'data' ? this.#text(index, number, seed.source.base64) : undefined
      case 'native':
        return this.#native(index, block, choice)
      case 'result':
    }
  }

  #call(index: number, block: OpenBlock, choice: OpenChoice): void {
    const { seed } = block
    if (seed.type !== 'call') return
    block.text = seed.input
    choice.calls++
    if (this.#legacy) return this.#delta(index, `"function_call":{"name":${json(seed.name)},"arguments":${json(seed.input)}}`)
    const signed =
      seed.signature === undefined ? '' : `,"provider_specific_fields":${json({ thought_signature: seed.signature })}`
    this.#delta(
      index,
      `"tool_calls":[{"index":${block.at},"id":${json(seed.id)},"type":"function","function":{"name":${json(seed.name)},"arguments":${json(seed.input)}}${signed}}]`,
    )
  }

  /** Only our own custom calls have a form here. */
  #native(index: number, block: OpenBlock, choice: OpenChoice): void {
    const { seed } = block
    if (seed.type !== 'native' || ownFields(seed.extra)?.$call !== true) return
    choice.calls++
    this.#delta(index, `"tool_calls":[${json({ index: block.at, ...seed.data })}]`)
  }

  #text(index: number, number: number, text: string): void {
    const block = this.#blocks.get(number)
    if (block === undefined || text === '') return
    const { seed } = block
    block.text += text
    switch (seed.type) {
      case 'text':
        return this.#delta(index, `${seed.refusal ? '"refusal"' : '"content"'}:${json(text)}`)
      case 'reasoning':
        this.#thought += text.length
        return this.#delta(index, `"reasoning_content":${json(text)}`)
      case 'call':
        if (this.#legacy) return this.#delta(index, `"function_call":{"arguments":${json(text)}}`)
        return this.#delta(index, `"tool_calls":[{"index":${block.at},"function":{"arguments":${json(text)}}}]`)
      case 'media':
        if (seed.media === 'audio') this.#delta(index, `"audio":{"id":${json(this.#audioId(seed))},"data":${json(text)}}`)
        return
      case 'result':
      case 'native':
    }
  }

  #audioId(seed: Block): unknown {
    return ownFields(seed.extra)?.$id ?? `audio_${this.#echo.callId}`
  }

  #data(index: number, number: number, data: BlockData): void {
    const block = this.#blocks.get(number)
    if (block === undefined) return
    const { seed } = block
    if (seed.type === 'text' && data.citation !== undefined) this.#cite(index, block, data.citation)
    if (seed.type === 'reasoning') {
      this.#prove(index, block, data)
      const own = wireFields(ownFields(data.extra))
      if (Object.keys(own).length > 0) this.#delta(index, json(own).slice(1, -1))
    }
    if (seed.type === 'call' && data.signature !== undefined && !this.#legacy) {
      const fields = json({ thought_signature: data.signature })
      this.#delta(index, `"tool_calls":[{"index":${block.at},"function":{"arguments":""},"provider_specific_fields":${fields}}]`)
    }
    if (seed.type === 'media' && seed.media === 'audio' && data.extra !== undefined) {
      const fields = { id: this.#audioId(seed), ...wireFields(ownFields(data.extra)) }
      this.#delta(index, `"audio":${json(fields)}`)
    }
  }

  /** Clients join the thinking of a message's blocks, so the whole of it is printed with its proof, once. */
  #prove(index: number, block: OpenBlock, data: { readonly signature?: string; readonly sealed?: string }): void {
    const { signature, sealed } = data
    if (sealed !== undefined) this.#delta(index, `"thinking_blocks":[{"type":"redacted_thinking","data":${json(sealed)}}]`)
    else if (signature !== undefined) {
      this.#delta(index, `"thinking_blocks":[{"type":"thinking","thinking":${json(block.text)},"signature":${json(signature)}}]`)
    }
  }

  #cite(index: number, block: OpenBlock, citation: NonNullable<BlockData['citation']>): void {
    const written = writeCitation(citation, this.#choice(index).offset, block.text.length)
    if (written !== undefined) this.#delta(index, `"annotations":[${json(written)}]`)
  }

  #end(index: number, number: number): void {
    const block = this.#blocks.get(number)
    if (block === undefined) return
    this.#blocks.delete(number)
    const { seed, at, text } = block
    if (seed.type === 'text' && !seed.refusal) this.#choice(index).offset += text.length
    if (seed.type === 'media' && seed.media === 'image') {
      const source = seed.source.kind === 'data' ? { kind: 'data' as const, base64: text } : seed.source
      this.#delta(index, `"images":[${json(writeImage({ ...seed, source }, at))}]`)
    }
    // Clients parse the arguments; a call of another dialect without any stands for `{}`.
    if (seed.type !== 'call' || text !== '' || !this.#foreign) return
    this.#delta(
      index,
      this.#legacy ? '"function_call":{"arguments":"{}"}' : `"tool_calls":[{"index":${at},"function":{"arguments":"{}"}}]`,
    )
  }

  #stop(event: StreamEvent & { readonly type: 'stop' }): void {
    this.#choice(event.choice)
    const reason = writeStop(event.stop, this.#foreign ? undefined : event.rawStop, this.#legacy)
    let rest = ''
    for (const [key, value] of Object.entries(wireFields(ownFields(event.extra)))) rest += `,${json(key)}:${json(value)}`
    this.#print(`${event.choice},"delta":{},"logprobs":null,"finish_reason":${json(reason)}${rest}`)
  }
}
