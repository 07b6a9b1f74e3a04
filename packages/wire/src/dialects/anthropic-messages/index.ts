import type { ChatDialect, ProviderDialect } from '../../dialect.ts'
import { readError, writeError } from './errors.ts'
import { Meter } from './meter.ts'
import { readRequest } from './read-request.ts'
import { Reader } from './reader.ts'
import { readReply, usageOfReply, writeReply } from './reply.ts'
import { dialectId } from './shape.ts'
import { writeRequest } from './write-request.ts'
import { Writer } from './writer.ts'
import { writes } from './writes.ts'

export { usageOfReply as readMessagesUsage }
export { adaptRequest } from './adapt-request.ts'
export { betasFor } from './betas.ts'
export type { ToolNameRule } from './tool-names.ts'
export { readCountReply, readCountRequest, writeCountReply, writeCountRequest } from './count-tokens.ts'

/** Anthropic's Messages API. */
export const anthropicMessages: ChatDialect = {
  id: dialectId,
  writes,
  readRequest,
  writeRequest,
  readReply,
  writeReply,
  reader: (sink, undo) => new Reader(sink, undo),
  writer: (out, echo) => new Writer(out, echo),
  readUsage: usageOfReply,
  meter: () => new Meter(),
  readError,
  writeError,
}

/** The half of it that asks providers: a program whose callers speak another dialect bundles no more. */
export const anthropicMessagesProtocol: ProviderDialect = {
  writes,
  writeRequest,
  readReply,
  reader: (sink, undo) => new Reader(sink, undo),
  readError,
}
