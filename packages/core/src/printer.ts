import { completionWriter, writeCompletionReply, type Echo } from '@switchyard/wire'
import { manners } from './dialects.ts'
import type { Ask } from './prepare.ts'
import type { Printer } from './whole.ts'

/** How the client's shape prints what the hub holds. */
export function printerOf(ask: Ask, echo: Echo): Printer {
  if (ask.shape === 'openai-completions') {
    return { whole: (reply) => writeCompletionReply(reply, echo), stream: (out) => completionWriter(out, echo) }
  }
  const dialect = manners(ask.shape)
  return { whole: (reply) => dialect.writeReply(reply, echo), stream: (out) => dialect.writer(out, echo) }
}
