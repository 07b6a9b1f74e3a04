import type { ChatDialect, ProviderDialect } from '../../dialect.ts'
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
  arrayWriter: (out, echo) => new GeminiWriter(out, echo, 'array'),
  readUsage,
  meter: () => new GeminiMeter(),
  readError,
  writeError,
}

export { readUsage as readGeminiUsage }
export { readEmbedReply, writeEmbedRequest, type EmbedCall } from './embed.ts'
export { readCountReply, readCountRequest, writeCountReply, writeCountRequest } from './count-tokens.ts'

/** The half of it that asks providers: a program whose callers speak another dialect bundles no more. */
export const geminiProtocol: ProviderDialect = {
  writes,
  writeRequest,
  readReply,
  reader: (sink, undo) => new GeminiReader(sink, undo),
  readError,
}
