import type { Outgoing } from '@switchyard/core'
import { fail } from '@switchyard/wire'

/** The length that the headers declare for a body that is sent while it comes. */
export function declaredLength({ headers }: Outgoing): number | undefined {
  const text = headers['content-length']
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** The body's bytes: a declared length is kept to the byte, for what goes beyond it would be read as another request. */
export async function* exactly(pieces: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array, void, void> {
  let sent = 0
  for await (const piece of pieces) {
    sent += piece.length
    if (sent > length) throw wrongLength()
    if (piece.length > 0) yield piece
  }
  if (sent < length) throw wrongLength()
}

const wrongLength = (): Error =>
  fail('bad_request', 'The request body is not as long as its content-length says.', { param: 'request_body' })

/** As HTTP/1.1 sends it: plain where the length is known, else in chunks. */
export const framed = (pieces: AsyncIterable<Uint8Array>, length: number | undefined): AsyncGenerator<Uint8Array, void, void> =>
  length === undefined ? chunked(pieces) : exactly(pieces, length)

async function* chunked(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of pieces) {
    if (piece.length > 0) yield Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`, 'latin1'), piece, lineEnd])
  }
  yield lastChunk
}

const lineEnd = Buffer.from('\r\n', 'latin1')
const lastChunk = Buffer.from('0\r\n\r\n', 'latin1')

/** For clients that frame bodies themselves, and may keep pieces while they ask for more. */
export function unframed(outgoing: Outgoing): AsyncGenerator<Uint8Array, void, void> | undefined {
  const { pieces } = outgoing
  const length = declaredLength(outgoing)
  if (pieces === undefined) return undefined
  return copies(length === undefined ? pieces : exactly(pieces, length))
}

async function* copies(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of pieces) yield Uint8Array.from(piece)
}
