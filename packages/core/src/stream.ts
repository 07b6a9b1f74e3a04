import { fail, isGatewayError, type GatewayError } from '@switchyard/wire'
import type { Pipe } from './pipe.ts'
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
  /** Settles the account; the client's last bytes wait for it. */
  readonly settle: (end: StreamEnd) => Promise<void>
  /** After a client's disconnect, read the rest of the stream because the provider bills it anyway. */
  readonly drains: boolean
}

/** Reads until the reply has begun, so that any failure before that can still fall back. Throws what went wrong. */
export async function readUntilStarted({ source, pipe, watch }: Omit<OpenStream, 'settle' | 'drains'>): Promise<void> {
  while (!pipe.started) {
    const piece = await source.next()
    watch.touch()
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
export async function* drive(stream: OpenStream): AsyncGenerator<Uint8Array, void, void> {
  const { source, pipe, watch, settle } = stream
  let settled = false
  const settleOnce = async (end: Omit<StreamEnd, 'pipe'>): Promise<void> => {
    if (settled) return
    settled = true
    watch.stop()
    await settle({ ...end, pipe })
  }
  try {
    yield* forward(stream)
    const { error } = pipe
    await settleOnce({ status: error === undefined ? 'success' : 'failure', error })
    const last = error === undefined ? pipe.finish() : pipe.failWith(error)
    if (last !== undefined) yield last
  } catch (cause) {
    const error = watch.reason ?? (isGatewayError(cause) ? cause : brokenStream(cause))
    const gone = error.kind === 'client_closed'
    await settleOnce({ status: gone ? 'cancelled' : 'failure', error })
    if (!gone) yield pipe.failWith(error)
  } finally {
    if (!settled) {
      if (stream.drains) await drain(source, pipe)
      else watch.abort()
      await settleOnce({ status: 'cancelled', error: fail('client_closed', 'The client closed the connection.') })
    }
    await source.return?.()
  }
}

async function* forward({ source, pipe, watch }: OpenStream): AsyncGenerator<Uint8Array, void, void> {
  const first = pipe.take()
  if (first !== undefined) yield first
  while (pipe.error === undefined) {
    const piece = await source.next()
    if (piece.done) break
    watch.touch()
    pipe.push(piece.value)
    const bytes = pipe.take()
    if (bytes !== undefined) yield bytes
  }
  if (pipe.error === undefined) pipe.end()
  const rest = pipe.take()
  if (rest !== undefined) yield rest
}

async function drain(source: AsyncIterator<Uint8Array>, pipe: Pipe): Promise<void> {
  for (let piece = await source.next(); !piece.done; piece = await source.next()) {
    pipe.push(piece.value)
    pipe.take()
  }
}

export const brokenStream = (cause: unknown): GatewayError =>
  fail('bad_gateway', 'The connection to the provider broke.', { code: 'stream_interrupted' }, { cause })
