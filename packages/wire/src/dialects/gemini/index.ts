import type { ChatDialect, Echo } from '../../dialect.ts'
import type { EventSink, TextSink } from '../../hub.ts'
import { readError, writeError } from './errors.ts'
import { writes } from './fidelity.ts'
import { GeminiMeter } from './meter.ts'
import { readRequest } from './read-request.ts'
import { readReply, writeReply } from './reply.ts'
import { GeminiReader } from './stream-reader.ts'
import { GeminiWriter } from './stream-writer.ts'
import { readUsage } from './usage.ts'
import { writeRequest } from './write-request.ts'

/** Google's generateContent, as AI Studio and Vertex AI speak it. */
export const gemini: ChatDialect = {
  id: 'gemini',
  writes,
  readRequest,
  writeRequest,
  readReply,
  writeReply,
  reader: (sink, undo) => new GeminiReader(sink, undo),
  writer: (out, echo) => new GeminiWriter(out, echo, 'sse'),
  readUsage,
  meter: () => new GeminiMeter(),
  readError,
  writeError,
}

/** The stream for a client that did not ask for `alt=sse`: one JSON array, an item a chunk. */
export const arrayWriter = (out: TextSink, echo: Echo): EventSink => new GeminiWriter(out, echo, 'array')

export { readEmbedReply, writeEmbedRequest, type EmbedCall } from './embed.ts'
export { readCountReply, readCountRequest, writeCountReply, writeCountRequest } from './count-tokens.ts'
