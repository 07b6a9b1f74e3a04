import { concat } from '@switchyard/wire'
import type { CallInfo } from './types.ts'

export interface BinaryParts {
  readonly contentType: string
  readonly source: AsyncIterable<Uint8Array>
  /** Once the reply is over its cost is known. */
  readonly info: () => CallInfo
}

/** A reply of bytes, e.g. speech: `for await (const piece of reply)` while it comes, or `await reply.bytes()`. It can be read once. */
export class BinaryReply implements AsyncIterable<Uint8Array> {
  readonly #parts: BinaryParts

  /** Made by the SDK's functions. */
  constructor(parts: BinaryParts) {
    this.#parts = parts
  }

  get contentType(): string {
    return this.#parts.contentType
  }

  get _info(): CallInfo {
    return this.#parts.info()
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#parts.source[Symbol.asyncIterator]()
  }

  /** All of it. Throws when it breaks off. */
  async bytes(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    for await (const piece of this) pieces.push(piece)
    return concat(pieces)
  }
}
