/** Turns a stream of another framing into server-sent events, so that whatever reads it afterwards need not know. */
export interface Reframer {
  /** The events that this chunk completed; a cut one waits. Throws a RangeError on bytes of another framing. */
  push(chunk: Uint8Array): string
  /** The bytes are over: what is left that may be whole. */
  end(): string
}
