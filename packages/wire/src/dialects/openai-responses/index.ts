import type { ChatDialect, ProviderDialect } from '../../dialect.ts'
import { portable } from './client-tools.ts'
import { readError, writeError } from './errors.ts'
import { writes } from './fidelity.ts'
import { ResponsesMeter } from './meter.ts'
import { readRequest } from './read-request.ts'
import { readReply, writeReply } from './reply.ts'
import { ResponsesReader } from './stream-reader.ts'
import { ResponsesWriter } from './stream-writer.ts'
import { readUsage } from './usage.ts'
import { writeRequest } from './write-request.ts'

export { readUsage as readResponsesUsage }
export { continueFrom, inputItemsOf, type StoredTurn } from './stored.ts'

/** OpenAI's Responses API. */
export const openaiResponses: ChatDialect = {
  id: 'openai-responses',
  writes,
  readRequest,
  portable,
  writeRequest,
  readReply,
  writeReply,
  reader: (sink, undo) => new ResponsesReader(sink, undo),
  writer: (out, echo) => new ResponsesWriter(out, echo),
  readUsage,
  meter: () => new ResponsesMeter(),
  readError,
  writeError,
}

/** The half of it that asks providers: a program whose callers speak another dialect bundles no more. */
export const openaiResponsesProtocol: ProviderDialect = {
  writes,
  writeRequest,
  readReply,
  reader: (sink, undo) => new ResponsesReader(sink, undo),
  readError,
}
