import { fail, isGatewayError, type GatewayError } from '@switchyard/wire'
import type { Cancellation } from './cancellation.ts'
import type { Pipe } from './pipe.ts'
import { StreamEnding } from './stream-ending.ts'
import type { Watch } from './watch.ts'

/** How a stream ended, for the account. `cancelled`: the client went away. */
export interface StreamEnd {
  readonly status: 'success' | 'failure' | 'cancelled'
  readonly error: GatewayError | undefined
  readonly pipe: Pipe
}

export interface OpenStream {
  readonly source: AsyncIterator<Uint8Array>
  readonly pipe: Pipe
  readonly watch: Watch
  /** Tells that the client has gone. */
  readonly client: Cancellation
  /** Settles the account; the client's last bytes wait for it. */
  readonly settle: (end: StreamEnd) => Promise<void>
  /** After a client's disconnect, read the rest of the stream because the provider bills it anyway. */
  readonly drains: boolean
}

/** Reads until the reply has begun, so that any failure before that can still fall back. Throws what went wrong. */
export async function readUntilStarted({ source, pipe }: Pick<OpenStream, 'source' | 'pipe'>): Promise<void> {
  while (!pipe.started) {
    const piece = await source.next()
    if (piece.done) pipe.end()
    else pipe.push(piece.value)
    if (pipe.error !== undefined) throw pipe.error
    if (piece.done) return
  }
}

/**
 * The client's bytes. Ends in exactly one settlement: before the terminal bytes on success, before the error event when
 * the stream breaks, at once when the client leaves.
 */
export function drive(stream: OpenStream): AsyncGenerator<Uint8Array, void, void> {
  const ending = new StreamEnding(stream)
  const body = forwarded(stream, ending)
  // A generator that was never started does not run its `finally`: a client that leaves before its first byte, or a consumer
  // that only gives back, would leave the account open.
  const finish = body.return.bind(body)
  body.return = async (value) => {
    if (!ending.begun) await ending.abandon()
    return finish(value)
  }
  ending.watchClient()
  return body
}

/** One generator for all of it: one that delegates to another costs each piece twice the promises. */
async function* forwarded(stream: OpenStream, ending: StreamEnding): AsyncGenerator<Uint8Array, void, void> {
  const { source, pipe, watch } = stream
  if (ending.left) return
  ending.begun = true
  try {
    let isOver = false
    while (!isOver && pipe.error === undefined) {
      const bytes = pipe.take()
      if (bytes !== undefined) yield bytes
      watch.wait()
      const piece = await source.next()
      watch.touch()
      if (piece.done) isOver = true
      else pipe.push(piece.value)
    }
    if (pipe.error === undefined) pipe.end()
    const rest = pipe.take()
    if (rest !== undefined) yield rest
    const { error } = pipe
    await ending.settle({ status: error === undefined ? 'success' : 'failure', error })
    const last = error === undefined ? pipe.finish() : pipe.failWith(error)
    if (last !== undefined) yield last
  } catch (cause) {
    const error = watch.reason ?? (isGatewayError(cause) ? cause : brokenStream(cause))
    const last = await ending.broke(error)
    if (last !== undefined) yield last
  } finally {
    await ending.abandon()
    await ending.close()
  }
}

export const brokenStream = (cause: unknown): GatewayError =>
  fail('bad_gateway', 'The connection to the provider broke.', { code: 'stream_interrupted' }, { cause })
