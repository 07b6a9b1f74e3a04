import { clientDialect, type Ask } from '@switchyard/core'
import { isObject, objectsOf, parseJson, ReplyCollector, stringOf, type Echo, type JsonObject } from '@switchyard/wire'
import type { Frame } from './chunk-stream.ts'

/** A stream's events as the reply that they add up to, by the dialect's own reader and writer. */
export function joinFrames(frames: readonly Frame[], ask: Ask, callId: string): JsonObject {
  if (ask.measured !== undefined) return lastEvent(frames)
  const dialect = clientDialect(ask.dialects, ask.shape)
  if (dialect === undefined) return joinCompletions(frames)
  const collector = new ReplyCollector()
  const reader = dialect.reader(collector)
  for (const { name, data } of frames) reader.event(name, data)
  reader.end()
  if (collector.error !== undefined) throw collector.error
  const { reply } = collector
  const echo: Echo = { model: reply.model, request: ask.chat(), callId, now: Math.floor(Date.now() / 1000) }
  return dialect.writeReply(reply, echo)
}

/** The last event holds all that the ones before it said in pieces. */
function lastEvent(frames: readonly Frame[]): JsonObject {
  const event = parseJson(frames.at(-1)?.data ?? '')
  if (!isObject(event)) return {}
  const { type: _, b64_json, ...rest } = event
  return b64_json === undefined ? rest : { ...rest, data: [{ b64_json }] }
}

/** The old text shape has no hub: its texts are put together, and what came last counts of the rest. */
function joinCompletions(frames: readonly Frame[]): JsonObject {
  const choices = new Map<unknown, JsonObject>()
  const reply: JsonObject = {}
  for (const { data } of frames) {
    const chunk = parseJson(data)
    if (!isObject(chunk)) continue
    Object.assign(reply, { ...chunk, usage: chunk['usage'] ?? reply['usage'] })
    for (const choice of objectsOf(chunk['choices'])) {
      const { index } = choice
      const before = choices.get(index)
      const text = (stringOf(before?.['text']) ?? '') + (stringOf(choice['text']) ?? '')
      choices.set(index, { ...choice, text, finish_reason: choice['finish_reason'] ?? before?.['finish_reason'] ?? null })
    }
  }
  return { ...reply, choices: [...choices.values()] }
}
