import type { GatewayError, Usage } from '@switchyard/wire'

/**
 * What stands between a provider's stream bytes and the client's. The driver pushes what arrives, sends what `take`
 * gives, and settles the account before it sends the terminal bytes.
 */
export interface Pipe {
  push(chunk: Uint8Array): void
  /** The provider's bytes are over. */
  end(): void
  /** Content or the terminal event was seen: the reply can no longer fall back. */
  readonly started: boolean
  /** The stream is broken: an error event, bytes that make no sense, or an end without the terminal event. */
  readonly error: GatewayError | undefined
  /** The provider's last word was seen: what is still to send is in `finish`. */
  readonly finished: boolean
  /** Bytes that may go to the client now. */
  take(): Uint8Array | undefined
  /** The terminal bytes, once the account is settled. */
  finish(): Uint8Array | undefined
  /** The error as the client's dialect says it inside a stream, terminator included. */
  failWith(error: GatewayError): Uint8Array
  readonly usage: Usage | undefined
  /** Characters of output seen: the base of an estimate when no usage came. */
  readonly characters: number
}
