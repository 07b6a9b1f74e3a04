import type { ChatDialect, ClientDialect, ProviderDialect } from '../../dialect.ts'
import { readError, writeError } from './errors.ts'
import { writes } from './fidelity.ts'
import { ChatStreamMeter } from './meter.ts'
import { readRequest } from './read-request.ts'
import { readReply, writeReply } from './reply.ts'
import { ChatStreamReader } from './stream-reader.ts'
import { ChatStreamWriter } from './stream-writer.ts'
import { readUsage } from './usage.ts'
import { writeRequest } from './write-request.ts'

export { completionWriter, readCompletionRequest, writeCompletionReply } from './completions.ts'

/** `/v1/chat/completions` of OpenAI and of everyone who speaks it, with the extensions that LiteLLM's clients know. */
export const openaiChat: ChatDialect = {
  id: 'openai-chat',
  writes,
  readRequest,
  writeRequest,
  readReply,
  writeReply,
  reader: (sink, undo) => new ChatStreamReader(sink, undo),
  writer: (out, echo) => new ChatStreamWriter(out, echo),
  readUsage,
  meter: () => new ChatStreamMeter(),
  readError,
  writeError,
}

/** The half of it that asks providers: a program whose callers speak another dialect bundles no more. */
export const openaiChatProtocol: ProviderDialect = {
  writes,
  writeRequest,
  readReply,
  reader: (sink, undo) => new ChatStreamReader(sink, undo),
  readError,
}

/** The half of it that answers callers. */
export const openaiChatClient: ClientDialect = {
  id: 'openai-chat',
  readRequest,
  readReply,
  writeReply,
  reader: (sink, undo) => new ChatStreamReader(sink, undo),
  writer: (out, echo) => new ChatStreamWriter(out, echo),
  readUsage,
  meter: () => new ChatStreamMeter(),
  readError,
  writeError,
}
