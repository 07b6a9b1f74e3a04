import { completionWriter, writeCompletionReply, type Echo, type EventSink, type TextSink } from '@switchyard/wire'
import { clientManners } from './dialects.ts'
import type { Ask } from './ask.ts'
import type { Printer } from './whole.ts'

/** How the client's shape prints what the hub holds. */
export function printerOf(ask: Ask, echo: Echo): Printer {
  if (ask.shape === 'openai-completions') {
    return { whole: (reply) => writeCompletionReply(reply, echo), stream: (out) => completionWriter(out, echo) }
  }
  const dialect = clientManners(ask.dialects, ask.shape)
  const stream = (out: TextSink): EventSink =>
    (ask.path.asArray ? dialect.arrayWriter?.(out, echo) : undefined) ?? dialect.writer(out, echo)
  return { whole: (reply) => dialect.writeReply(reply, echo), stream }
}

/** What the writers of replies must know of the request. */
export function echoFor(ask: Ask, callId: string): Echo {
  const request = ask.continues === undefined ? ask.chat() : { ...ask.chat(), previousId: ask.continues }
  return { model: ask.model, request, callId, now: Math.floor(Date.now() / 1000) }
}
