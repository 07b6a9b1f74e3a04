import { ReplyCollector, SseParser, type ProviderDialect, type Reframer } from '@switchyard/wire'

const encoder = new TextEncoder()

/** Reads the bytes of a stream as the core does: reframed, framed, read. */
export function readPieces(
  pieces: readonly Uint8Array[],
  dialect: Pick<ProviderDialect, 'reader'>,
  reframer?: Reframer,
): ReplyCollector {
  const sink = new ReplyCollector()
  const reader = dialect.reader(sink)
  const parser = new SseParser((name, data) => reader.event(name, data))
  for (const piece of pieces) parser.push(reframer === undefined ? piece : encoder.encode(reframer.push(piece)))
  if (reframer !== undefined) parser.push(encoder.encode(reframer.end()))
  parser.end()
  reader.end()
  return sink
}

/** The same stream cut in two at every byte. */
export function* cutAnywhere(
  text: string,
  dialect: Pick<ProviderDialect, 'reader'>,
  reframer?: () => Reframer,
): Generator<ReplyCollector> {
  const bytes = encoder.encode(text)
  for (let at = 1; at < bytes.length; at++) yield readPieces([bytes.subarray(0, at), bytes.subarray(at)], dialect, reframer?.())
}

export const readText = (text: string, dialect: Pick<ProviderDialect, 'reader'>, reframer?: Reframer): ReplyCollector =>
  readPieces([encoder.encode(text)], dialect, reframer)
