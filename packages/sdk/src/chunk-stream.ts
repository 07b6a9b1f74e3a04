import { SseParser } from '@switchyard/wire'

/** One event of a stream, as it was framed. */
export interface Frame {
  readonly name: string
  readonly data: string
}

export interface StreamParts<Chunk, Reply> {
  readonly source: AsyncIterator<Uint8Array, void, void>
  /** What the caller sees of an event; undefined: nothing. Throws when the stream failed. */
  readonly read: (frame: Frame) => Chunk | undefined
  /** All events together, as the reply that they add up to. */
  readonly join: (frames: readonly Frame[]) => Reply
  /** Ends the call at the provider. */
  readonly abort: () => void
}

/**
 * A streamed reply: `for await (const chunk of stream)`. Pulling drives the call; `break` aborts it at the provider. It can
 * be read once.
 */
export class ChunkStream<Chunk, Reply> implements AsyncIterable<Chunk> {
  readonly #parts: StreamParts<Chunk, Reply>
  readonly #frames: Frame[] = []
  readonly #chunks: AsyncGenerator<Chunk, void, void>
  #failure: { readonly cause: unknown } | undefined

  /** Made by the SDK's functions. */
  constructor(parts: StreamParts<Chunk, Reply>) {
    this.#parts = parts
    this.#chunks = this.#read()
  }

  [Symbol.asyncIterator](): AsyncGenerator<Chunk, void, void> {
    return this.#chunks
  }

  /** Ends the call at the provider now, even while a chunk is being waited for. */
  abort(): void {
    this.#parts.abort()
  }

  /**
   * Reads what is left, and answers the whole reply as if it had not been streamed; of a stream that was left, what had come. Throws
   * what the stream has thrown.
   */
  async finalReply(): Promise<Reply> {
    for (let step = await this.#chunks.next(); !step.done; step = await this.#chunks.next());
    if (this.#failure !== undefined) throw this.#failure.cause
    return this.#parts.join(this.#frames)
  }

  async *#read(): AsyncGenerator<Chunk, void, void> {
    const { source, read } = this.#parts
    const waiting: Frame[] = []
    const parser = new SseParser((name, data) => waiting.push({ name, data }))
    try {
      for (let piece = await source.next(); ; piece = await source.next()) {
        if (piece.done) parser.end()
        else parser.push(piece.value)
        for (let frame = waiting.shift(); frame !== undefined; frame = waiting.shift()) {
          const chunk = read(frame)
          this.#frames.push(frame)
          if (chunk !== undefined) yield chunk
        }
        if (piece.done) return
      }
    } catch (cause) {
      this.#failure = { cause }
      throw cause
    } finally {
      await source.return?.()
    }
  }
}
